/* What a raw answer may look like, and what is wrong with it. */
#include "runner/base/arena.h"
#include "runner/probe/transfer.h"
#include "tests/unit/suite.h"

#define OK "HTTP/1.1 200 OK\r\n"
#define CHUNKED OK "Transfer-Encoding: chunked\r\n\r\n"

static const struct framing_case {
	const char *method, *bytes, *wrong; /* NULL: nothing is */
} cases[] = {
	{"GET", OK "Content-Length: 2\r\n\r\nhi", NULL},
	{"GET", OK "\r\nuntil the connection ends", NULL},
	{"GET", OK "Content-Length: 2\r\n\r\nhi!",
	 "Content-Length is 2, but 3 bytes came"},
	{"GET", OK "Content-Length: 9\r\n\r\nhi",
	 "Content-Length is 9, but 2 bytes came"},
	{"GET", OK "Content-Length: two\r\n\r\nhi",
	 "Content-Length is no number"},
	{"GET", OK "Content-Length: 2\r\nContent-Length: 2\r\n\r\nhi",
	 "Content-Length is given 2 times"},
	{"GET", OK "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"
		   "0\r\n\r\n",
	 "both Content-Length and Transfer-Encoding are given"},
	{"GET", OK "Content-Type: a/b\r\nContent-type: c/d\r\n\r\n",
	 "Content-Type is given 2 times"},
	{"GET", OK "Set-Cookie: a\r\nSet-Cookie: b\r\n\r\n", NULL},
	{"GET", OK "X: a\r\n b\r\n\r\n", "a header is folded over two lines"},
	{"HEAD", OK "Content-Length: 2\r\n\r\n", NULL},
	{"HEAD", OK "Content-Length: 2\r\n\r\nhi",
	 "2 bytes follow the head, where no body may be"},
	{"GET", "HTTP/1.1 204 No Content\r\n\r\n", NULL},
	{"GET", "HTTP/1.1 204 No Content\r\n\r\nhi",
	 "2 bytes follow the head, where no body may be"},
	{"GET", "HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n",
	 "a 204 has no Content-Length"},
	{"GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n", NULL},
	{"GET", "HTTP/1.1 205 Reset Content\r\nContent-Length: 1\r\n\r\nx",
	 "1 bytes follow the head, where no body may be"},
	{"GET", CHUNKED "2\r\nhi\r\n0\r\n\r\n", NULL},
	{"GET", CHUNKED "A;x=y\r\n0123456789\r\n0\r\nX: 1\r\n\r\n", NULL},
	{"GET", CHUNKED "2\r\nhi!\r\n0\r\n\r\n",
	 "a chunk is not as long as it says"},
	{"GET", CHUNKED "ffffffff\r\nhi\r\n",
	 "a chunk is not as long as it says"},
	{"GET", CHUNKED "2\r\nhi\r\n", "the last chunk is missing"},
	{"GET", CHUNKED "x\r\n", "a chunk does not begin with its size"},
	{"GET", CHUNKED "0\r\n", "the end is missing behind the last chunk"},
	{"GET", CHUNKED "0\r\n\r\nmore", "4 bytes follow the last chunk"},
};

START_TEST(what_is_wrong_with_the_framing_is_said)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	const struct framing_case *c = &cases[_i];
	struct span all = span_of(c->bytes);
	size_t head = span_find(all, SPAN_LIT("\r\n\r\n")) + 4;
	struct http_response res = {.head = {all.data, head},
				    .body = {all.data + head, all.len - head}};

	ck_assert(head_parse(arena, res.head, &res));
	ck_assert_pstr_eq(http_framing(arena, c->method, &res), c->wrong);
}
END_TEST

SUITE(framing)
{
	TEST_LOOP(what_is_wrong_with_the_framing_is_said, ARRAY_LEN(cases));
}
