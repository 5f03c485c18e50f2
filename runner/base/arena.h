/*
 * arena -- memory that is freed all at once.
 *
 * One exercise run owns one arena.  Everything a run learns (manifest,
 * requests, responses, findings) is allocated here and dies with the run.
 * Allocation never returns NULL: running out of memory ends the program.
 */
#ifndef RUNNER_BASE_ARENA_H
#define RUNNER_BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

#include "runner/base/attr.h"

struct arena;

struct arena *arena_new(void)
	__attribute__((returns_nonnull, warn_unused_result));
void arena_free(struct arena *arena); /* NULL is allowed */
DEFINE_AUTO(struct arena *, arena_free)

/* Zeroed memory, aligned for any type; lives as long as the arena. */
void *arena_alloc(struct arena *arena, size_t size)
	__attribute__((returns_nonnull));

/* As arena_alloc(n * size), and ends the program when that overflows. */
void *arena_array(struct arena *arena, size_t n, size_t size)
	__attribute__((returns_nonnull));

/* Grow an array of `n` items to `cap`; the old one stays until the end. */
void *arena_grow(struct arena *arena, const void *old, size_t n, size_t cap,
		 size_t size) __attribute__((returns_nonnull));

/* Copies; the result has a NUL behind it even when `n` bytes hold none. */
char *arena_memdup(struct arena *arena, const void *bytes, size_t n)
	__attribute__((returns_nonnull));
char *arena_strdup(struct arena *arena, const char *s)
	__attribute__((returns_nonnull));

char *arena_printf(struct arena *arena, const char *fmt, ...) PRINTF(2, 3)
	__attribute__((returns_nonnull));
char *arena_vprintf(struct arena *arena, const char *fmt, va_list ap)
	PRINTF(2, 0) __attribute__((returns_nonnull));

/* Take over what malloc() gave: it is freed with the arena. */
void arena_adopt(struct arena *arena, void *memory, size_t size);

/* Bytes handed out so far, for ceilings and tests. */
size_t arena_bytes(const struct arena *arena);

#endif
