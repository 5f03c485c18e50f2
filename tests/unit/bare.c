/*
 * Boxes where no namespace can be had.  Each test refuses them to its own
 * process first, which is why it needs one of its own (see main.c).
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sandbox/landlock.h"
#include "sandbox/sandbox.h"
#include "tests/unit/suite.h"

#define PORT 8000

static void forbid_namespaces(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_unshare, 1, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone3, 1, 2),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { sizeof(code) / sizeof(code[0]), code };

	ck_assert_int_eq(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
	ck_assert_int_eq(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program),
			 0);
}

static struct sandbox *open_bare(struct sandbox_spec *spec)
{
	struct sandbox_failure failure;
	struct sandbox *sb = NULL;

	forbid_namespaces();
	spec->reduced = true;
	ck_assert_msg(sandbox_open(&sb, spec, &failure) == 0, "%s: %s (%s)",
		      sandbox_stage_name(failure.stage), failure.msg,
		      strerror(failure.code));
	ck_assert_int_eq(strncmp(sandbox_folder(sb), "/tmp/fumehood-box-", 18),
			 0);
	return sb;
}

static void start(struct sandbox *sb, const char *script, bool listener)
{
	char folder[64];
	const char *const argv[] = { "/bin/sh", "-c", script, NULL };
	const char *const env[] = { "PATH=/usr/bin:/bin", folder, NULL };
	struct sandbox_program program = { .argv = argv, .env = env,
					   .cwd = "/tmp",
					   .listener = listener };
	struct sandbox_failure failure;

	snprintf(folder, sizeof(folder), "BOX=%s", sandbox_folder(sb));
	ck_assert_msg(sandbox_start(sb, &program, &failure) == 0, "%s",
		      failure.msg);
}

static int exit_code(struct sandbox *sb, const char *script)
{
	struct sandbox_state state;

	start(sb, script, false);
	ck_assert_int_eq(sandbox_wait(sb, 20000), 1);
	ck_assert_int_eq(sandbox_sync(sb, &state), 0);
	ck_assert_int_eq(state.reason, SANDBOX_EXITED);
	return state.exit_code;
}

static void await_output(struct sandbox *sb)
{
	struct sandbox_state state = { 0 };

	for (int i = 0; i < 10000 && !state.output_len; i++) {
		ck_assert_int_eq(sandbox_sync(sb, &state), 0);
		usleep(1000);
	}
	ck_assert_int_gt(state.output_len, 0);
}

START_TEST(files_and_listener_survive_a_restart_without_namespaces)
{
	static const struct sandbox_mount mounts[] = {
		{ SANDBOX_SCRATCH, NULL, "/data" },
	};
	struct sandbox_spec spec = SANDBOX_SPEC_INIT;
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	char folder[64];
	struct sandbox *sb;

	spec.mounts = mounts;
	spec.n_mounts = 1;
	spec.listen_port = PORT;
	sb = open_bare(&spec);
	ck_assert_uint_ne(sandbox_port(sb), 0);
	to.sin_port = htons(sandbox_port(sb));
	start(sb, "echo kept >$BOX/data/f; echo; exec sleep 60", true);
	await_output(sb);
	for (int i = 0; i < 2; i++) {
		int fd = sandbox_socket(sb, AF_INET, SOCK_STREAM);

		ck_assert_int_ge(fd, 0);
		ck_assert_int_eq(connect(fd, (struct sockaddr *)&to,
					 sizeof(to)), 0);
		close(fd);
		ck_assert_int_eq(sandbox_stop(sb), 0);
		start(sb, "exec sleep 60", true);
	}
	ck_assert_int_eq(sandbox_stop(sb), 0);
	ck_assert_int_eq(exit_code(sb, "test \"$(cat $BOX/data/f)\" = kept"),
			 0);
	snprintf(folder, sizeof(folder), "%s", sandbox_folder(sb));
	sandbox_close(sb, NULL);
	ck_assert_int_eq(access(folder, F_OK), -1);
}
END_TEST

START_TEST(what_is_laid_over_a_folder_is_a_copy_without_namespaces)
{
	char dir[] = "/tmp/fumehood-unit-XXXXXX", path[64];
	const struct sandbox_mount mounts[] = {
		{ SANDBOX_OVERLAY, dir, "/submission" },
	};
	struct sandbox_spec spec = SANDBOX_SPEC_INIT;
	struct sandbox *sb;
	struct stat st;
	FILE *f;

	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/app.db", dir);
	f = fopen(path, "we");
	ck_assert_ptr_nonnull(f);
	fputs("old", f);
	fclose(f);
	spec.mounts = mounts;
	spec.n_mounts = 1;
	sb = open_bare(&spec);
	ck_assert_int_eq(exit_code(sb, "cd $BOX/submission && "
				       "echo new >>app.db && mkdir sub && "
				       "echo x >sub/y && "
				       "rm app.db && test ! -e app.db"), 0);
	sandbox_close(sb, NULL);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_int_eq(st.st_size, 3);
	unlink(path);
	rmdir(dir);
}
END_TEST

START_TEST(a_file_is_copied_out_beneath_the_folder_without_namespaces)
{
	struct sandbox_spec spec = SANDBOX_SPEC_INIT;
	struct sandbox *sb = open_bare(&spec);
	char text[8] = { 0 };
	int fd;

	exit_code(sb, "echo hello >f; ln -s f link; ln -s /etc out; "
		      "mkfifo pipe");
	fd = sandbox_copy_out(sb, "/tmp/f", 100);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(read(fd, text, sizeof(text)), 6);
	ck_assert_str_eq(text, "hello\n");
	close(fd);
	ck_assert_int_eq(sandbox_copy_out(sb, "/tmp/link", 100), -ELOOP);
	ck_assert_int_eq(sandbox_copy_out(sb, "/tmp/pipe", 100), -EINVAL);
	ck_assert_int_eq(sandbox_copy_out(sb, "/tmp/out/passwd", 9999), -ELOOP);
	ck_assert_int_eq(sandbox_copy_out(sb, "/../../etc/passwd", 9999),
			 -ENOENT);
	ck_assert_int_eq(sandbox_copy_out(sb, "/etc/passwd", 9999), -ENOENT);
	sandbox_close(sb, NULL);
}
END_TEST

START_TEST(what_is_hidden_cannot_be_read_without_namespaces)
{
	static const struct sandbox_mount mounts[] = {
		{ SANDBOX_HIDDEN, NULL, "/usr/share/zoneinfo" },
		{ SANDBOX_HIDDEN, NULL, "/usr/share/common-licenses" },
	};
	struct sandbox_spec spec = SANDBOX_SPEC_INIT;
	struct sandbox *sb;

	spec.mounts = mounts;
	spec.n_mounts = 2;
	sb = open_bare(&spec);
	ck_assert_int_ne(exit_code(sb, "ls /usr/share/zoneinfo"), 0);
	ck_assert_int_ne(exit_code(sb, "cat /usr/share/zoneinfo/UTC"), 0);
	ck_assert_int_ne(exit_code(sb, "cat /usr/share/common-licenses/BSD"),
			 0);
	ck_assert_int_eq(exit_code(sb, "ls /usr/share/misc >/dev/null && "
				       "/usr/bin/env true && ls /usr/lib "
				       ">/dev/null"), 0);
	sandbox_close(sb, NULL);
}
END_TEST

START_TEST(full_isolation_is_not_had_without_namespaces)
{
	struct sandbox_spec spec = SANDBOX_SPEC_INIT;
	struct sandbox_failure failure = { 0 };
	struct sandbox *sb = NULL;

	forbid_namespaces();
	ck_assert_int_lt(sandbox_open(&sb, &spec, &failure), 0);
	ck_assert(failure.isolation);
	ck_assert_str_eq(failure.layer, "userns");
}
END_TEST

SUITE(bare)
{
	TEST(full_isolation_is_not_had_without_namespaces);
	if (landlock_abi() < LANDLOCK_ABI_SCOPED) {
		printf("SKIPPED bare: Landlock %d keeps no signals inside\n",
		       landlock_abi());
		return;
	}
	TEST(files_and_listener_survive_a_restart_without_namespaces);
	TEST(what_is_laid_over_a_folder_is_a_copy_without_namespaces);
	TEST(a_file_is_copied_out_beneath_the_folder_without_namespaces);
	TEST(what_is_hidden_cannot_be_read_without_namespaces);
}
