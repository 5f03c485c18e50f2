#include "runner/base/digest.h"

#include <nettle/md5.h>
#include <nettle/sha2.h>
#include <stdlib.h>

struct digest {
	struct sha256_ctx ctx;
};

static void to_hex(const unsigned char *bytes, size_t n, char *ret)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < n; i++) {
		*ret++ = digits[bytes[i] >> 4];
		*ret++ = digits[bytes[i] & 15];
	}
	*ret = '\0';
}

struct digest *digest_new(void)
{
	struct digest *digest = malloc(sizeof(*digest));

	if (!digest)
		abort();
	sha256_init(&digest->ctx);
	return digest;
}

void digest_add(struct digest *digest, struct span bytes)
{
	sha256_update(&digest->ctx, bytes.len, (const uint8_t *)bytes.data);
}

void digest_finish(struct digest *digest, char ret[DIGEST_SHA256_HEX])
{
	unsigned char raw[SHA256_DIGEST_SIZE];

	sha256_digest(&digest->ctx, sizeof(raw), raw);
	to_hex(raw, sizeof(raw), ret);
	free(digest);
}

void digest_sha256_raw(struct span bytes, unsigned char ret[32])
{
	struct sha256_ctx ctx;

	sha256_init(&ctx);
	sha256_update(&ctx, bytes.len, (const uint8_t *)bytes.data);
	sha256_digest(&ctx, SHA256_DIGEST_SIZE, ret);
}

void digest_sha256(struct span bytes, char ret[DIGEST_SHA256_HEX])
{
	unsigned char raw[SHA256_DIGEST_SIZE];

	digest_sha256_raw(bytes, raw);
	to_hex(raw, sizeof(raw), ret);
}

void digest_md5_raw(struct span bytes, unsigned char ret[16])
{
	struct md5_ctx ctx;

	md5_init(&ctx);
	md5_update(&ctx, bytes.len, (const uint8_t *)bytes.data);
	md5_digest(&ctx, MD5_DIGEST_SIZE, ret);
}

void digest_md5(struct span bytes, char ret[DIGEST_MD5_HEX])
{
	unsigned char raw[MD5_DIGEST_SIZE];

	digest_md5_raw(bytes, raw);
	to_hex(raw, sizeof(raw), ret);
}
