/* digest -- SHA-256 (FIPS 180-4) and MD5 (RFC 1321), as lower-case hex. */
#ifndef RUNNER_BASE_DIGEST_H
#define RUNNER_BASE_DIGEST_H

#include <stddef.h>

#include "runner/base/span.h"

#define DIGEST_SHA256_HEX 65 /* with the NUL */
#define DIGEST_MD5_HEX    33
#define DIGEST_BYTES      32

struct digest; /* a running SHA-256 */

struct digest *digest_new(void) __attribute__((returns_nonnull));
void digest_add(struct digest *digest, struct span bytes);
/* Writes the hex and frees `digest`. */
void digest_finish(struct digest *digest, char ret[DIGEST_SHA256_HEX]);

void digest_sha256(struct span bytes, char ret[DIGEST_SHA256_HEX]);
void digest_md5(struct span bytes, char ret[DIGEST_MD5_HEX]);

/* The same, as raw bytes: 32 and 16 of them. */
void digest_sha256_raw(struct span bytes, unsigned char ret[32]);
void digest_md5_raw(struct span bytes, unsigned char ret[16]);

#endif
