#include "runner/base/arena.h"
#include "runner/exercise/brief.h"
#include "tests/unit/suite.h"

static const char brief[] =
	"# Title\n\n## R1 First\n\n"
	"* **R1.1** The store is `a.db`. It\n  may be\tmissing.\n"
	"* **R1.2** Short.\n\n"
	"  | a | table |\n\n"
	"* **R1.10** Ten\n"
	"## R2\n"
	"- **R2.1** the last";

static const struct {
	const char *id, *text;
} cases[] = {
	{ "R1.1", "The store is a.db. It may be\tmissing." },
	{ "R1.2", "Short. (a table in the brief)" },
	{ "R1.10", "Ten" },
	{ "R2.1", "the last" },
	{ "R1", NULL },
	{ "R3.1", NULL },
};

START_TEST(a_requirement_is_found_by_its_id)
{
	AUTO(arena_free) struct arena *arena = arena_new();

	ck_assert_pstr_eq(brief_clause(arena, SPAN_LIT(brief), cases[_i].id),
			  cases[_i].text);
}
END_TEST

static const struct {
	const char *id, *text;
} items[] = {
	{ "R1.1", "* **R1.1** The store is `a.db`. It\n  may be\tmissing." },
	{ "R1.2", "* **R1.2** Short.\n\n  | a | table |" },
	{ "R1.10", "* **R1.10** Ten" },
	{ "R2.1", "- **R2.1** the last" },
	{ "R3.1", "" },
};

START_TEST(a_requirement_is_there_as_it_was_written)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	struct span item = brief_item(arena, SPAN_LIT(brief), items[_i].id);

	ck_assert(span_is(item, items[_i].text));
}
END_TEST

SUITE(brief)
{
	TEST_LOOP(a_requirement_is_there_as_it_was_written, ARRAY_LEN(items));
	TEST_LOOP(a_requirement_is_found_by_its_id, ARRAY_LEN(cases));
}
