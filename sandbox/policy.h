/*
 * policy -- a compiled system call policy: a filter, and how the keeper
 * answers what the filter reports.
 *
 * The built-in ones (policy/) are compiled when the project is built:
 * libseccomp takes 5 ms for it, several times what a box takes.
 */
#ifndef SANDBOX_POLICY_H
#define SANDBOX_POLICY_H

#include <linux/filter.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define POLICY_ANSWERS_MAX 128
#define POLICY_CODE_MAX    4096 /* BPF_MAXINSNS */

struct policy_answer {
	int32_t nr;
	int32_t error; /* 0: the keeper looks and decides (ask) */
	char name[24];
};

/* Fixed size and without pointers, so that it can lie in a memfd. */
struct policy {
	uint32_t n_answers, n_code;
	struct policy_answer answers[POLICY_ANSWERS_MAX];
	struct sock_filter code[POLICY_CODE_MAX];
};

/*
 * The built-in ones: where a cgroup counts memory, and where none does; and
 * the same two for a box without namespaces (bare.h).
 */
extern const struct policy policy_default, policy_default_uncounted;
extern const struct policy policy_bare, policy_bare_uncounted;

/* NULL when the filter does not report this call. */
const struct policy_answer *policy_answer(const struct policy *policy, int nr);

/* A memfd with the filter alone, as confine() wants it; or -errno. */
int policy_filter_fd(const struct policy *policy);

#endif
