#include "runner/expect/coding.h"

#include "runner/base/arena.h"
#include "tests/unit/suite.h"

#define BYTES(literal) { literal, sizeof(literal) - 1 }
/* "Hello World!" */
#define HELLO_GZIP                                                             \
	"\x1f\x8b\x08\0\0\0\0\0\x02\xff\xf3\x48\xcd\xc9\xc9\x57\x08\xcf\x2f"   \
	"\xca\x49\x51\x04\0\xa3\x1c\x29\x1c\x0c\0\0\0"
#define HELLO_BROTLI "\x21\x2c\x00\x04Hello World!\x03"

static const struct {
	const char *codings;
	struct span body;
	const char *text, *why; /* one of them */
} cases[] = {
	{ "gzip", BYTES(HELLO_GZIP), "Hello World!", NULL },
	{ " X-GZIP ", BYTES(HELLO_GZIP), "Hello World!", NULL },
	{ "br", BYTES(HELLO_BROTLI), "Hello World!", NULL },
	{ "identity,,br", BYTES(HELLO_BROTLI), "Hello World!", NULL },
	{ "identity", BYTES("as it is"), "as it is", NULL },
	{ "", BYTES("as it is"), "as it is", NULL },
	{ "deflate", BYTES("\x03\0"), "", NULL },
	{ "gzip", BYTES(""), NULL, "the body is not gzip" },
	{ "gzip", BYTES(HELLO_GZIP "x"), NULL, "the body is not gzip" },
	{ "gzip", BYTES(HELLO_BROTLI), NULL, "the body is not gzip" },
	{ "deflate", BYTES(HELLO_GZIP), NULL, "the body is not deflate" },
	{ "br", BYTES(HELLO_GZIP), NULL, "the body is not brotli" },
	{ "br", BYTES(HELLO_BROTLI "x"), NULL, "the body is not brotli" },
	{ "br", BYTES("\x21\x2c"), NULL, "the body is not brotli" },
	{ "zst\x1b", BYTES("x"), NULL,
	  "the Content-Encoding zst\\x1b is not known" },
	{ "br,br,br,br,br", BYTES("x"), NULL,
	  "the body has more codings than the ceiling" },
};

START_TEST(a_coding_is_undone_or_named)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	struct span out = { "", 0 };
	const char *why = coding_undo(arena, cases[_i].body, cases[_i].codings,
				      1000, &out);

	ck_assert_pstr_eq(why, cases[_i].why);
	if (cases[_i].text)
		ck_assert(span_is(out, cases[_i].text));
}
END_TEST

START_TEST(no_more_comes_out_than_the_ceiling)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	static const struct span gzip = BYTES(HELLO_GZIP);
	static const struct span brotli = BYTES(HELLO_BROTLI);
	struct span out;

	ck_assert_ptr_null(coding_undo(arena, gzip, "gzip", 12, &out));
	ck_assert_ptr_null(coding_undo(arena, brotli, "br", 12, &out));
	ck_assert_str_eq(coding_undo(arena, gzip, "gzip", 11, &out),
			 CODING_TOO_LARGE);
	ck_assert_str_eq(coding_undo(arena, brotli, "br", 11, &out),
			 CODING_TOO_LARGE);
}
END_TEST

SUITE(coding)
{
	TEST_LOOP(a_coding_is_undone_or_named,
		  sizeof(cases) / sizeof(*cases));
	TEST(no_more_comes_out_than_the_ceiling);
}
