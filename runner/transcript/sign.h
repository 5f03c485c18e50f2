/*
 * sign -- Ed25519 keys and signatures (RFC 8032).
 *
 * A key is one line of text: what it is, and 32 bytes in base64.  The private
 * one is the seed; the public one follows from it.
 */
#ifndef RUNNER_TRANSCRIPT_SIGN_H
#define RUNNER_TRANSCRIPT_SIGN_H

#include <stdbool.h>

#include "runner/base/span.h"

struct arena;
struct err;

#define SIGN_KEY_BYTES       32
#define SIGN_SIGNATURE_BYTES 64
#define SIGN_LINE_MAX        200 /* bytes of a key file */

struct sign_key {
	bool is_private;
	unsigned char seed[SIGN_KEY_BYTES]; /* private keys only */
	unsigned char public[SIGN_KEY_BYTES];
};

/* A new key from the kernel's randomness. */
int sign_generate(struct sign_key *ret, struct err *err);

/* The line, with its line feed. */
const char *sign_print(struct arena *arena, const struct sign_key *key,
		       bool as_private);
/* -EINVAL when it is no key. */
int sign_parse(struct arena *arena, struct span line, struct sign_key *ret,
	       struct err *err);

/* The first 16 hex digits of SHA-256 of the public key: names it. */
const char *sign_key_id(struct arena *arena, const struct sign_key *key);

void sign_bytes(const struct sign_key *key, struct span bytes,
		unsigned char ret[SIGN_SIGNATURE_BYTES]);
bool sign_verify(const struct sign_key *key, struct span bytes,
		 struct span signature);

#endif
