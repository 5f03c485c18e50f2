#include "runner/base/base64.h"

#include "runner/base/arena.h"

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			     "abcdefghijklmnopqrstuvwxyz0123456789+/";

char *base64_encode(struct arena *arena, struct span bytes)
{
	const unsigned char *p = (const unsigned char *)bytes.data;
	char *text = arena_alloc(arena, (bytes.len + 2) / 3 * 4 + 1);
	char *out = text;

	for (size_t i = 0; i < bytes.len; i += 3) {
		size_t n = bytes.len - i < 3 ? bytes.len - i : 3;
		unsigned v = (unsigned)p[i] << 16;

		v |= n > 1 ? (unsigned)p[i + 1] << 8 : 0;
		v |= n > 2 ? (unsigned)p[i + 2] : 0;
		for (size_t k = 0; k < 4; k++)
			*out++ = k <= n ? digits[v >> (18 - 6 * k) & 63] : '=';
	}
	return text;
}

static int value_of(char c)
{
	const char *found = c ? memchr(digits, c, sizeof(digits) - 1) : NULL;

	return found ? (int)(found - digits) : -1;
}

/* Four characters; the last may hold one or two signs of padding. */
static bool decode_four(const char *four, bool last, char *out, size_t *ret_n)
{
	size_t pad = 0;
	unsigned v = 0;

	while (last && pad < 2 && four[3 - pad] == '=')
		pad++;
	for (size_t i = 0; i < 4 - pad; i++) {
		int digit = value_of(four[i]);

		if (digit < 0)
			return false;
		v |= (unsigned)digit << (18 - 6 * i);
	}
	/* Bits that stand for nothing must be zero: one text per value. */
	if (v & ((1u << 8 * pad) - 1))
		return false;
	for (size_t i = 0; i < 3 - pad; i++)
		out[i] = (char)(v >> (16 - 8 * i));
	*ret_n = 3 - pad;
	return true;
}

bool base64_decode(struct arena *arena, struct span text, struct span *ret)
{
	char *bytes = arena_alloc(arena, text.len / 4 * 3 + 1);
	size_t n = 0;

	if (text.len % 4)
		return false;
	for (size_t i = 0; i < text.len; i += 4) {
		size_t got;

		if (!decode_four(text.data + i, i + 4 == text.len, bytes + n,
				 &got))
			return false;
		n += got;
	}
	*ret = (struct span){ bytes, n };
	return true;
}
