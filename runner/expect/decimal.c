#include "runner/expect/decimal.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>

#define EXPONENT_MAX 1000000000

struct decimal { /* digits * 10^exponent, no zeros at either end */
	const char *digits; /* may hold a '.' */
	size_t len;         /* of digits, with the '.' */
	int64_t exponent;
};

/* Value of the text behind 'e', clamped. */
static int64_t exponent_of(struct span s)
{
	int64_t n = 0, sign = 1;
	size_t i = 0;

	if (i < s.len && (s.data[i] == '-' || s.data[i] == '+'))
		sign = s.data[i++] == '-' ? -1 : 1;
	for (; i < s.len && n < EXPONENT_MAX; i++)
		n = n * 10 + s.data[i] - '0';
	return sign * n;
}

static struct decimal parse(struct span s)
{
	size_t end = 0, start = s.len && *s.data == '-', point;
	struct decimal d = { 0 };

	while (end < s.len && (s.data[end] | 0x20) != 'e')
		end++;
	if (end < s.len)
		d.exponent = exponent_of(
			(struct span){ s.data + end + 1, s.len - end - 1 });
	point = start + span_find((struct span){ s.data + start, end - start },
				  SPAN_LIT("."));
	if (point < end)
		d.exponent -= (int64_t)(end - point - 1);
	while (end > start &&
	       (s.data[end - 1] == '0' || s.data[end - 1] == '.')) {
		d.exponent += s.data[end - 1] == '0';
		end--;
	}
	while (start < end && (s.data[start] == '0' || s.data[start] == '.'))
		start++;
	d.digits = s.data + start;
	d.len = end - start;
	return d;
}

static unsigned __int128 scale(unsigned __int128 r, uint64_t m, uint64_t times)
{
	unsigned __int128 ten = 10 % m;

	for (; times; times >>= 1) { /* r * 10^times mod m, by squaring */
		if (times & 1)
			r = r * ten % m;
		ten = ten * ten % m;
	}
	return r;
}

bool decimal_divides(struct span divisor, struct span number)
{
	struct decimal d = parse(divisor), n = parse(number);
	unsigned __int128 r = 0;
	uint64_t m = 0;
	int count = 0;

	if (!n.len)
		return true; /* 0 is a multiple of anything */
	for (size_t i = 0; i < d.len; i++) {
		if (d.digits[i] == '.')
			continue;
		if (++count > 18)
			return false;
		m = m * 10 + (uint64_t)(d.digits[i] - '0');
	}
	/* n has no factor 10 left, so a larger power cannot divide it. */
	if (!m || n.exponent < d.exponent)
		return false;
	for (size_t i = 0; i < n.len; i++)
		if (n.digits[i] != '.')
			r = (r * 10 + (unsigned)(n.digits[i] - '0')) % m;
	return scale(r, m, (uint64_t)(n.exponent - d.exponent)) == 0;
}
