#include "runner/base/jsonout.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "runner/base/arena.h"
#include "runner/base/base64.h"
#include "runner/base/buf.h"
#include "runner/base/digest.h"
#include "runner/base/json.h"
#include "runner/base/text.h"

#define JSON_TEXT_MAX ((size_t)1 << 30) /* longest raw value we will hold */

/* A struct jsonout is a cJSON node; the name keeps cJSON inside this file. */
static cJSON *node_of(const struct jsonout *out)
{
	return (cJSON *)(uintptr_t)out;
}

static cJSON *must(cJSON *node)
{
	if (!node)
		abort(); /* out of memory: see the header */
	return node;
}

static void put(struct jsonout *to, const char *name, cJSON *child)
{
	cJSON *parent = node_of(to);
	cJSON_bool added;

	must(child);
	if (cJSON_IsArray(parent))
		added = cJSON_AddItemToArray(parent, child);
	else
		added = cJSON_AddItemToObject(parent, name, child);
	if (!added)
		abort();
}

struct jsonout *jsonout_object(void)
{
	return (struct jsonout *)must(cJSON_CreateObject());
}

struct jsonout *jsonout_array(void)
{
	return (struct jsonout *)must(cJSON_CreateArray());
}

void jsonout_free(struct jsonout *out)
{
	cJSON_Delete(node_of(out));
}

void jsonout_add(struct jsonout *to, const char *name, struct jsonout *child)
{
	put(to, name, node_of(child));
}

static bool is_plain(unsigned char c)
{
	return c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
}

/* What comes first in `value`, as RFC 8259 section 7 wants it; its bytes. */
static size_t quote_next(struct buf *out, struct span value, int *r)
{
	unsigned cp;
	size_t n = 0;

	while (n < value.len && is_plain((unsigned char)value.data[n]))
		n++;
	if (n) {
		*r = buf_add(out, value.data, n);
		return n;
	}
	n = text_utf8_next(value, &cp);
	if (!n) {
		*r = buf_add_str(out, "\xef\xbf\xbd"); /* U+FFFD */
		return 1;
	}
	if (cp == '"' || cp == '\\')
		*r = buf_add(out, (char[]){'\\', (char)cp}, 2);
	else if (cp < 0x20) /* a head is full of them */
		*r = buf_add(out,
			     (char[]){'\\', 'u', '0', '0', cp < 16 ? '0' : '1',
				      "0123456789abcdef"[cp % 16]},
			     6);
	else
		*r = buf_add(out, value.data, n);
	return n;
}

/*
 * cJSON's strings end at a NUL and are taken on trust to be UTF-8, so text
 * goes in as a literal that we write ourselves.
 */
static cJSON *quoted(struct span value)
{
	AUTO_BUF out = BUF_INIT(JSON_TEXT_MAX);
	int r = buf_add_char(&out, '"');

	while (value.len && r == 0) {
		size_t n = quote_next(&out, value, &r);

		value.data += n;
		value.len -= n;
	}
	if (r < 0 || buf_add_char(&out, '"') < 0)
		abort();
	return cJSON_CreateRaw(buf_str(&out));
}

void jsonout_span(struct jsonout *to, const char *name, struct span value)
{
	put(to, name, quoted(value));
}

void jsonout_str(struct jsonout *to, const char *name, const char *value)
{
	if (value)
		jsonout_span(to, name, span_of(value));
	else
		jsonout_null(to, name);
}

void jsonout_int(struct jsonout *to, const char *name, int64_t value)
{
	char text[24];

	/* A cJSON number is a double, which stops at 2^53. */
	snprintf(text, sizeof(text), "%" PRId64, value);
	put(to, name, cJSON_CreateRaw(text));
}

void jsonout_bool(struct jsonout *to, const char *name, bool value)
{
	put(to, name, cJSON_CreateBool(value));
}

void jsonout_null(struct jsonout *to, const char *name)
{
	put(to, name, cJSON_CreateNull());
}

void jsonout_hundredths(struct jsonout *to, const char *name, int64_t value)
{
	int64_t whole = value / 100, part = value % 100;
	const char *sign = value < 0 ? "-" : "";
	char text[40];

	whole = whole < 0 ? -whole : whole;
	part = part < 0 ? -part : part;
	if (!part)
		snprintf(text, sizeof(text), "%s%" PRId64, sign, whole);
	else if (part % 10)
		snprintf(text, sizeof(text), "%s%" PRId64 ".%02" PRId64, sign,
			 whole, part);
	else
		snprintf(text, sizeof(text), "%s%" PRId64 ".%" PRId64, sign,
			 whole, part / 10);
	put(to, name, cJSON_CreateRaw(text));
}

void jsonout_json(struct jsonout *to, const char *name, const struct json *v)
{
	AUTO_BUF out = BUF_INIT(JSON_TEXT_MAX);

	if (json_print(v, &out) < 0)
		abort();
	put(to, name, cJSON_CreateRaw(buf_str(&out)));
}

static cJSON *base64(struct span value)
{
	AUTO(arena_free) struct arena *arena = arena_new();

	return cJSON_CreateString(base64_encode(arena, value));
}

/* The longest start of `value` within `cap` that ends between code points. */
static struct span cut_utf8(struct span value, size_t cap)
{
	while (cap && ((unsigned char)value.data[cap] & 0xc0) == 0x80)
		cap--;
	return (struct span){ value.data, cap };
}

void jsonout_bytes(struct jsonout *to, const char *name, struct span value,
		   size_t cap)
{
	struct jsonout *bytes = jsonout_object();
	bool is_text = text_is_utf8(value);
	struct span shown = value;

	if (value.len > cap)
		shown = is_text ? cut_utf8(value, cap)
				: (struct span){ value.data, cap };
	if (is_text)
		jsonout_span(bytes, "text", shown);
	else
		put(bytes, "base64", base64(shown));
	if (shown.len < value.len) {
		char hex[DIGEST_SHA256_HEX];

		digest_sha256(value, hex);
		jsonout_int(bytes, "bytes", (int64_t)value.len);
		jsonout_str(bytes, "sha256", hex);
	}
	jsonout_add(to, name, bytes);
}

static char *printed(char *text)
{
	if (!text)
		abort();
	return text;
}

char *jsonout_print(const struct jsonout *out)
{
	return printed(cJSON_PrintUnformatted(node_of(out)));
}

char *jsonout_pretty(const struct jsonout *out)
{
	return printed(cJSON_Print(node_of(out)));
}
