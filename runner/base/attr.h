/*
 * attr -- the three attributes of this tree, spelled once.
 *
 * AUTO(fn) releases a handle when it leaves its scope; DEFINE_AUTO makes the
 * helper it needs.  Handles only (descriptors, clients, boxes, arenas): data
 * lives in an arena, because static analysers do not model `cleanup` and
 * report every guarded malloc as a leak.
 *
 *	AUTO(arena_free) struct arena *arena = arena_new();
 */
#ifndef RUNNER_BASE_ATTR_H
#define RUNNER_BASE_ATTR_H

#include <unistd.h>

#define AUTO(fn) __attribute__((cleanup(fn##_p)))
#define DEFINE_AUTO(type, fn)                                                  \
	static inline void fn##_p(type *p)                                     \
	{                                                                      \
		if (*p)                                                        \
			fn(*p);                                                \
	}

#define PRINTF(fmt, first) __attribute__((format(printf, fmt, first)))
#define MUST_USE           __attribute__((warn_unused_result))

/* A descriptor that closes itself; -1 means none. */
static inline void fd_close_p(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}
#define AUTO_FD __attribute__((cleanup(fd_close_p))) int

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

#endif
