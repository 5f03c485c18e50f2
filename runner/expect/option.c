#include <errno.h>
#include <stdlib.h>

#include "runner/base/arena.h"
#include "runner/base/text.h"
#include "runner/expect/reader.h"

enum option_value {
	VALUE_BOOL,
	VALUE_COUNT,
	VALUE_COUNT_OR_FOREVER,
	VALUE_DURATION,
	VALUE_TEXT,
	VALUE_VARIABLE
};

/* `why` is set for what is left out, and then the rest means nothing. */
static const struct {
	const char *name;
	enum option_kind_hurl kind;
	enum option_value value;
	const char *why;
} options[] = {
#define NO_TLS	 "there is no TLS between fumehood and the server"
#define ONE_HOST "there is one server, reached directly"
#define BY_NAME	 ONE_HOST "; a header Host names another"
#define ONLY_HTTP_AUTH "only basic and digest authentication"
#define NO_HTTP2 "the exchange is HTTP/1.1"
	{"aws-sigv4", HURL_IGNORED, VALUE_TEXT, "requests are not signed"},
	{"cacert", HURL_IGNORED, VALUE_TEXT, NO_TLS},
	{"cert", HURL_IGNORED, VALUE_TEXT, NO_TLS},
	{"compressed", HURL_COMPRESSED, VALUE_BOOL, NULL},
	{"connect-timeout", HURL_IGNORED, VALUE_DURATION, NULL},
	{"connect-to", HURL_IGNORED, VALUE_TEXT, BY_NAME},
	{"delay", HURL_DELAY, VALUE_DURATION, NULL},
	{"digest", HURL_DIGEST, VALUE_BOOL, NULL},
	{"header", HURL_HEADER, VALUE_TEXT, NULL},
	{"http1.0", HURL_HTTP10, VALUE_BOOL, NULL},
	{"http1.1", HURL_HTTP11, VALUE_BOOL, NULL},
	{"http2", HURL_IGNORED, VALUE_BOOL, NO_HTTP2},
	{"http3", HURL_IGNORED, VALUE_BOOL, NO_HTTP2},
	{"insecure", HURL_IGNORED, VALUE_BOOL, NULL},
	{"ipv4", HURL_IGNORED, VALUE_BOOL, NULL},
	{"ipv6", HURL_IGNORED, VALUE_BOOL, ONE_HOST},
	{"key", HURL_IGNORED, VALUE_TEXT, NO_TLS},
	{"limit-rate", HURL_LIMIT_RATE, VALUE_COUNT_OR_FOREVER, NULL},
	{"location", HURL_LOCATION, VALUE_BOOL, NULL},
	{"location-trusted", HURL_LOCATION, VALUE_BOOL, NULL},
	{"max-redirs", HURL_MAX_REDIRS, VALUE_COUNT_OR_FOREVER, NULL},
	{"max-time", HURL_MAX_TIME, VALUE_DURATION, NULL},
	{"negotiate", HURL_IGNORED, VALUE_BOOL, ONLY_HTTP_AUTH},
	{"netrc", HURL_IGNORED, VALUE_BOOL,
	 "a script holds its own "
	 "credentials"},
	{"netrc-file", HURL_IGNORED, VALUE_TEXT,
	 "a script holds its own "
	 "credentials"},
	{"netrc-optional", HURL_IGNORED, VALUE_BOOL,
	 "a script holds its own "
	 "credentials"},
	{"no-cookie-store", HURL_NO_COOKIE_STORE, VALUE_BOOL, NULL},
	{"no-proxy", HURL_IGNORED, VALUE_TEXT, ONE_HOST},
	{"noproxy", HURL_IGNORED, VALUE_TEXT, ONE_HOST},
	{"ntlm", HURL_IGNORED, VALUE_BOOL, ONLY_HTTP_AUTH},
	{"output", HURL_IGNORED, VALUE_TEXT, "scripts write no files"},
	{"path-as-is", HURL_IGNORED, VALUE_BOOL, NULL},
	{"pinnedpubkey", HURL_IGNORED, VALUE_TEXT, NO_TLS},
	{"proxy", HURL_IGNORED, VALUE_TEXT, ONE_HOST},
	{"repeat", HURL_REPEAT, VALUE_COUNT_OR_FOREVER, NULL},
	{"resolve", HURL_IGNORED, VALUE_TEXT, BY_NAME},
	{"retry", HURL_RETRY, VALUE_COUNT_OR_FOREVER, NULL},
	{"retry-interval", HURL_RETRY_INTERVAL, VALUE_DURATION, NULL},
	{"skip", HURL_SKIP, VALUE_BOOL, NULL},
	{"unix-socket", HURL_IGNORED, VALUE_TEXT, ONE_HOST},
	{"user", HURL_USER, VALUE_TEXT, NULL},
	{"variable", HURL_VARIABLE, VALUE_VARIABLE, NULL},
	{"verbosity", HURL_IGNORED, VALUE_TEXT, NULL},
	{"verbose", HURL_IGNORED, VALUE_BOOL, NULL},
	{"very-verbose", HURL_IGNORED, VALUE_BOOL, NULL},
};

static int unknown_option(struct reader *r, struct place at, struct span name)
{
	const char *names[ARRAY_LEN(options) + 1] = {0};
	const char *near;

	for (size_t i = 0; i < ARRAY_LEN(options); i++)
		names[i] = options[i].name;
	near = text_suggest(arena_memdup(r->arena, name.data, name.len), names);
	if (near)
		return reader_fail(r, at,
				   "the option name is not valid. "
				   "Did you mean %s?",
				   near);
	return reader_fail(r, at, "the option name is not valid");
}

static int parse_bool(struct reader *r, struct operand *ret)
{
	ret->kind = OPERAND_BOOL;
	if (reader_take(r, "true"))
		ret->truth = true;
	else if (!reader_take(r, "false"))
		return reader_fail(r, ret->at, "expecting 'true|false'");
	return 0;
}

static int parse_count(struct reader *r, bool forever, struct operand *ret)
{
	ret->kind = OPERAND_NUMBER;
	if (parse_number_literal(r, &ret->text) || ret->text.len > 9 ||
	    (*ret->text.data == '-' && !(forever && span_is(ret->text, "-1"))))
		return reader_fail(r, ret->at, "expecting '%s'",
				   forever ? "integer >= -1" : "integer >= 0");
	return 0;
}

/* 3s, 500ms, 1m, 1h or a bare number of milliseconds; kept in milliseconds. */
static int parse_duration(struct reader *r, struct operand *ret)
{
	static const struct {
		const char *name;
		long ms;
	} units[] = {
		{"", 1}, {"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000},
	};
	struct span digits = reader_run(r, READER_DIGITS), unit;
	long n;

	if (!digits.len || digits.len > 9)
		return reader_fail(r, ret->at, "expecting a duration");
	n = strtol(arena_memdup(r->arena, digits.data, digits.len), NULL, 10);
	unit = reader_run(r, READER_LETTERS);
	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		if (!span_is(unit, units[i].name))
			continue;
		ret->kind = OPERAND_NUMBER;
		ret->text = span_of(
			arena_printf(r->arena, "%ld", n * units[i].ms));
		return 0;
	}
	return reader_fail(r, ret->at, "a duration is in ms, s, m or h");
}

/* name=value, where the value has the type that it looks like. */
static int parse_variable(struct reader *r, struct option *ret)
{
	struct reader ahead;

	ret->name = reader_run(r, READER_LETTERS READER_DIGITS "_-");
	if (!ret->name.len)
		return reader_fail(r, r->place, "expecting a variable");
	reader_blanks(r);
	if (reader_expect(r, "="))
		return -EINVAL;
	reader_blanks(r);
	ret->value.at = r->place;
	ahead = *r;
	ahead.err = NULL;
	if (!parse_operand(&ahead, &ret->value) &&
	    ret->value.kind != OPERAND_REGEX &&
	    ret->value.kind != OPERAND_FILE) {
		reader_blanks(&ahead);
		if (reader_at_end(&ahead) ||
		    reader_char_in(reader_peek(&ahead), "#\r\n")) {
			ahead.err = r->err;
			*r = ahead;
			return 0;
		}
	}
	ret->value.kind = OPERAND_STRING;
	return parse_unquoted(r, &ret->value.template);
}

static int parse_option_value(struct reader *r, enum option_value kind,
			      struct option *ret)
{
	ret->value.at = r->place;
	if (kind == VALUE_VARIABLE)
		return parse_variable(r, ret);
	if (kind == VALUE_TEXT)
		return parse_unquoted(r, &ret->text);
	if (reader_take(r, "{{")) {
		ret->value.kind = OPERAND_EXPR;
		return parse_expr(r, &ret->value.expr);
	}
	if (kind == VALUE_BOOL)
		return parse_bool(r, &ret->value);
	if (kind == VALUE_DURATION)
		return parse_duration(r, &ret->value);
	return parse_count(r, kind == VALUE_COUNT_OR_FOREVER, &ret->value);
}

/* To ask for nothing is to ask for nothing that is left out. */
static bool is_off(const struct reader *r, enum option_value kind)
{
	struct reader ahead = *r;

	reader_blanks(&ahead);
	if (kind != VALUE_BOOL || !reader_take(&ahead, ":"))
		return false;
	reader_blanks(&ahead);
	return reader_take(&ahead, "false");
}

int parse_option(struct reader *r, struct option *ret)
{
	struct place at = r->place;
	struct span name = reader_run(r, READER_LETTERS READER_DIGITS "-._");

	*ret = (struct option){.at = at};
	for (size_t i = 0; i < ARRAY_LEN(options); i++) {
		if (!span_is(name, options[i].name))
			continue;
		if (options[i].why && !is_off(r, options[i].value))
			return reader_refuse(r, at,
					     arena_printf(r->arena,
							  "the option %s",
							  options[i].name),
					     options[i].why);
		ret->kind = options[i].kind;
		reader_blanks(r);
		if (reader_expect(r, ":"))
			return -EINVAL;
		reader_blanks(r);
		return parse_option_value(r, options[i].value, ret);
	}
	return unknown_option(r, at, name);
}
