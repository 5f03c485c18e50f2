/*
 * prng -- the run's random values, reproducible from its printed seed.
 *
 * Every user of randomness takes a stream of its own, named by a label: what
 * one grader draws never depends on what another drew before, so `--only`
 * sends the same requests as a whole grade.  Not for secrets.
 */
#ifndef RUNNER_BASE_PRNG_H
#define RUNNER_BASE_PRNG_H

#include <stddef.h>
#include <stdint.h>

struct arena;

struct prng {
	uint64_t state[4];
};

void prng_init(struct prng *prng, uint64_t seed, const char *label);
uint64_t prng_next(struct prng *prng);

/* Uniform in [low, high], without modulo bias. */
int64_t prng_range(struct prng *prng, int64_t low, int64_t high);

/* A pronounceable lower-case word of `len` letters, in `arena`. */
char *prng_word(struct prng *prng, struct arena *arena, size_t len);

/* `n` such words with spaces between, first letter upper case. */
char *prng_text(struct prng *prng, struct arena *arena, size_t n);

#endif
