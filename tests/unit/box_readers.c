#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>

#include "sandbox/cgroup.h"
#include "sandbox/decode.h"
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
	TEST(a_message_that_ends_early_fails_and_stays_harmless);
}
