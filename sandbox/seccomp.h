/*
 * seccomp -- a policy file becomes a filter that the kernel runs.
 *
 * A policy is text, one rule a line, `#` for comments:
 *
 *	allow NAME... [if CONDITION...]      the call goes through
 *	deny ERRNO NAME... [if CONDITION...]     it fails, silently
 *	pretend NAME... [if CONDITION...]        it gives 0 and does nothing
 *	record ERRNO NAME... [if CONDITION...]   it fails and is reported
 *	ask NAME... [if CONDITION...]        the keeper looks and decides
 *	kill NAME... [if CONDITION...]       the process ends
 *
 * A line that begins with `counted` or `uncounted` is for boxes whose memory a
 * cgroup counts, or not.
 *
 * A condition is `argN=VALUE[,VALUE...]`, `argN!=VALUE` or `argN&MASK=VALUE`;
 * values may be ranges (`3..9`).  Several must all hold.  All but `!=` look
 * at the low 32 bits only, as the kernel does for what is an int or flags.
 * A call that no rule allows fails with ENOSYS, as on an older kernel; a call
 * of another architecture ends the process.  `?NAME` may be unknown to
 * libseccomp: it then stays with ENOSYS.
 */
#ifndef SANDBOX_SECCOMP_H
#define SANDBOX_SECCOMP_H

#include "sandbox/policy.h"

/*
 * Compile `text`.  -EINVAL and `line N: what` in `msg` when the text is wrong.
 */
int seccomp_compile(const char *text, size_t len, bool counted,
		    struct policy *ret, char *msg, size_t msg_bytes);

/*
 * The same, with another policy laid over it: what `over` says of a call
 * stands instead of all that `text` says of that call.
 */
int seccomp_compile_over(const char *text, size_t len, const char *over,
			 size_t over_len, bool counted, struct policy *ret,
			 char *msg, size_t msg_bytes);

#endif
