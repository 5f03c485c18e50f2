/* Structured fields, URLs, dates, encodings: small readers of header text. */
#include <stdint.h>

#include "runner/base/arena.h"
#include "runner/base/err.h"
#include "runner/base/text.h"
#include "runner/expect/date.h"
#include "runner/expect/encode.h"
#include "runner/expect/sfv.h"
#include "runner/expect/uri.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	struct span text = { (const char *)data, size }, out;
	const struct sfv *field;
	struct value date;
	struct err err;

	for (int kind = SFV_ITEM; kind <= SFV_DICTIONARY; kind++)
		sfv_parse(arena, (enum sfv_kind)kind, text, &field, &err);
	uri_valid(text, 0);
	uri_resolve(arena, SPAN_LIT("http://a/b/c?d"), text);
	encode_base64_decode(arena, text, size % 2, &out);
	encode_percent_decode(arena, text, size % 2, &out);
	encode_html_decode(arena, text);
	text_visible(arena, text, 10);
	text_shell_quote(arena, text);
	date_parse_http(text, &date);
	if (date_parse(text, SPAN_LIT("%+"), &date))
		date_format(arena, &date, text, &out);
	date = date_now();
	date_format(arena, &date, text, &out);
	return 0;
}
