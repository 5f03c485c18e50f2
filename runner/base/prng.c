/* xoshiro256** (Blackman and Vigna, public domain), seeded by splitmix64. */
#include "runner/base/prng.h"

#include <ctype.h>

#include "runner/base/arena.h"

static uint64_t splitmix(uint64_t *x)
{
	uint64_t z = (*x += 0x9e3779b97f4a7c15u);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

static uint64_t rotl(uint64_t x, int k)
{
	return (x << k) | (x >> (64 - k));
}

void prng_init(struct prng *prng, uint64_t seed, const char *label)
{
	uint64_t x = seed;

	/* FNV-1a over the label, so that streams do not overlap. */
	for (uint64_t h = 0xcbf29ce484222325u; *label; label++) {
		h = (h ^ (unsigned char)*label) * 0x100000001b3u;
		x ^= splitmix(&h);
	}
	for (int i = 0; i < 4; i++)
		prng->state[i] = splitmix(&x);
}

uint64_t prng_next(struct prng *prng)
{
	uint64_t *s = prng->state;
	uint64_t result = rotl(s[1] * 5, 7) * 9, t = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rotl(s[3], 45);
	return result;
}

int64_t prng_range(struct prng *prng, int64_t low, int64_t high)
{
	uint64_t n = (uint64_t)high - (uint64_t)low + 1, x, limit;

	if (!n)
		return (int64_t)prng_next(prng);
	limit = UINT64_MAX - UINT64_MAX % n;
	do
		x = prng_next(prng);
	while (x >= limit);
	return (int64_t)((uint64_t)low + x % n);
}

static void word(struct prng *prng, char *out, size_t len)
{
	static const char consonants[] = "bcdfgklmnprstvz", vowels[] = "aeiou";

	for (size_t i = 0; i < len; i++)
		out[i] = i % 2 ? vowels[prng_range(prng, 0, 4)]
			       : consonants[prng_range(prng, 0, 14)];
}

char *prng_word(struct prng *prng, struct arena *arena, size_t len)
{
	char *out = arena_alloc(arena, len + 1);

	word(prng, out, len);
	return out;
}

char *prng_text(struct prng *prng, struct arena *arena, size_t n)
{
	char *out = arena_alloc(arena, n * 10 + 1), *p = out;

	for (size_t i = 0; i < n; i++) {
		size_t len = (size_t)prng_range(prng, 4, 8);

		if (i)
			*p++ = ' ';
		word(prng, p, len);
		p += len;
	}
	out[0] = (char)toupper((unsigned char)out[0]);
	return out;
}
