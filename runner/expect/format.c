#include "runner/expect/format.h"

#include <ctype.h>
#include <stdbool.h>

#include "runner/base/attr.h"
#include "runner/base/text.h"
#include "runner/expect/idn.h"
#include "runner/expect/regex_ecma.h"
#include "runner/expect/uri.h"

/* A cursor: each take_ function moves it past what it names, or fails. */
struct cursor {
	const char *p, *end;
};

static bool take_char(struct cursor *c, char want)
{
	if (c->p == c->end || *c->p != want)
		return false;
	c->p++;
	return true;
}

/* `want` in either case, as RFC 3339 allows for T and Z. */
static bool take_letter(struct cursor *c, char want)
{
	return take_char(c, want) || take_char(c, (char)tolower(want));
}

static int digits_ahead(const struct cursor *c)
{
	int n = 0;

	while (c->p + n < c->end && isdigit((unsigned char)c->p[n]))
		n++;
	return n;
}

/* Exactly `n` digits with a value in [low, high]; the value or -1. */
static int take_number(struct cursor *c, int n, int low, int high)
{
	int value = 0;

	if (c->end - c->p < n)
		return -1;
	for (int i = 0; i < n; i++) {
		if (!isdigit((unsigned char)c->p[i]))
			return -1;
		value = value * 10 + c->p[i] - '0';
	}
	if (value < low || value > high)
		return -1;
	c->p += n;
	return value;
}

static int days_in(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30,
				    31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100) || year % 400 == 0;

	return days[month - 1] + (month == 2 && leap);
}

/* RFC 3339 section 5.6 full-date. */
static bool take_date(struct cursor *c)
{
	int year = take_number(c, 4, 0, 9999), month;

	if (year < 0 || !take_char(c, '-'))
		return false;
	month = take_number(c, 2, 1, 12);
	return month > 0 && take_char(c, '-') &&
	       take_number(c, 2, 1, days_in(year, month)) > 0;
}

/* Minutes east of UTC into *ret. */
static bool take_offset(struct cursor *c, int *ret)
{
	int sign, hours, minutes;

	*ret = 0;
	if (take_letter(c, 'Z'))
		return true;
	sign = take_char(c, '+') ? 1 : take_char(c, '-') ? -1 : 0;
	if (!sign)
		return false;
	hours = take_number(c, 2, 0, 23);
	if (hours < 0 || !take_char(c, ':'))
		return false;
	minutes = take_number(c, 2, 0, 59);
	*ret = sign * (hours * 60 + minutes);
	return minutes >= 0;
}

/* full-time; a leap second only where UTC has 23:59 (appendix D). */
static bool take_time(struct cursor *c)
{
	int hours = take_number(c, 2, 0, 23), minutes, seconds, offset;

	if (hours < 0 || !take_char(c, ':'))
		return false;
	minutes = take_number(c, 2, 0, 59);
	if (minutes < 0 || !take_char(c, ':'))
		return false;
	seconds = take_number(c, 2, 0, 60);
	if (seconds < 0)
		return false;
	if (take_char(c, '.')) {
		if (!digits_ahead(c))
			return false;
		c->p += digits_ahead(c);
	}
	if (!take_offset(c, &offset))
		return false;
	minutes = (hours * 60 + minutes - offset + 2 * 1440) % 1440;
	return seconds < 60 || minutes == 1439;
}

static bool is_date(struct span s)
{
	struct cursor c = { s.data, s.data + s.len };

	return take_date(&c) && c.p == c.end;
}

static bool is_time(struct span s)
{
	struct cursor c = { s.data, s.data + s.len };

	return take_time(&c) && c.p == c.end;
}

static bool is_date_time(struct span s)
{
	struct cursor c = { s.data, s.data + s.len };

	return take_date(&c) && take_letter(&c, 'T') && take_time(&c) &&
	       c.p == c.end;
}

/*
 * Units of `all` in order and without a gap, each behind digits; how many.
 * RFC 3339 appendix A: P1Y2D is no duration.
 */
static int take_units(struct cursor *c, const char *all)
{
	const char *next = NULL;
	int n = 0;

	while (digits_ahead(c)) {
		const char *unit;

		c->p += digits_ahead(c);
		if (c->p == c->end)
			return -1;
		unit = memchr(all, *c->p, strlen(all));
		if (!unit || (next && unit != next))
			return -1;
		next = unit + 1;
		c->p++;
		n++;
	}
	return n;
}

static bool is_duration(struct span s)
{
	struct cursor c = { s.data, s.data + s.len }, weeks;
	int days, times = 0;

	if (!take_char(&c, 'P'))
		return false;
	weeks = c;
	if (take_units(&weeks, "W") == 1 && weeks.p == weeks.end)
		return true;
	days = take_units(&c, "YMD");
	if (days < 0)
		return false;
	if (take_char(&c, 'T')) {
		times = take_units(&c, "HMS");
		if (times <= 0)
			return false;
	}
	return days + times > 0 && c.p == c.end;
}

/* RFC 9562 section 4. */
static bool is_uuid(struct span s)
{
	if (s.len != 36)
		return false;
	for (size_t i = 0; i < 36; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (dash ? s.data[i] != '-'
			 : !isxdigit((unsigned char)s.data[i]))
			return false;
	}
	return true;
}

/* RFC 6901 section 3. */
static bool is_json_pointer(struct span s)
{
	if (s.len && *s.data != '/')
		return false;
	for (size_t i = 0; i < s.len; i++)
		if (s.data[i] == '~' &&
		    (i + 1 == s.len ||
		     (s.data[i + 1] != '0' && s.data[i + 1] != '1')))
			return false;
	return text_is_utf8(s);
}

static bool is_relative_json_pointer(struct span s)
{
	struct cursor c = { s.data, s.data + s.len };
	int n = digits_ahead(&c);

	if (!n || (n > 1 && *c.p == '0'))
		return false;
	c.p += n;
	if (c.end - c.p == 1 && *c.p == '#')
		return true;
	return is_json_pointer((struct span){ c.p, (size_t)(c.end - c.p) });
}

static bool is_atext(unsigned char ch, bool international)
{
	if (ch >= 0x80)
		return international;
	return ch && (isalnum(ch) || strchr("!#$%&'*+-/=?^_`{|}~", ch));
}

/* RFC 5321 section 4.1.2 Dot-string, or RFC 6531's. */
static bool is_dot_string(struct span s, bool international)
{
	if (!s.len || s.data[0] == '.' || s.data[s.len - 1] == '.')
		return false;
	for (size_t i = 0; i < s.len; i++) {
		if (s.data[i] == '.' ? s.data[i - 1] == '.'
				     : !is_atext((unsigned char)s.data[i],
						 international))
			return false;
	}
	return true;
}

static bool is_quoted_string(struct span s, bool international)
{
	if (s.len < 2 || s.data[0] != '"' || s.data[s.len - 1] != '"')
		return false;
	for (size_t i = 1; i + 1 < s.len; i++) {
		unsigned char ch = (unsigned char)s.data[i];

		if (ch == '\\' && i + 2 < s.len)
			i++;
		else if (ch < 32 || ch == 127 || ch == '"' || ch == '\\' ||
			 (ch >= 0x80 && !international))
			return false;
	}
	return true;
}

static bool is_domain(struct span s, bool international)
{
	if (s.len > 2 && s.data[0] == '[' && s.data[s.len - 1] == ']') {
		struct span literal = { s.data + 1, s.len - 2 };

		if (span_starts(literal, SPAN_LIT("IPv6:")))
			return uri_ipv6((struct span){ literal.data + 5,
						       literal.len - 5 });
		return uri_ipv4(literal);
	}
	return idn_hostname(s, international ? IDN_UNICODE | IDN_ANY_FORM : 0);
}

static bool is_address(struct span s, bool international)
{
	struct span local = s, domain;

	if (!text_is_utf8(s))
		return false;
	while (local.len && local.data[local.len - 1] != '@')
		local.len--;
	if (local.len < 2)
		return false;
	domain = (struct span){ s.data + local.len, s.len - local.len };
	local.len--;
	return (is_dot_string(local, international) ||
		is_quoted_string(local, international)) &&
	       is_domain(domain, international);
}

static bool is_email(struct span s)
{
	return is_address(s, false);
}

static bool is_idn_email(struct span s)
{
	return is_address(s, true);
}

static bool is_hostname(struct span s)
{
	return idn_hostname(s, 0);
}

static bool is_idn_hostname(struct span s)
{
	return idn_hostname(s, IDN_UNICODE);
}

static bool is_uri(struct span s)
{
	return uri_valid(s, URI_ABSOLUTE);
}

static bool is_uri_reference(struct span s)
{
	return uri_valid(s, 0);
}

static bool is_iri(struct span s)
{
	return uri_valid(s, URI_ABSOLUTE | URI_IRI);
}

static bool is_iri_reference(struct span s)
{
	return uri_valid(s, URI_IRI);
}

static bool take_percent(struct cursor *c)
{
	if (c->end - c->p < 3 || *c->p != '%' ||
	    !isxdigit((unsigned char)c->p[1]) ||
	    !isxdigit((unsigned char)c->p[2]))
		return false;
	c->p += 3;
	return true;
}

/* RFC 6570 section 2.3 varspec: names joined by dots, then * or :N. */
static bool take_varspec(struct cursor *c)
{
	bool more = true;

	while (more) {
		const char *start = c->p;

		while (c->p < c->end &&
		       (isalnum((unsigned char)*c->p) || *c->p == '_' ||
			*c->p == '%'))
			if (*c->p != '%')
				c->p++;
			else if (!take_percent(c))
				return false;
		if (c->p == start)
			return false;
		more = take_char(c, '.');
	}
	if (take_char(c, '*'))
		return true;
	if (take_char(c, ':')) {
		int n = digits_ahead(c);

		if (n < 1 || n > 4 || *c->p == '0')
			return false;
		c->p += n;
	}
	return true;
}

static bool take_expression(struct cursor *c)
{
	if (c->p < c->end && *c->p && strchr("+#./;?&=,!@|", *c->p)) {
		if (strchr("=,!@|", *c->p))
			return false; /* reserved for extensions */
		c->p++;
	}
	do
		if (!take_varspec(c))
			return false;
	while (take_char(c, ','));
	return take_char(c, '}');
}

static bool is_uri_template(struct span s)
{
	struct cursor c = { s.data, s.data + s.len };

	if (!text_is_utf8(s))
		return false;
	while (c.p < c.end) {
		unsigned char ch = (unsigned char)*c.p;

		if (take_char(&c, '{')) {
			if (!take_expression(&c))
				return false;
		} else if (ch == '%') {
			if (!take_percent(&c))
				return false;
		} else if (ch <= ' ' || ch == 127 || strchr("\"<>\\^`|}", ch)) {
			return false;
		} else {
			c.p++;
		}
	}
	return true;
}

static const struct {
	const char *name;
	bool (*check)(struct span text);
} formats[] = {
	{ "date-time", is_date_time },
	{ "date", is_date },
	{ "time", is_time },
	{ "duration", is_duration },
	{ "email", is_email },
	{ "idn-email", is_idn_email },
	{ "hostname", is_hostname },
	{ "idn-hostname", is_idn_hostname },
	{ "ipv4", uri_ipv4 },
	{ "ipv6", uri_ipv6 },
	{ "uri", is_uri },
	{ "uri-reference", is_uri_reference },
	{ "iri", is_iri },
	{ "iri-reference", is_iri_reference },
	{ "uuid", is_uuid },
	{ "uri-template", is_uri_template },
	{ "json-pointer", is_json_pointer },
	{ "relative-json-pointer", is_relative_json_pointer },
	{ "regex", regex_is_ecma },
};

int format_check(struct span name, struct span text)
{
	for (size_t i = 0; i < ARRAY_LEN(formats); i++)
		if (span_is(name, formats[i].name))
			return formats[i].check(text);
	return -1;
}
