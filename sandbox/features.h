/*
 * features -- what this kernel and this user can give a box, looked at one by
 * one, for `fumehood doctor`.
 */
#ifndef SANDBOX_FEATURES_H
#define SANDBOX_FEATURES_H

#include <stdbool.h>
#include <stddef.h>

enum feature_status {
	FEATURE_FOUND,
	FEATURE_WEAKER,  /* there is less of it than could be */
	FEATURE_MISSING,
};

struct feature {
	const char *name;
	enum feature_status status;
	bool required;    /* no full isolation without it */
	char detail[160]; /* what was found */
	const char *fix;  /* what to do, NULL when there is nothing to do */
};

/* Whether a kernel of that release, "6.12.3-amd64", can have every layer. */
bool features_kernel_will_do(const char *release);

#define FEATURES_MAX 24

/* How many; the last two are whole boxes that ran a program, with full and
 * with reduced isolation. */
size_t features_find(struct feature ret[FEATURES_MAX]);

#endif
