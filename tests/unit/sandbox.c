#include "sandbox/sandbox.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/suite.h"

#define PORT 8000

static const char *const no_env[] = { "PATH=/usr/bin:/bin", NULL };

static struct sandbox *open_box(const struct sandbox_spec *spec)
{
	struct sandbox_failure failure;
	struct sandbox *sb = NULL;
	int r = sandbox_open(&sb, spec, &failure);

	ck_assert_msg(r == 0, "%s: %s (%s)", sandbox_stage_name(failure.stage),
		      failure.msg, strerror(failure.code));
	return sb;
}

static int start(struct sandbox *sb, const char *script, bool listener,
		 struct sandbox_failure *reterr)
{
	const char *const argv[] = { "/bin/sh", "-c", script, NULL };
	struct sandbox_program program = { .argv = argv, .env = no_env,
					   .cwd = "/tmp",
					   .listener = listener };

	return sandbox_start(sb, &program, reterr);
}

static struct sandbox_state run(struct sandbox *sb, const char *script)
{
	struct sandbox_failure failure;
	struct sandbox_state state;

	ck_assert_msg(start(sb, script, false, &failure) == 0, "%s",
		      failure.msg);
	ck_assert_int_eq(sandbox_wait(sb, 10000), 1);
	ck_assert_int_eq(sandbox_sync(sb, &state), 0);
	return state;
}

/* Until the program has written something. */
static void await_output(struct sandbox *sb)
{
	struct sandbox_state state = { 0 };

	for (int i = 0; i < 10000 && !state.output_len; i++) {
		ck_assert_int_eq(sandbox_sync(sb, &state), 0);
		usleep(1000);
	}
	ck_assert_int_gt(state.output_len, 0);
}

static void check_output(struct sandbox *sb, const char *expected)
{
	char text[4096];
	size_t n = sandbox_output(sb, 0, text, sizeof(text) - 1);

	text[n] = '\0';
	ck_assert_str_eq(text, expected);
}

START_TEST(a_program_says_how_it_ended_and_what_it_wrote)
{
	struct sandbox_spec spec = SANDBOX_SPEC_INIT;
	struct sandbox *sb = open_box(&spec);
	struct sandbox_state state = run(sb, "echo out; echo err >&2; exit 3");

	ck_assert_int_eq(state.reason, SANDBOX_EXITED);
	ck_assert_int_eq(state.exit_code, 3);
	check_output(sb, "out\nerr\n");
	sandbox_close(sb, &state);
	ck_assert_int_eq(state.reason, SANDBOX_EXITED);
}
END_TEST

START_TEST(files_survive_a_restart_and_the_listener_does_too)
{
	static const struct sandbox_mount mounts[] = {
		{ SANDBOX_SCRATCH, NULL, "/data" },
	};
	struct sandbox_spec spec = SANDBOX_SPEC_INIT;
	struct sandbox_failure failure;
	struct sandbox_state state;
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_port = htons(PORT),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct sandbox *sb;

	spec.mounts = mounts;
	spec.n_mounts = 1;
	spec.listen_port = PORT;
	sb = open_box(&spec);
	ck_assert_int_eq(start(sb, "echo kept >/data/f; echo; exec sleep 60",
			       true, &failure), 0);
	await_output(sb);
	ck_assert_int_eq(sandbox_stop(sb), 0);
	for (int i = 0; i < 2; i++) {
		int fd = sandbox_socket(sb, AF_INET, SOCK_STREAM);

		ck_assert_int_ge(fd, 0);
		ck_assert_int_eq(connect(fd, (struct sockaddr *)&to,
					 sizeof(to)), 0);
		close(fd);
		ck_assert_int_eq(start(sb, "exec sleep 60", true, &failure),
				 0);
		ck_assert_int_eq(sandbox_stop(sb), 0);
	}
	ck_assert_int_eq(sandbox_sync(sb, &state), 0);
	ck_assert_int_eq(state.reason, SANDBOX_STOPPED);
	state = run(sb, "test \"$(cat /data/f)\" = kept");
	ck_assert_int_eq(state.exit_code, 0);
	sandbox_close(sb, NULL);
}
END_TEST

START_TEST(what_is_hidden_is_empty_and_stays_so)
{
	static const struct sandbox_mount mounts[] = {
		{ SANDBOX_HIDDEN, NULL, "/usr/share" },
		{ SANDBOX_READ_ONLY, "/usr/share/misc", "/usr/share/a/misc" },
	};
	struct sandbox_spec spec = SANDBOX_SPEC_INIT;
	struct sandbox_state state;
	struct sandbox *sb;

	spec.mounts = mounts;
	spec.n_mounts = 2;
	sb = open_box(&spec);
	state = run(sb, "ls /usr/share /usr/share/a");
	ck_assert_int_eq(state.exit_code, 0);
	check_output(sb, "/usr/share:\na\n\n/usr/share/a:\nmisc\n");
	state = run(sb, "chmod 777 /usr/share; : >/usr/share/x");
	ck_assert_int_ne(state.exit_code, 0);
	sandbox_close(sb, NULL);
}
END_TEST

START_TEST(a_sync_that_has_begun_may_be_read_later_or_not_at_all)
{
	struct sandbox_spec spec = SANDBOX_SPEC_INIT;
	struct sandbox_state state;
	struct sandbox *sb = open_box(&spec);

	sandbox_sync_begin(sb);
	sandbox_sync_begin(sb);
	state = run(sb, "echo 1; exit 5"); /* asks for other things meanwhile */
	ck_assert_int_eq(state.exit_code, 5);
	sandbox_sync_begin(sb);
	ck_assert_int_eq(sandbox_sync(sb, &state), 0);
	ck_assert_int_eq(state.output_len, 2);
	sandbox_sync_begin(sb);
	sandbox_close(sb, &state);
	ck_assert_int_eq(state.exit_code, 5);
}
END_TEST

START_TEST(what_a_missing_program_lacks_is_named)
{
	const char *const argv[] = { "/nowhere", NULL };
	struct sandbox_spec spec = SANDBOX_SPEC_INIT;
	struct sandbox_program program = { .argv = argv, .env = no_env };
	struct sandbox_failure failure;
	struct sandbox *sb = open_box(&spec);

	ck_assert_int_eq(sandbox_start(sb, &program, &failure), -ENOENT);
	ck_assert_int_eq(failure.stage, SANDBOX_STAGE_EXEC);
	ck_assert(!failure.isolation);
	/* and the box is still good */
	ck_assert_int_eq(run(sb, "exit 0").reason, SANDBOX_EXITED);
	sandbox_close(sb, NULL);
}
END_TEST

START_TEST(a_mount_that_is_not_there_is_a_failure_of_mounts)
{
	static const struct sandbox_mount mounts[] = {
		{ SANDBOX_READ_ONLY, "/nowhere", "/x" },
	};
	struct sandbox_spec spec = SANDBOX_SPEC_INIT;
	struct sandbox_failure failure;
	struct sandbox *sb;

	spec.mounts = mounts;
	spec.n_mounts = 1;
	ck_assert_int_eq(sandbox_open(&sb, &spec, &failure), -ENOENT);
	ck_assert_int_eq(failure.stage, SANDBOX_STAGE_MOUNTS);
}
END_TEST

START_TEST(an_overlay_is_the_programs_to_change_and_the_original_stays)
{
	char dir[] = "/tmp/sandbox-unit-XXXXXX", path[64];
	struct sandbox_mount mounts[] = {
		{ SANDBOX_OVERLAY, dir, "/submission" }
	};
	struct sandbox_spec spec = SANDBOX_SPEC_INIT;
	struct sandbox_state state;
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
	sb = open_box(&spec);
	state = run(sb, "cd /submission && cat app.db && echo new >>app.db && "
			"mkdir sub && echo x >sub/y && rm app.db && "
			"test ! -e app.db");
	check_output(sb, "old");
	ck_assert_int_eq(state.exit_code, 0);
	sandbox_close(sb, NULL);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_int_eq(st.st_size, 3);
	unlink(path);
	rmdir(dir);
}
END_TEST

START_TEST(a_file_is_copied_out_and_a_link_or_device_is_not)
{
	struct sandbox_spec spec = SANDBOX_SPEC_INIT;
	struct sandbox *sb = open_box(&spec);
	char text[8] = { 0 };
	int fd;

	run(sb, "cd /tmp; echo hello >f; chmod 600 f; ln -s f link; "
		"ln f hard; mkfifo pipe; echo one >alone; chmod 0 alone");
	fd = sandbox_copy_out(sb, "/tmp/alone", 100);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(read(fd, text, sizeof(text)), 4);
	ck_assert_str_eq(text, "one\n");
	close(fd);
	ck_assert_int_eq(sandbox_copy_out(sb, "/tmp/alone", 3), -EFBIG);
	ck_assert_int_eq(sandbox_copy_out(sb, "/tmp/f", 100), -EINVAL);
	ck_assert_int_eq(sandbox_copy_out(sb, "/tmp/link", 100), -ELOOP);
	ck_assert_int_eq(sandbox_copy_out(sb, "/tmp/pipe", 100), -EINVAL);
	ck_assert_int_eq(sandbox_copy_out(sb, "/tmp/none", 100), -ENOENT);
	ck_assert_int_eq(sandbox_copy_out(sb, "/dev/null", 100), -EINVAL);
	sandbox_close(sb, NULL);
}
END_TEST

/* Each limit, with the shell lines that run into it. */
static const struct {
	const char *script;
	enum sandbox_reason reason;
} ends[] = {
	{ "kill -SEGV $$", SANDBOX_SIGNALLED },
	{ "while :; do :; done", SANDBOX_CPU_TIME },
	{ "sleep 60", SANDBOX_WALL_TIME },
	{ "kill -STOP $$", SANDBOX_WALL_TIME },
	{ "x=x; while :; do x=$x$x$x$x; done", SANDBOX_MEMORY },
	{ "while :; do sleep 9 & done", SANDBOX_PROCESSES },
	{ "cat /dev/zero >/tmp/f", SANDBOX_DISK_BYTES },
	{ "set -e; i=0; while :; do i=$((i+1)); : >/tmp/$i; done",
	  SANDBOX_DISK_INODES },
};

START_TEST(each_limit_has_a_reason_of_its_own)
{
	struct sandbox_spec spec = SANDBOX_SPEC_INIT;
	struct sandbox_state state;
	struct sandbox *sb;

	spec.limits.cpu_ms = ends[_i].reason == SANDBOX_CPU_TIME ? 200 : 5000;
	spec.limits.wall_ms = ends[_i].reason == SANDBOX_WALL_TIME ? 200
								   : 9000;
	spec.limits.memory_bytes = 32 << 20;
	spec.limits.disk_bytes = 4 << 20;
	spec.limits.inodes = 100;
	spec.limits.processes = 16;
	sb = open_box(&spec);
	state = run(sb, ends[_i].script);
	ck_assert_msg(state.reason == ends[_i].reason, "%s gives %s",
		      ends[_i].script, sandbox_reason_name(state.reason));
	sandbox_close(sb, NULL);
}
END_TEST

START_TEST(output_beyond_the_limit_is_counted_and_not_kept)
{
	struct sandbox_spec spec = SANDBOX_SPEC_INIT;
	struct sandbox_state state;
	struct sandbox *sb;

	spec.limits.output_bytes = 1000;
	sb = open_box(&spec);
	state = run(sb, "head -c 300000 /dev/zero");
	ck_assert_int_eq(state.reason, SANDBOX_EXITED);
	ck_assert(state.output_cut);
	ck_assert_int_eq(state.output_len, 1000);
	ck_assert_int_eq(state.peak.output_bytes, 300000);
	sandbox_close(sb, NULL);
}
END_TEST

START_TEST(a_refused_call_is_recorded_with_what_it_wanted)
{
	struct sandbox_spec spec = SANDBOX_SPEC_INIT;
	struct sandbox *sb = open_box(&spec);
	struct sandbox_state state;

	state = run(sb, "unshare -U true; unshare -U true");
	ck_assert_uint_eq(state.n_denied, 1);
	ck_assert_str_eq(sandbox_denied(sb, 0)->call, "unshare");
	ck_assert_str_eq(sandbox_denied(sb, 0)->detail, "CLONE_NEWUSER");
	ck_assert_int_eq(sandbox_denied(sb, 0)->count, 2);
	sandbox_close(sb, NULL);
}
END_TEST

START_TEST(a_program_cannot_kill_init_and_we_can_kill_the_program)
{
	struct sandbox_spec spec = SANDBOX_SPEC_INIT;
	struct sandbox_failure failure;
	struct sandbox_state state;
	struct sandbox *sb = open_box(&spec);

	ck_assert_int_eq(start(sb, "kill -9 1; echo; exec sleep 60", false,
			       &failure), 0);
	await_output(sb);
	ck_assert_int_eq(sandbox_signal(sb, SIGKILL), 0);
	ck_assert_int_eq(sandbox_wait(sb, 10000), 1);
	sandbox_close(sb, &state);
	ck_assert_int_eq(state.reason, SANDBOX_SIGNALLED);
	ck_assert_int_eq(state.signal, SIGKILL);
}
END_TEST

static int open_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int n = 0;

	ck_assert_ptr_nonnull(dir);
	while (readdir(dir))
		n++;
	closedir(dir);
	return n;
}

static long resident_pages(void)
{
	FILE *file = fopen("/proc/self/statm", "re");
	long size, resident = 0;

	ck_assert_ptr_nonnull(file);
	ck_assert_int_eq(fscanf(file, "%ld %ld", &size, &resident), 2);
	fclose(file);
	return resident;
}

static void eight_boxes_at_once(void)
{
	struct sandbox_spec spec = SANDBOX_SPEC_INIT;
	struct sandbox *boxes[8];
	struct sandbox_state state;

	for (size_t i = 0; i < 8; i++)
		boxes[i] = open_box(&spec);
	for (size_t i = 0; i < 8; i++) {
		state = run(boxes[i], "exit 0");
		ck_assert_int_eq(state.reason, SANDBOX_EXITED);
	}
	for (size_t i = 0; i < 8; i++)
		sandbox_close(boxes[i], NULL);
}

START_TEST(boxes_leave_no_descriptor_memory_or_child_behind)
{
	long pages;
	int files;

	eight_boxes_at_once(); /* what is made once is made now */
	files = open_descriptors();
	pages = resident_pages();
	for (int i = 0; i < 5; i++)
		eight_boxes_at_once();
	ck_assert_int_eq(open_descriptors(), files);
#ifndef __SANITIZE_ADDRESS__ /* which keeps what is freed for a while */
	ck_assert_int_lt(resident_pages() - pages, 64);
#else
	(void)pages;
#endif
	ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
	ck_assert_int_eq(errno, ECHILD);
}
END_TEST

SUITE(sandbox)
{
	TEST(a_program_says_how_it_ended_and_what_it_wrote);
	TEST(files_survive_a_restart_and_the_listener_does_too);
	TEST(what_is_hidden_is_empty_and_stays_so);
	TEST(a_sync_that_has_begun_may_be_read_later_or_not_at_all);
	TEST(what_a_missing_program_lacks_is_named);
	TEST(a_mount_that_is_not_there_is_a_failure_of_mounts);
	TEST(an_overlay_is_the_programs_to_change_and_the_original_stays);
	TEST(a_file_is_copied_out_and_a_link_or_device_is_not);
	TEST_LOOP(each_limit_has_a_reason_of_its_own,
		  sizeof(ends) / sizeof(ends[0]));
	TEST(output_beyond_the_limit_is_counted_and_not_kept);
	TEST(a_refused_call_is_recorded_with_what_it_wanted);
	TEST(a_program_cannot_kill_init_and_we_can_kill_the_program);
	TEST(boxes_leave_no_descriptor_memory_or_child_behind);
}
