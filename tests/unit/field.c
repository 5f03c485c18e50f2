#include "graders/field.h"

#include "runner/base/arena.h"
#include "runner/base/attr.h"
#include "tests/unit/suite.h"

static const struct length_case {
	struct field field;
	const char *low, *high; /* NULL: there are none */
} cases[] = {
	{ { .type = FIELD_INTEGER }, "9", "10" },
	{ { .type = FIELD_INTEGER, .has_min = true, .min = 9, .has_max = true,
	    .max = 10 }, "9", "10" },
	{ { .type = FIELD_INTEGER, .has_min = true, .min = 10 },
	  "99", "100" },
	{ { .type = FIELD_INTEGER, .has_min = true, .min = 1000,
	    .has_max = true, .max = 10000 }, "9999", "10000" },
	{ { .type = FIELD_INTEGER, .has_min = true, .min = -5, .has_max = true,
	    .max = 9 }, NULL, NULL },
	{ { .type = FIELD_INTEGER, .has_min = true, .min = 1000000000000000 },
	  NULL, NULL },
	{ { .type = FIELD_NUMBER, .decimals = 2, .has_min = true, .min = 0,
	    .has_max = true, .max = 1000 }, "9.00", "10.00" },
	{ { .type = FIELD_NUMBER, .decimals = 2, .has_min = true, .min = 0,
	    .has_max = true, .max = 999 }, NULL, NULL },
	{ { .type = FIELD_STRING }, NULL, NULL },
	{ { .type = FIELD_BOOLEAN }, NULL, NULL },
};

START_TEST(two_numbers_come_in_another_order_as_text)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	const struct length_case *c = &cases[_i];
	const char *drawn[2] = { NULL, NULL };

	ck_assert_int_eq(field_draw_lengths(&c->field, arena, drawn),
			 c->low != NULL);
	ck_assert_pstr_eq(drawn[0], c->low);
	ck_assert_pstr_eq(drawn[1], c->high);
}
END_TEST

SUITE(field)
{
	TEST_LOOP(two_numbers_come_in_another_order_as_text,
		  ARRAY_LEN(cases));
}
