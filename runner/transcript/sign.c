#include "runner/transcript/sign.h"

#include <errno.h>
#include <nettle/eddsa.h>
#include <string.h>
#include <sys/random.h>

#include "runner/base/arena.h"
#include "runner/base/base64.h"
#include "runner/base/digest.h"
#include "runner/base/err.h"

#define PRIVATE_WORD "fumehood-private-key/1 ed25519 "
#define PUBLIC_WORD  "fumehood-public-key/1 ed25519 "
#define KEY_ID_HEX   16

_Static_assert(SIGN_KEY_BYTES == ED25519_KEY_SIZE, "RFC 8032");
_Static_assert(SIGN_SIGNATURE_BYTES == ED25519_SIGNATURE_SIZE, "RFC 8032");

int sign_generate(struct sign_key *ret, struct err *err)
{
	ssize_t n = getrandom(ret->seed, sizeof(ret->seed), 0);

	if (n != (ssize_t)sizeof(ret->seed))
		return err_set(err, EIO, "no randomness for a key");
	ret->is_private = true;
	ed25519_sha512_public_key(ret->public, ret->seed);
	return 0;
}

const char *sign_print(struct arena *arena, const struct sign_key *key,
		       bool as_private)
{
	const unsigned char *bytes = as_private ? key->seed : key->public;

	return arena_printf(arena, "%s%s\n",
			    as_private ? PRIVATE_WORD : PUBLIC_WORD,
			    base64_encode(arena,
					  (struct span){ (const char *)bytes,
							 SIGN_KEY_BYTES }));
}

int sign_parse(struct arena *arena, struct span line, struct sign_key *ret,
	       struct err *err)
{
	struct span rest = line, bytes;
	size_t word;

	while (rest.len && rest.data[rest.len - 1] == '\n')
		rest.len--;
	ret->is_private = span_starts(rest, SPAN_LIT(PRIVATE_WORD));
	word = strlen(ret->is_private ? PRIVATE_WORD : PUBLIC_WORD);
	if (!ret->is_private && !span_starts(rest, SPAN_LIT(PUBLIC_WORD)))
		return err_set(err, EINVAL, "that is no key of fumehood");
	rest.data += word;
	rest.len -= word;
	if (!base64_decode(arena, rest, &bytes) || bytes.len != SIGN_KEY_BYTES)
		return err_set(err, EINVAL, "the key is damaged");
	memcpy(ret->is_private ? ret->seed : ret->public, bytes.data,
	       SIGN_KEY_BYTES);
	if (ret->is_private)
		ed25519_sha512_public_key(ret->public, ret->seed);
	return 0;
}

const char *sign_key_id(struct arena *arena, const struct sign_key *key)
{
	char hex[DIGEST_SHA256_HEX];

	digest_sha256((struct span){ (const char *)key->public,
				     SIGN_KEY_BYTES }, hex);
	return arena_memdup(arena, hex, KEY_ID_HEX);
}

void sign_bytes(const struct sign_key *key, struct span bytes,
		unsigned char ret[SIGN_SIGNATURE_BYTES])
{
	ed25519_sha512_sign(key->public, key->seed, bytes.len,
			    (const uint8_t *)bytes.data, ret);
}

bool sign_verify(const struct sign_key *key, struct span bytes,
		 struct span signature)
{
	return signature.len == SIGN_SIGNATURE_BYTES &&
	       ed25519_sha512_verify(key->public, bytes.len,
				     (const uint8_t *)bytes.data,
				     (const uint8_t *)signature.data);
}
