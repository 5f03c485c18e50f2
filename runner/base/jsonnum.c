/* Numbers of any length, compared as decimals: no double is involved. */
#include "runner/base/json.h"

#include <math.h>
#include <stdlib.h>

#define EXPONENT_MAX ((int64_t)1 << 60) /* larger ones are taken as this */

/* 0.DIGITS x 10^exponent, DIGITS without zeros at either end. */
struct decimal {
	bool negative;
	const char *text; /* holds the digits, with a '.' among them */
	size_t len;
	size_t n_digits; /* 0: the number is zero */
	int64_t exponent;
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static int64_t read_exponent(const char *s, size_t len)
{
	bool negative = len && *s == '-';
	int64_t v = 0;

	for (size_t i = 0; i < len; i++)
		if (is_digit(s[i]) && v < EXPONENT_MAX / 10 - 10)
			v = v * 10 + (s[i] - '0');
		else if (is_digit(s[i]))
			v = EXPONENT_MAX / 10;
	return negative ? -v : v;
}

static struct decimal decimal_of(struct span t)
{
	struct decimal d = {0};
	size_t end = 0, first, last, point;

	if (t.len && *t.data == '-') {
		d.negative = true;
		t = (struct span){t.data + 1, t.len - 1};
	}
	while (end < t.len && (t.data[end] | 0x20) != 'e')
		end++;
	if (end < t.len)
		d.exponent = read_exponent(t.data + end + 1, t.len - end - 1);
	for (point = 0; point < end && t.data[point] != '.';)
		point++;
	for (first = 0;
	     first < end && (!is_digit(t.data[first]) || t.data[first] == '0');)
		first++;
	for (last = end; last > first && (!is_digit(t.data[last - 1]) ||
					  t.data[last - 1] == '0');)
		last--;
	d.text = t.data + first;
	d.len = last - first;
	d.n_digits = d.len - (first < point && point < last);
	d.exponent += first < point ? (int64_t)(point - first)
				    : -(int64_t)(first - point - 1);
	if (!d.n_digits)
		d = (struct decimal){0};
	return d;
}

/* The digit at `*at`, which moves behind it; '0' behind the last one. */
static char next_digit(const struct decimal *d, size_t *at)
{
	if (*at < d->len && d->text[*at] == '.')
		++*at;
	return *at < d->len ? d->text[(*at)++] : '0';
}

static int compare_sizes(const struct decimal *a, const struct decimal *b)
{
	size_t n = a->n_digits > b->n_digits ? a->n_digits : b->n_digits;
	size_t i = 0, j = 0;

	if (a->exponent != b->exponent)
		return a->exponent < b->exponent ? -1 : 1;
	for (; n; n--) {
		char x = next_digit(a, &i), y = next_digit(b, &j);

		if (x != y)
			return x < y ? -1 : 1;
	}
	return 0;
}

int json_compare_numbers(struct span a, struct span b)
{
	struct decimal x = decimal_of(a), y = decimal_of(b);

	if (!x.n_digits || !y.n_digits || x.negative != y.negative) {
		int sign_x = !x.n_digits ? 0 : x.negative ? -1 : 1;
		int sign_y = !y.n_digits ? 0 : y.negative ? -1 : 1;

		return (sign_x > sign_y) - (sign_x < sign_y);
	}
	return x.negative ? -compare_sizes(&x, &y) : compare_sizes(&x, &y);
}

bool json_is_integer(const struct json *v)
{
	struct decimal d;

	if (!v || v->type != JSON_NUMBER)
		return false;
	d = decimal_of(v->text);
	return !d.n_digits || d.exponent >= (int64_t)d.n_digits;
}

bool json_int(const struct json *v, int64_t *ret)
{
	struct decimal d;
	int64_t value = 0;
	size_t at = 0;

	if (!json_is_integer(v))
		return false;
	d = decimal_of(v->text);
	if (d.exponent > 19)
		return false;
	for (int64_t i = 0; d.n_digits && i < d.exponent; i++) {
		int digit = next_digit(&d, &at) - '0';

		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_sub_overflow(value, digit, &value))
			return false;
	}
	if (!d.negative && __builtin_sub_overflow(0, value, &value))
		return false;
	*ret = value;
	return true;
}

double json_double(const struct json *v)
{
	if (!v || v->type != JSON_NUMBER)
		return NAN;
	return strtod(v->text.data, NULL);
}
