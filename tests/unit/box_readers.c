#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "sandbox/bare.h"
#include "sandbox/bare_tree.h"
#include "sandbox/cgroup.h"
#include "sandbox/decode.h"
#include "sandbox/features.h"
#include "sandbox/net.h"
#include "sandbox/proc.h"
#include "sandbox/seccomp.h"
#include "sandbox/wire.h"
#include "tests/unit/suite.h"

START_TEST(a_process_name_cannot_forge_its_numbers)
{
	struct proc_usage usage = { 0 };

	ck_assert(proc_parse_stat("7 (a) R 1 2 3 4) S 1 7 7 0 -1 0 0 0 0 0 "
				  "10 20 30 40 20 0 1 0 0",
				  &usage));
	ck_assert_int_eq(usage.cpu_us, 100 * 10000);
	ck_assert(!proc_parse_stat("7 (a", &usage));
	ck_assert(!proc_parse_stat("", &usage));
}
END_TEST

START_TEST(memory_of_a_process_is_what_it_alone_causes)
{
	struct proc_usage usage = { 0 };

	ck_assert(proc_parse_status("Name:\tx\nVmPTE:\t  4 kB\nRssAnon:\t 8 "
				    "kB\nRssFile:\t 99 kB\nRssShmem:\t 16 "
				    "kB\nThreads:\t5\n",
				    &usage));
	ck_assert_int_eq(usage.memory_bytes, 28 * 1024);
	ck_assert_int_eq(usage.threads, 5);
	ck_assert(!proc_parse_status("Name:\tx\n", &usage));
	/* No sum of such numbers is below one of them. */
	ck_assert(proc_parse_status("RssAnon: 9223372036854775807 kB\n"
				    "RssShmem: 9223372036854775807 kB\n"
				    "Threads:\t5\n", &usage));
	ck_assert_int_gt(usage.memory_bytes, INT64_C(1) << 60);
}
END_TEST

START_TEST(pages_that_processes_share_count_once)
{
	struct proc_usage usage = { .memory_bytes = 99 * 1024,
				    .tables_bytes = 4 * 1024 };

	ck_assert(!proc_parse_rollup("Pss: 9 kB\nPss_Anon: 9 kB\n", &usage));
	ck_assert_int_eq(usage.memory_bytes, 99 * 1024);
	ck_assert(proc_parse_rollup("Rss: 70 kB\nPss: 9 kB\nPss_Anon:  5 kB\n"
				    "Pss_File: 3 kB\nPss_Shmem:  1 kB\n",
				    &usage));
	ck_assert_int_eq(usage.memory_bytes, 10 * 1024);
}
END_TEST

START_TEST(sockets_are_counted_by_their_namespace)
{
	ck_assert_int_eq(proc_parse_sockstat("sockets: used 3905\nTCP: inuse 2 "
					     "orphan 0\n"), 3905);
	ck_assert_int_eq(proc_parse_sockstat("sockets: used -4\n"), 0);
	ck_assert_int_eq(proc_parse_sockstat("TCP: inuse 2\n"), 0);
	ck_assert_int_eq(proc_parse_sockstat(""), 0);
}
END_TEST

static const struct {
	const char *text, *controller, *path;
} paths[] = {
	{ "8:pids:/\n4:memory:/a/b\n0::/u\n", "memory", "/a/b" },
	{ "8:pids:/\n4:memory:/a/b\n0::/u\n", "", "/u" },
	{ "8:pids:/\n4:memory:/a/b\n0::/u", "pids", "/" },
	{ "3:cpu,cpuacct:/x:y\n", "cpuacct", "/x:y" },
	{ "3:cpu,cpuacct:/x\n", "acct", NULL },
	{ "nonsense\n\n:\n", "", NULL },
	{ "", "memory", NULL },
};

START_TEST(a_cgroup_path_is_found_by_its_controller)
{
	char path[64];
	bool found = cgroup_path(paths[_i].text, paths[_i].controller, path,
				 sizeof(path));

	ck_assert_int_eq(found, paths[_i].path != NULL);
	if (found)
		ck_assert_str_eq(path, paths[_i].path);
}
END_TEST

START_TEST(a_counter_is_found_by_its_whole_name)
{
	static const char text[] = "oom 1\noom_kill 7\noom_group_kill 9\n";

	ck_assert_int_eq(cgroup_value(text, "oom_kill"), 7);
	ck_assert_int_eq(cgroup_value(text, "oom"), 1);
	ck_assert_int_eq(cgroup_value(text, "kill"), -1);
	ck_assert_int_eq(cgroup_value("", "oom"), -1);
}
END_TEST

START_TEST(listening_ports_are_told_from_connections_and_ours)
{
	static const char text[] =
		"  sl  local_address rem_address   st\n"
		"   0: 0100007F:1F40 00000000:0000 0A 0\n"
		"   1: 0100007F:1F41 00000000:0000 0A 0\n"
		"   2: 0100007F:1F42 0100007F:1F40 01 0\n"
		"   3: 00000000000000000000000001000000:0050 "
		"00000000000000000000000000000000:0000 0A 0\n";
	uint16_t ports[4];

	ck_assert_uint_eq(net_listeners(text, 8000, ports, 0, 4), 2);
	ck_assert_uint_eq(ports[0], 8001);
	ck_assert_uint_eq(ports[1], 80);
	ck_assert_uint_eq(net_listeners(text, 8000, ports, 0, 1), 1);
}
END_TEST

START_TEST(addresses_are_decoded_and_cannot_lie_about_their_length)
{
	struct sockaddr_in in = { .sin_family = AF_INET,
				  .sin_port = htons(53),
				  .sin_addr.s_addr = htonl(0x08080808) };
	struct sockaddr_un un = { AF_UNIX, "/run/\033[31m" };
	char text[DECODE_BYTES];

	decode_address(&in, sizeof(in), text, sizeof(text));
	ck_assert_str_eq(text, "8.8.8.8:53");
	ck_assert(!decode_is_loopback(&in, sizeof(in)));
	in.sin_addr.s_addr = htonl(0x7f000001);
	ck_assert(decode_is_loopback(&in, sizeof(in)));
	ck_assert(!decode_is_loopback(&in, 4));
	decode_address(&un, sizeof(un), text, sizeof(text));
	ck_assert_str_eq(text, "unix /run/?[31m");
	decode_address(&un, 1, text, sizeof(text));
	ck_assert_str_eq(text, "family 0");
}
END_TEST

static const struct {
	const char *policy, *error;
} wrong_policies[] = {
	{ "allow read\nallow raed", "line 2: no call is named `raed`" },
	{ "permit read", "line 1: `permit` is no verb" },
	{ "deny read", "line 1: `deny` needs the name of an error" },
	{ "allow", "line 1: no call is named" },
	{ "allow read if arg9=1", "line 1: `arg9=1` is no condition" },
	{ "allow read if arg0=", "line 1: a value is missing" },
	{ "record EPERM bpf\nrecord EACCES bpf",
	  "line 2: `bpf` is recorded with another error already" },
};

START_TEST(a_wrong_policy_names_its_line)
{
	static struct policy policy;
	const char *text = wrong_policies[_i].policy;
	char msg[100];

	ck_assert_int_eq(seccomp_compile(text, strlen(text), true, &policy,
					 msg, sizeof(msg)), -EINVAL);
	ck_assert_str_eq(msg, wrong_policies[_i].error);
}
END_TEST

START_TEST(what_is_laid_over_a_policy_stands_instead_of_it)
{
	static struct policy base, both, alone;
	const char *text = "record EPERM bpf ptrace\nallow read";
	const char *over = "record EACCES bpf\ndeny ENOSYS read";
	const char *same = "record EACCES bpf\nrecord EPERM ptrace";
	char msg[100];

	ck_assert_int_eq(seccomp_compile(text, strlen(text), true, &base, msg,
					 sizeof(msg)), 0);
	ck_assert_int_eq(seccomp_compile_over(text, strlen(text), over,
					      strlen(over), true, &both, msg,
					      sizeof(msg)), 0);
	ck_assert_int_eq(seccomp_compile(same, strlen(same), true, &alone, msg,
					 sizeof(msg)), 0);
	ck_assert_int_eq(policy_answer(&base, SYS_bpf)->error, EPERM);
	ck_assert_int_eq(policy_answer(&both, SYS_bpf)->error, EACCES);
	ck_assert_int_eq(policy_answer(&both, SYS_ptrace)->error, EPERM);
	ck_assert_uint_eq(both.n_code, alone.n_code);
	ck_assert_mem_eq(both.code, alone.code,
			 alone.n_code * sizeof(alone.code[0]));
}
END_TEST

START_TEST(without_namespaces_no_socket_is_made_or_connected)
{
	const struct policy *bare = &policy_bare_uncounted;

	ck_assert_int_eq(policy_answer(bare, SYS_socket)->error, EACCES);
	ck_assert_int_eq(policy_answer(bare, SYS_connect)->error, EACCES);
	ck_assert_int_eq(policy_answer(bare, SYS_bind)->error, EACCES);
	/* Nothing is left that the keeper would have to decide. */
	for (uint32_t i = 0; i < bare->n_answers; i++)
		ck_assert_int_ne(bare->answers[i].error, 0);
}
END_TEST

START_TEST(the_built_in_policy_knows_what_it_reports)
{
	ck_assert_ptr_nonnull(policy_answer(&policy_default, SYS_connect));
	ck_assert_int_eq(policy_answer(&policy_default, SYS_connect)->error,
			 0);
	ck_assert_int_eq(policy_answer(&policy_default, SYS_ptrace)->error,
			 EPERM);
	ck_assert_ptr_null(policy_answer(&policy_default, SYS_read));
	ck_assert_uint_eq(policy_default_uncounted.n_answers,
			  policy_default.n_answers);
	ck_assert_uint_gt(policy_default.n_code, 0);
}
END_TEST

static const struct {
	int abi;
	bool root, has_ids;
	int layer; /* that is named, or -1: nothing stands in the way */
} bare_worlds[] = {
	{ 0, false, false, SANDBOX_LAYER_LANDLOCK },
	{ 3, true, true, SANDBOX_LAYER_LANDLOCK },
	/* Its signals are kept inside by nothing. */
	{ 4, false, false, SANDBOX_LAYER_LANDLOCK },
	{ 5, false, true, SANDBOX_LAYER_LANDLOCK },
	{ 6, false, false, -1 },
	{ 4, true, true, -1 },
	{ 7, true, true, -1 },
	{ 7, true, false, SANDBOX_LAYER_UID },
	{ 4, true, false, SANDBOX_LAYER_UID },
};

START_TEST(without_namespaces_signals_must_be_held_by_something)
{
	enum sandbox_layer layer;
	const char *why = bare_refusal(bare_worlds[_i].abi,
				       bare_worlds[_i].root,
				       bare_worlds[_i].has_ids, &layer);

	ck_assert_int_eq(why ? (int)layer : -1, bare_worlds[_i].layer);
}
END_TEST

START_TEST(children_are_numbers_and_end_at_what_is_none)
{
	const char *s = "7 12 2147483647 4294967303 5";
	int expected[] = { 7, 12, 2147483647 }, child, n = 0;

	while ((s = proc_next_child(s, &child)) != NULL)
		ck_assert_int_eq(child, expected[n++]);
	ck_assert_int_eq(n, 3);
	ck_assert_ptr_null(proc_next_child("", &child));
	ck_assert_ptr_null(proc_next_child("-3 4", &child));
}
END_TEST

START_TEST(who_a_process_is_cannot_be_said_by_its_name)
{
	struct proc_identity it = { 0 };

	ck_assert(proc_parse_identity(
		"7 (a) S 1 2 3 0 -1 0 0 0 0 0 0 0 0 0 0 0 0 0 99) S 1 7 8 0 -1 "
		"0 0 0 0 0 10 20 30 40 20 0 1 0 5000 0", &it));
	ck_assert_int_eq(it.session, 8);
	ck_assert_uint_eq(it.start, 5000);
	ck_assert(!proc_parse_identity("7 (a) S 1 7 8 0 -1 0", &it));
}
END_TEST

static const struct {
	const char *text;
	int session;
} stats[] = {
	{ "7 (sh) S 1 7 9 0 -1 4194560 1", 9 },
	{ "7 () S 1 2 3 ) R 4 5 6 0 -1) S 1 7 11 0 -1", 11 },
	{ "7 (sh) S 1 7", 0 },
	{ "7 (sh) S 1 7 -3 0", 0 },
	{ "", 0 },
};

START_TEST(a_session_is_read_behind_whatever_name)
{
	ck_assert_int_eq(proc_parse_session(stats[_i].text),
			 stats[_i].session);
}
END_TEST

/* d/d/d/..., each closed to everybody, with a file at the bottom. */
static void make_deep(int top, int depth)
{
	int dir = fcntl(top, F_DUPFD_CLOEXEC, 0), next;

	for (int i = 0; i < depth; i++) {
		ck_assert_int_eq(mkdirat(dir, "d", 0700), 0);
		next = openat(dir, "d", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		ck_assert_int_ge(next, 0);
		if (i % 100 == 50)
			ck_assert_int_eq(fchmod(next, 0700), 0);
		close(dir);
		dir = next;
	}
	close(openat(dir, "file", O_WRONLY | O_CREAT | O_CLOEXEC, 0));
	ck_assert_int_eq(fchmod(dir, 0), 0);
	close(dir);
}

START_TEST(a_folder_is_removed_however_deep_and_closed_it_is)
{
	char name[] = "/tmp/fumehood-unit-XXXXXX";
	struct bare_usage usage;
	int top;

	ck_assert_ptr_nonnull(mkdtemp(name));
	top = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	make_deep(top, 3000);
	ck_assert_int_eq(symlinkat("/etc", top, "link"), 0);
	ck_assert_int_eq(mkdirat(top, ".taken-out-0", 0), 0);
	ck_assert_int_eq(mkdirat(top, ".taken-out-1", 0), 0);
	bare_measure(name, 1000000, &usage);
	ck_assert_int_eq(usage.inodes, 3004); /* 3000, file, link and two */
	bare_measure(name, 100, &usage);
	ck_assert_int_eq(usage.inodes, 101);
	close(top);
	tree_remove(AT_FDCWD, name);
	ck_assert_int_eq(access(name, F_OK), -1);
	ck_assert_int_eq(access("/etc/passwd", F_OK), 0);
}
END_TEST

static int copy_to(const char *from, char *to, int64_t bytes, int64_t inodes)
{
	const struct tree_copy copy = { geteuid(), getegid(), bytes, inodes };

	ck_assert_ptr_nonnull(mkdtemp(to));
	return tree_copy(from, to, &copy);
}

START_TEST(a_copy_has_files_and_folders_and_nothing_else)
{
	char from[] = "/tmp/fumehood-unit-XXXXXX";
	char to[][32] = { "/tmp/fumehood-unit-XXXXXX",
			  "/tmp/fumehood-unit-XXXXXX",
			  "/tmp/fumehood-unit-XXXXXX" };
	struct bare_usage usage;
	int top, fd;

	ck_assert_ptr_nonnull(mkdtemp(from));
	top = open(from, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ck_assert_int_eq(mkdirat(top, "sub", 0755), 0);
	fd = openat(top, "sub/file", O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	ck_assert_int_eq(write(fd, "12345678", 8), 8);
	close(fd);
	ck_assert_int_eq(symlinkat("/etc/passwd", top, "link"), 0);
	ck_assert_int_eq(mkfifoat(top, "fifo", 0644), 0);
	ck_assert_int_eq(copy_to(from, to[0], 8, 10), 0);
	bare_measure(to[0], 100, &usage);
	ck_assert_int_eq(usage.inodes, 2); /* sub, sub/file */
	ck_assert_int_eq(copy_to(from, to[1], 7, 10), -EFBIG);
	ck_assert_int_eq(copy_to(from, to[2], 8, 1), -EFBIG);
	close(top);
	for (int i = 0; i < 3; i++)
		tree_remove(AT_FDCWD, to[i]);
	tree_remove(AT_FDCWD, from);
}
END_TEST

START_TEST(a_message_that_ends_early_fails_and_stays_harmless)
{
	static struct wire w;
	const char *list[3];
	int number;

	wire_put_str(&w, "one");
	wire_put_strs(&w, (const char *const[]){ "a", "b", "c", NULL });
	ck_assert_str_eq(wire_get_str(&w), "one");
	wire_get_strs(&w, list, 3);
	ck_assert(w.failed); /* three do not fit beside the NULL */
	ck_assert_str_eq(list[1], "b");
	w = (struct wire){ .len = 2 };
	wire_get(&w, &number, sizeof(number));
	ck_assert(w.failed);
	ck_assert_int_eq(number, 0);
}
END_TEST

/* Sends `n` bytes and the end of a pipe; the other end is given. */
static int send_with_pipe(int socket, size_t n)
{
	int fds[2];

	ck_assert_int_eq(pipe(fds), 0);
	ck_assert_int_eq(wire_send(socket, "12345678", n, &fds[1], 1), 0);
	close(fds[1]);
	return fds[0];
}

static const struct {
	size_t sent;
	int result;
	size_t n_fds;
} packets[] = {
	{ 4, 4, 1 },
	{ 5, -EMSGSIZE, 0 },
	{ 0, -EPIPE, 0 }, /* looks like the end, and brings one all the same */
};

START_TEST(a_message_that_fails_leaves_no_descriptor)
{
	int pair[2], fd = -1, other;
	size_t n_fds = 7;
	char bytes[4];

	ck_assert_int_eq(wire_pair(pair), 0);
	other = send_with_pipe(pair[0], packets[_i].sent);
	ck_assert_int_eq(wire_recv(pair[1], bytes, sizeof(bytes), &fd, 1,
				   &n_fds), packets[_i].result);
	ck_assert_uint_eq(n_fds, packets[_i].n_fds);
	if (n_fds)
		close(fd);
	/* The end of the file: nobody holds the other end. */
	ck_assert_int_eq(fcntl(other, F_SETFL, O_NONBLOCK), 0);
	ck_assert_int_eq(read(other, bytes, 1), 0);
	close(other);
	close(pair[0]);
	close(pair[1]);
}
END_TEST

/* What a call refers to may lie across two pages, or end with the first. */
static const struct {
	bool next_page;
	const char *seen;
} pages[] = {
	{ true, "/proc/kcore" },
	{ false, "/proc" },
};

START_TEST(a_path_is_read_as_far_as_there_is_memory)
{
	const size_t page = 4096;
	char *memory = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *path = memory + page - strlen("/proc"), text[DECODE_BYTES];
	struct seccomp_notif req = { .pid = (uint32_t)getpid(),
				     .data.args[0] = (uintptr_t)path };

	ck_assert_ptr_ne(memory, MAP_FAILED);
	memcpy(path, "/proc/kcore", sizeof("/proc/kcore"));
	if (!pages[_i].next_page)
		ck_assert_int_eq(munmap(memory + page, page), 0);
	decode_call(&req, "chroot", text);
	ck_assert_str_eq(text, pages[_i].seen);
	req.data.args[0] = 0;
	decode_call(&req, "chroot", text);
	ck_assert_str_eq(text, "");
}
END_TEST

static const struct {
	const char *address;
	bool loopback;
} v6[] = {
	{ "::1", true },	      { "::", true },
	{ "::ffff:127.1.2.3", true }, { "::ffff:0.0.0.0", true },
	{ "::ffff:8.8.8.8", false },  { "fe80::1", false },
};

START_TEST(loopback_has_more_than_one_name)
{
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };

	ck_assert_int_eq(inet_pton(AF_INET6, v6[_i].address, &in6.sin6_addr),
			 1);
	ck_assert_int_eq(decode_is_loopback(&in6, sizeof(in6)),
			 v6[_i].loopback);
}
END_TEST

static const struct {
	const char *line;
	int64_t bytes;
} mappings[] = {
	{ "7f0000000000-7f0000002000 rw-s 00001000 00:2a 77 /tmp/box/f "
	  "(deleted)", 0x3000 },
	{ "7f0000000000-7f0000002000 rw-s 00000000 00:2a 77 /tmp/box/f", -1 },
	{ "7f0000000000-7f0000002000 rw-s 00000000 00:2a 77 /tmp/other "
	  "(deleted)", -1 },
	{ "nonsense of /tmp/box (deleted)", -1 },
	{ "2000-1000 rw-s 00000000 00:2a 77 /tmp/box/f (deleted)", -1 },
	/* Far behind the end of any file, and not to wrap around. */
	{ "7f0000000000-7f0000002000 rw-s 7ffffffffffff000 00:2a 77 "
	  "/tmp/box/f (deleted)", INT64_C(1) << 60 },
};

START_TEST(a_mapping_of_a_file_without_a_name_counts)
{
	uint64_t inode = 0;

	ck_assert_int_eq(bare_parse_mapping(mappings[_i].line, "/tmp/box",
					    &inode), mappings[_i].bytes);
	if (mappings[_i].bytes >= 0)
		ck_assert_uint_eq(inode, 77);
}
END_TEST

static const struct {
	const char *release;
	bool will_do;
} kernels[] = {
	{ "5.13.0", true },	    { "5.9.16", false },
	{ "5.10.0-28-amd64", false }, { "4.19.0", false },
	{ "6.1.0-18-amd64", true }, { "6", true },
	{ "10.0", true },	    { "", false },
};

START_TEST(a_release_of_the_kernel_is_two_numbers)
{
	ck_assert_int_eq(features_kernel_will_do(kernels[_i].release),
			 kernels[_i].will_do);
}
END_TEST

#define N(list) (sizeof(list) / sizeof((list)[0]))

SUITE(box_readers)
{
	TEST(a_process_name_cannot_forge_its_numbers);
	TEST(memory_of_a_process_is_what_it_alone_causes);
	TEST(pages_that_processes_share_count_once);
	TEST(sockets_are_counted_by_their_namespace);
	TEST_LOOP(a_cgroup_path_is_found_by_its_controller, N(paths));
	TEST(a_counter_is_found_by_its_whole_name);
	TEST(listening_ports_are_told_from_connections_and_ours);
	TEST(addresses_are_decoded_and_cannot_lie_about_their_length);
	TEST_LOOP(a_wrong_policy_names_its_line, N(wrong_policies));
	TEST(what_is_laid_over_a_policy_stands_instead_of_it);
	TEST(without_namespaces_no_socket_is_made_or_connected);
	TEST(the_built_in_policy_knows_what_it_reports);
	TEST_LOOP(without_namespaces_signals_must_be_held_by_something,
		  N(bare_worlds));
	TEST(children_are_numbers_and_end_at_what_is_none);
	TEST(who_a_process_is_cannot_be_said_by_its_name);
	TEST_LOOP(a_session_is_read_behind_whatever_name, N(stats));
	TEST(a_folder_is_removed_however_deep_and_closed_it_is);
	TEST(a_copy_has_files_and_folders_and_nothing_else);
	TEST(a_message_that_ends_early_fails_and_stays_harmless);
	TEST_LOOP(a_message_that_fails_leaves_no_descriptor, N(packets));
	TEST_LOOP(a_path_is_read_as_far_as_there_is_memory, N(pages));
	TEST_LOOP(loopback_has_more_than_one_name, N(v6));
	TEST_LOOP(a_mapping_of_a_file_without_a_name_counts, N(mappings));
	TEST_LOOP(a_release_of_the_kernel_is_two_numbers, N(kernels));
}
