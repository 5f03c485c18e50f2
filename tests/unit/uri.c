#include "runner/base/arena.h"
#include "runner/expect/uri.h"
#include "tests/unit/suite.h"

/* RFC 3986 sections 5.4.1 and 5.4.2. */
static const struct {
	const char *ref, *result;
} resolved[] = {
	{ "g:h", "g:h" },
	{ "g", "http://a/b/c/g" },
	{ "./g", "http://a/b/c/g" },
	{ "g/", "http://a/b/c/g/" },
	{ "/g", "http://a/g" },
	{ "//g", "http://g" },
	{ "?y", "http://a/b/c/d;p?y" },
	{ "g?y", "http://a/b/c/g?y" },
	{ "#s", "http://a/b/c/d;p?q#s" },
	{ "g#s", "http://a/b/c/g#s" },
	{ ";x", "http://a/b/c/;x" },
	{ "", "http://a/b/c/d;p?q" },
	{ ".", "http://a/b/c/" },
	{ "./", "http://a/b/c/" },
	{ "..", "http://a/b/" },
	{ "../", "http://a/b/" },
	{ "../g", "http://a/b/g" },
	{ "../..", "http://a/" },
	{ "../../g", "http://a/g" },
	{ "../../../g", "http://a/g" },
	{ "/./g", "http://a/g" },
	{ "/../g", "http://a/g" },
	{ "g.", "http://a/b/c/g." },
	{ "..g", "http://a/b/c/..g" },
	{ "./../g", "http://a/b/g" },
	{ "./g/.", "http://a/b/c/g/" },
	{ "g/./h", "http://a/b/c/g/h" },
	{ "g/../h", "http://a/b/c/h" },
	{ "g;x=1/../y", "http://a/b/c/y" },
	{ "g?y/../x", "http://a/b/c/g?y/../x" },
};

START_TEST(resolves_the_examples_of_the_rfc)
{
	AUTO(arena_free) struct arena *arena = arena_new();

	ck_assert_str_eq(uri_resolve(arena, SPAN_LIT("http://a/b/c/d;p?q"),
				     span_of(resolved[_i].ref)),
			 resolved[_i].result);
}
END_TEST

static const struct {
	const char *text;
	unsigned flags;
	bool valid;
} checked[] = {
	{ "http://a:80/x?y#z", URI_ABSOLUTE, true },
	{ "/x", URI_ABSOLUTE, false },
	{ "/x", 0, true },
	{ "", 0, true },
	{ "a:b", 0, true },
	{ "1a:b", 0, false },
	{ "http://a:x/", 0, false },
	{ "http://[::1]/", 0, true },
	{ "http://[::1", 0, false },
	{ "/a b", 0, false },
	{ "/%zz", 0, false },
	{ "/\xc3\xa9", 0, false },
	{ "/\xc3\xa9", URI_IRI, true },
	{ "/\xff", URI_IRI, false },
	/* An empty host has no bytes to look into. */
	{ "http://:80/", 0, true },
	{ "http://", 0, true },
	{ "//@", 0, true },
	{ "//@:", 0, true },
	{ "//a@b@c", 0, false },
};

START_TEST(checks_the_grammar)
{
	ck_assert_int_eq(uri_valid(span_of(checked[_i].text),
				   checked[_i].flags),
			 checked[_i].valid);
}
END_TEST

SUITE(uri)
{
	TEST_LOOP(resolves_the_examples_of_the_rfc, ARRAY_LEN(resolved));
	TEST_LOOP(checks_the_grammar, ARRAY_LEN(checked));
}
