/*
 * policyc -- compile a policy at build time: policyc POLICY OUTPUT.c
 *
 * Writes the two constants that policy.h declares.
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

int main(int argc, char **argv)
{
	static char text[TEXT_BYTES_MAX];
	static const char *const names[] = { "policy_default_uncounted",
					     "policy_default" };
	char msg[200];
	ssize_t len;
	FILE *out;
	int fd;

	if (argc != 3)
		return fail("policyc", "usage: policyc POLICY OUTPUT.c");
	fd = open(argv[1], O_RDONLY | O_CLOEXEC);
	len = fd < 0 ? -1 : read(fd, text, sizeof(text));
	if (len < 0 || len == sizeof(text))
		return fail(argv[1], len < 0 ? strerror(errno) : "too long");
	out = fopen(argv[2], "we");
	if (!out)
		return fail(argv[2], strerror(errno));
	fprintf(out, "#include \"sandbox/policy.h\"\n");
	for (int counted = 0; counted < 2; counted++) {
		if (seccomp_compile(text, (size_t)len, counted, &policy, msg,
				    sizeof(msg)) < 0)
			return fail(argv[1], msg);
		write_policy(out, names[counted]);
	}
	return fclose(out) ? fail(argv[2], strerror(errno)) : 0;
}
