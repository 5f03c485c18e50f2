/*
 * policyc -- compile the policies at build time: policyc DEFAULT BARE OUTPUT.c
 *
 * Writes the four constants that policy.h declares; BARE is laid over DEFAULT.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "sandbox/seccomp.h"

#define TEXT_BYTES_MAX (64 << 10)

static struct policy policy;

static void write_policy(FILE *out, const char *name)
{
	fprintf(out, "const struct policy %s = {\n\t.n_answers = %u,\n", name,
		policy.n_answers);
	fprintf(out, "\t.n_code = %u,\n\t.answers = {\n", policy.n_code);
	for (uint32_t i = 0; i < policy.n_answers; i++)
		fprintf(out, "\t\t{ %d, %d, \"%s\" },\n", policy.answers[i].nr,
			policy.answers[i].error, policy.answers[i].name);
	fprintf(out, "\t},\n\t.code = {\n");
	for (uint32_t i = 0; i < policy.n_code; i++)
		fprintf(out, "\t\t{ %u, %u, %u, %u },\n", policy.code[i].code,
			policy.code[i].jt, policy.code[i].jf, policy.code[i].k);
	fprintf(out, "\t},\n};\n");
}

static int fail(const char *path, const char *msg)
{
	dprintf(STDERR_FILENO, "%s: %s\n", path, msg);
	return 1;
}

static ssize_t read_text(const char *path, char *ret)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t len = fd < 0 ? -1 : read(fd, ret, TEXT_BYTES_MAX);

	if (fd >= 0)
		close(fd);
	if (len < 0 || len == TEXT_BYTES_MAX)
		fail(path, len < 0 ? strerror(errno) : "too long");
	return len == TEXT_BYTES_MAX ? -1 : len;
}

static const struct {
	const char *name;
	bool bare, counted;
} wanted[] = {
	{ "policy_default_uncounted", false, false },
	{ "policy_default", false, true },
	{ "policy_bare_uncounted", true, false },
	{ "policy_bare", true, true },
};

int main(int argc, char **argv)
{
	static char text[TEXT_BYTES_MAX], bare[TEXT_BYTES_MAX];
	char msg[200];
	ssize_t len, bare_len;
	FILE *out;

	if (argc != 4)
		return fail("policyc", "usage: policyc DEFAULT BARE OUTPUT.c");
	len = read_text(argv[1], text);
	bare_len = read_text(argv[2], bare);
	if (len < 0 || bare_len < 0)
		return 1;
	out = fopen(argv[3], "we");
	if (!out)
		return fail(argv[3], strerror(errno));
	fprintf(out, "#include \"sandbox/policy.h\"\n");
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		if (seccomp_compile_over(text, (size_t)len,
					 wanted[i].bare ? bare : NULL,
					 (size_t)bare_len, wanted[i].counted,
					 &policy, msg, sizeof(msg)) < 0)
			return fail(argv[1 + wanted[i].bare], msg);
		write_policy(out, wanted[i].name);
	}
	return fclose(out) ? fail(argv[3], strerror(errno)) : 0;
}
