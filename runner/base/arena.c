#include "runner/base/arena.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Many arenas hold little: the first block is small, each next one twice. */
#define BLOCK_FIRST (4u << 10)
#define BLOCK_MOST  (64u << 10)

struct block {
	struct block *next;
	size_t used, size;
	_Alignas(max_align_t) unsigned char bytes[];
};

struct adopted {
	struct adopted *next;
	void *memory;
};

struct arena {
	struct block *block; /* the one being filled; older ones behind it */
	struct adopted *adopted;
	size_t total;
};

static void __attribute__((noreturn)) out_of_memory(void)
{
	static const char msg[] = "fumehood: out of memory\n";

	if (write(2, msg, sizeof(msg) - 1) < 0)
		_exit(6);
	_exit(6);
}

static struct block *block_new(size_t size, struct block *next)
{
	struct block *block = calloc(1, sizeof(*block) + size);

	if (!block)
		out_of_memory();
	block->size = size;
	block->next = next;
	return block;
}

struct arena *arena_new(void)
{
	struct arena *arena = calloc(1, sizeof(*arena));

	if (!arena)
		out_of_memory();
	return arena;
}

void arena_free(struct arena *arena)
{
	if (!arena)
		return;
	/* The list lives in the blocks. */
	for (struct adopted *a = arena->adopted; a; a = a->next)
		free(a->memory);
	for (struct block *b = arena->block, *next; b; b = next) {
		next = b->next;
		free(b);
	}
	free(arena);
}

/* A large request gets a block of its own behind the one being filled. */
static void *alloc_large(struct arena *arena, size_t size)
{
	struct block *block;

	if (!arena->block)
		arena->block = block_new(BLOCK_FIRST, NULL);
	block = block_new(size, arena->block->next);
	arena->block->next = block;
	block->used = size;
	return block->bytes;
}

static size_t next_size(const struct block *last, size_t size)
{
	size_t next = last ? last->size * 2 : BLOCK_FIRST;

	while (next < size)
		next *= 2;
	return next < BLOCK_MOST ? next : BLOCK_MOST;
}

void *arena_alloc(struct arena *arena, size_t size)
{
	const size_t align = _Alignof(max_align_t);
	struct block *block = arena->block;
	void *p;

	if (size > SIZE_MAX / 2)
		out_of_memory();
	size = (size + align - 1) & ~(align - 1);
	arena->total += size;
	if (size > BLOCK_MOST / 4)
		return alloc_large(arena, size);
	if (!block || block->size - block->used < size)
		block = arena->block = block_new(next_size(block, size), block);
	p = block->bytes + block->used;
	block->used += size;
	return p;
}

void *arena_array(struct arena *arena, size_t n, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(n, size, &bytes))
		out_of_memory();
	return arena_alloc(arena, bytes);
}

void *arena_grow(struct arena *arena, const void *old, size_t n, size_t cap,
		 size_t size)
{
	void *p = arena_array(arena, cap, size);

	if (n)
		memcpy(p, old, n * size);
	return p;
}

char *arena_memdup(struct arena *arena, const void *bytes, size_t n)
{
	char *p = arena_alloc(arena, n + 1);

	if (n)
		memcpy(p, bytes, n);
	return p;
}

char *arena_strdup(struct arena *arena, const char *s)
{
	return arena_memdup(arena, s, strlen(s));
}

char *arena_vprintf(struct arena *arena, const char *fmt, va_list ap)
{
	va_list again;
	char *p;
	int n;

	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	if (n < 0)
		return arena_strdup(arena, "");
	p = arena_alloc(arena, (size_t)n + 1);
	vsnprintf(p, (size_t)n + 1, fmt, ap);
	return p;
}

char *arena_printf(struct arena *arena, const char *fmt, ...)
{
	va_list ap;
	char *p;

	va_start(ap, fmt);
	p = arena_vprintf(arena, fmt, ap);
	va_end(ap);
	return p;
}

void arena_adopt(struct arena *arena, void *memory, size_t size)
{
	struct adopted *a = arena_alloc(arena, sizeof(*a));

	*a = (struct adopted){arena->adopted, memory};
	arena->adopted = a;
	arena->total += size;
}

size_t arena_bytes(const struct arena *arena)
{
	return arena->total;
}
