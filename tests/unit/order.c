/* Which criteria are asked first by who watches. */
#include <check.h>

#include "runner/base/arena.h"
#include "runner/transcript/record.h"
#include "runner/watch/order.h"
#include "tests/unit/sample.h"
#include "tests/unit/suite.h"

START_TEST(what_was_lost_comes_first)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	const struct record *r = sample_record(arena);
	size_t n;
	const char *const *ids = order_first(arena, r, &n);

	ck_assert_uint_eq(n, 3);
	for (size_t i = 0; i < n; i++)
		ck_assert_str_ne(ids[i], "list"); /* the one that passed */
}
END_TEST

START_TEST(the_fewest_requests_come_first)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	const struct record *r = sample_record(arena);
	size_t n;
	const char *const *ids = order_first(arena, r, &n);

	/* `delete` was skipped: nobody knows how many it needs. */
	ck_assert_str_eq(ids[0], "create");
	ck_assert_str_eq(ids[1], "secret");
	ck_assert_str_eq(ids[2], "delete");
}
END_TEST

START_TEST(without_a_run_nothing_does)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	size_t n;

	ck_assert_ptr_nonnull(order_first(arena, NULL, &n));
	ck_assert_uint_eq(n, 0);
}
END_TEST

SUITE(order)
{
	TEST(what_was_lost_comes_first);
	TEST(the_fewest_requests_come_first);
	TEST(without_a_run_nothing_does);
}
