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
	{ "R1.2", "Short." },
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

SUITE(brief)
{
	TEST_LOOP(a_requirement_is_found_by_its_id, ARRAY_LEN(cases));
}
