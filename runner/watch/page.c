#include "runner/watch/page.h"

#include <stdlib.h>
#include <string.h>

#include "runner/base/arena.h"
#include "runner/base/file.h"
#include "runner/base/text.h"
#include "runner/exercise/brief.h"
#include "runner/exercise/exercise.h"
#include "runner/report/evidence.h"
#include "runner/report/facts.h"
#include "runner/report/failure.h"
#include "runner/report/paper.h"
#include "runner/report/prose.h"
#include "runner/transcript/record.h"
#include "runner/watch/practice.h"
#include "runner/watch/screen.h"

#define BAR_CELLS   20
#define BLOCK_ROWS  17 /* of one failed check: what it leaves to the list */
#define LOG_LINES   12
#define CURLS_MAX   20

/* --- what the list is made of --- */

enum group { GROUP_LOST, GROUP_OTHER, GROUP_SKIP, GROUP_PASS, N_GROUPS };

static const struct record_criterion *find(const struct record *r,
					   const char *id)
{
	for (size_t i = 0; r && id && i < r->n_criteria; i++)
		if (!strcmp(r->criteria[i].id, id))
			return &r->criteria[i];
	return NULL;
}

static enum group group_of(const struct record_criterion *c)
{
	switch (c->status) {
	case STATUS_FAIL:
	case STATUS_PARTIAL:
		return GROUP_LOST;
	case STATUS_SKIP:
		return GROUP_SKIP;
	case STATUS_PASS:
		return GROUP_PASS;
	case STATUS_NOT_MEASURED:
	case STATUS_BROKEN:
	case STATUS_FLAKY:
		break;
	}
	return GROUP_OTHER;
}

static bool is_pending(const struct screen *s,
		       const struct record_criterion *c)
{
	/* NOLINTNEXTLINE(clang-analyzer-core.NullDereference) */
	return s->all && !c->n_checks;
}

static bool is_lost(const struct screen *s, const struct record_criterion *c)
{
	return !is_pending(s, c) && group_of(c) == GROUP_LOST;
}

struct place {
	const struct record_criterion *c;
	enum group group;
	int lost;
};

static int by_rank(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	if (x->group != y->group)
		return x->group < y->group ? -1 : 1;
	if (x->lost != y->lost)
		return x->lost > y->lost ? -1 : 1;
	return (x->c > y->c) - (x->c < y->c);
}

/* What lost most first.  During a run as it was before: a list that moves
 * while it is read is hard to read. */
static struct place *ranked(const struct screen *s)
{
	const struct record *r = s->now;
	struct place *places = calloc(r ? r->n_criteria + 1 : 1,
				      sizeof(*places));

	for (size_t i = 0; places && r && i < r->n_criteria; i++) {
		const struct record_criterion *c = &r->criteria[i];
		const struct record_criterion *old =
			s->all ? find(s->before, c->id) : c;

		places[i] = (struct place){
			c,
			old ? group_of(old) : GROUP_LOST,
			old ? criterion_lost(old) : 0,
		};
	}
	if (places && r)
		qsort(places, r->n_criteria, sizeof(*places), by_rank);
	return places;
}

static const struct record_criterion *lost_after(const struct screen *s,
						 const char *id)
{
	struct place *places = ranked(s);
	size_t n = places && s->now ? s->now->n_criteria : 0, from = 0;
	const struct record_criterion *c = NULL;

	for (size_t i = 0; id && i < n; i++)
		if (!strcmp(places[i].c->id, id))
			from = i + 1;
	for (size_t i = 0; !c && i < n; i++)
		if (is_lost(s, places[(from + i) % n].c))
			c = places[(from + i) % n].c;
	free(places);
	return c;
}

const struct record_criterion *screen_criterion(const struct screen *s)
{
	const struct record_criterion *c = find(s->now, s->selected);

	return c && is_lost(s, c) ? c : lost_after(s, NULL);
}

const struct record_criterion *screen_next(const struct screen *s)
{
	const struct record_criterion *at = screen_criterion(s);

	return at ? lost_after(s, at->id) : NULL;
}

/* 1: passes now and did not; -1: the other way round; 0: as before. */
static int change(const struct screen *s, const struct record_criterion *c)
{
	/* NOLINTNEXTLINE(clang-analyzer-core.NullDereference) */
	const struct record_criterion *old = find(s->before, c->id);

	if (!old || !c->n_checks || old->status == c->status)
		return 0;
	if (c->status == STATUS_PASS)
		return 1;
	return old->status == STATUS_PASS ? -1 : 0;
}

static const char *changed_ids(struct arena *arena, const struct screen *s,
			       int which, const char *label)
{
	const char *text = "";

	for (size_t i = 0; i < s->now->n_criteria; i++)
		if (change(s, &s->now->criteria[i]) == which)
			text = arena_printf(arena, "%s%s%s", text,
					    *text ? ", " : label,
					    s->now->criteria[i].id);
	return text;
}

/* --- the score --- */

static void print_change(const struct screen *s, struct paper *p)
{
	int more = s->before ? s->now->points - s->before->points : 0;
	const char *better, *worse;
	char points[TEXT_POINTS_BYTES];

	if (!s->before || s->all)
		return;
	better = changed_ids(p->arena, s, 1, "; passes now: ");
	worse = changed_ids(p->arena, s, -1, "; fails now: ");
	if (!more && !*better && !*worse)
		return;
	text_points(more < 0 ? -more : more, points);
	paper_wrap(p, more < 0 || *worse ? INK_RED : INK_GREEN, 2, 0,
		   arena_printf(p->arena, "%s%s points%s%s",
				more < 0 ? "-" : "+", points, better, worse));
}

static void print_score(const struct screen *s, struct paper *p)
{
	char a[TEXT_POINTS_BYTES], b[TEXT_POINTS_BYTES];
	const struct record *r = s->now;
	int full = r->points * BAR_CELLS / r->max_points;

	for (int i = 0; i < BAR_CELLS && p->columns >= 2 * BAR_CELLS; i++)
		paper_ink(p, i < full ? INK_GREEN : INK_DIM,
			  p->unicode ? (i < full ? "█" : "░")
				     : (i < full ? "#" : "."));
	text_points(r->points, a);
	text_points(r->max_points, b);
	fprintf(p->out, "%s%s of %s points\n",
		p->columns >= 2 * BAR_CELLS ? " " : "", a, b);
	print_change(s, p);
	fprintf(p->out, "\n");
}

/* --- the list --- */

static const char *why_skipped(const struct screen *s, struct paper *p,
			       const struct record_criterion *c)
{
	const char *why = c->n_checks ? c->checks[0].finding.message : NULL;

	if (is_pending(s, c) || c->status != STATUS_SKIP || !why)
		return "";
	return arena_printf(p->arena, ": %s", paper_safe(p, why));
}

static void print_criterion(const struct screen *s, struct paper *p,
			    const struct record_criterion *c, bool shown)
{
	static const char *const marks[] = { "- ", "  ", "+ " };
	const char *points;
	char lost[TEXT_POINTS_BYTES];
	int column = 0;

	text_points(criterion_lost(c), lost);
	points = criterion_lost(c) && !is_pending(s, c)
			 ? arena_printf(p->arena, " -%s", lost)
			 : "";
	column += paper_ink(p, INK_BOLD, shown ? ">" : " ");
	column += paper_ink(p, change(s, c) < 0 ? INK_RED : INK_GREEN,
			    marks[change(s, c) + 1]);
	if (is_pending(s, c))
		column += paper_ink(p, INK_DIM, p->unicode ? "·" : "..");
	else
		column += paper_ink(p, paper_status_ink(c->status),
				    paper_symbol(p, c->status));
	column += paper_ink(p, INK_PLAIN, " ");
	paper_wrap(p, INK_PLAIN, column, column,
		   arena_printf(p->arena, "%s (%s)%s%s",
				paper_safe(p, c->title), paper_safe(p, c->id),
				points, why_skipped(s, p, c)));
}

/* "   ✓ 5 pass: create, read, ..." */
static void print_group(const struct screen *s, struct paper *p,
			const struct place *places, size_t n, bool pending,
			enum group group, const char *label)
{
	enum status status = group == GROUP_PASS ? STATUS_PASS : STATUS_SKIP;
	const char *ids = "";
	size_t count = 0;
	int column;

	for (size_t i = 0; i < n; i++) {
		const struct record_criterion *c = places[i].c;

		if (is_pending(s, c) != pending ||
		    (!pending && group_of(c) != group))
			continue;
		ids = arena_printf(p->arena, "%s%s%s", ids, count++ ? ", " : "",
				   paper_safe(p, c->id));
	}
	if (!count)
		return;
	fprintf(p->out, "   ");
	column = 4 + paper_ink(p, pending ? INK_DIM : paper_status_ink(status),
			       pending ? (p->unicode ? "·" : "..")
				       : paper_symbol(p, status));
	fprintf(p->out, " ");
	paper_wrap(p, INK_DIM, column, column,
		   arena_printf(p->arena, "%zu %s: %s", count, label, ids));
}

/* Where all of them take the room that the first failure needs, only those
 * that lost have lines of their own. */
static void print_list(const struct screen *s, struct paper *p)
{
	const struct record_criterion *shown = screen_criterion(s);
	struct place *places = ranked(s);
	size_t n = places ? s->now->n_criteria : 0;
	bool is_long = (int)n + BLOCK_ROWS > s->rows;

	for (size_t i = 0; i < n; i++)
		if (!is_long || (!is_pending(s, places[i].c) &&
				 group_of(places[i].c) <= GROUP_OTHER))
			print_criterion(s, p, places[i].c,
					places[i].c == shown);
	if (is_long) {
		print_group(s, p, places, n, true, GROUP_SKIP, "to ask");
		print_group(s, p, places, n, false, GROUP_SKIP,
			    "need one that failed");
		print_group(s, p, places, n, false, GROUP_PASS, "pass");
	}
	free(places);
}

/* --- pages --- */

static void print_not_graded(const struct screen *s, struct paper *p)
{
	struct span log = span_last_lines(record_startup_log(s->now),
					  LOG_LINES);

	paper_wrap(p, INK_RED, 0, 0,
		   arena_printf(p->arena, "%s: %s",
				outcome_name(s->now->outcome),
				paper_safe(p, s->now->reason ? s->now->reason
							     : "")));
	if (log.len)
		paper_excerpt(p, "app said", log, LOG_LINES,
			      (int64_t)log.len);
}

static void print_first_failure(const struct screen *s, struct paper *p,
				const struct record_criterion *c)
{
	const struct record_check *first = failure_first(c);
	size_t n = 0;

	fprintf(p->out, "\n");
	paper_wrap(p, INK_BOLD, 0, 0, paper_safe(p, c->title));
	if (first)
		failure_print(p, s->now, c, first, NULL);
	for (size_t i = 0; i < c->n_checks; i++)
		n += failure_is_one(&c->checks[i]);
	if (n > 1)
		paper_wrap(p, INK_DIM, 2, 2,
			   arena_printf(p->arena, "and %zu more: d shows them",
					n - 1));
}

/* Before anything was graded: what there is to do. */
static void print_beginning(const struct screen *s, struct paper *p)
{
	const struct exercise *ex = s->practice->ex;

	for (size_t i = 0; i < ex->n_criteria; i++) {
		const struct criterion *c = &ex->criteria[i];

		if (c->visibility != VISIBILITY_PUBLIC)
			continue;
		fprintf(p->out, "   ");
		paper_ink(p, INK_DIM, p->unicode ? "· " : ".. ");
		paper_wrap(p, INK_PLAIN, 5, p->unicode ? 5 : 6,
			   arena_printf(p->arena, "%s (%s)",
					paper_safe(p, c->title), c->id));
	}
}

static void main_page(const struct screen *s, struct paper *p)
{
	const struct record_criterion *c = screen_criterion(s);

	if (!s->now) {
		print_beginning(s, p);
		return;
	}
	if (!s->all && !s->now->max_points) {
		print_not_graded(s, p);
		return;
	}
	if (s->now->max_points)
		print_score(s, p);
	print_list(s, p);
	if (c)
		print_first_failure(s, p, c);
	else if (!s->all && s->now->outcome == OUTCOME_PASSED)
		paper_wrap(p, INK_GREEN, 0, 0,
			   "\nEverything passes. This folder is what you hand "
			   "in; q quits.");
}

static void details_page(const struct screen *s, struct paper *p)
{
	const struct record_criterion *c = screen_criterion(s);
	const struct record_check *before = NULL;

	if (!c) {
		main_page(s, p);
		return;
	}
	paper_wrap(p, INK_BOLD, 0, 0, paper_safe(p, c->title));
	for (size_t i = 0; i < c->n_checks; i++) {
		if (!failure_is_one(&c->checks[i]))
			continue;
		failure_print(p, s->now, c, &c->checks[i], before);
		before = &c->checks[i];
	}
	failure_print_skips(p, c);
}

static bool is_among(const char *const *texts, size_t n, const char *text)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(texts[i], text))
			return true;
	return false;
}

/* The Flask that the app is graded with: there may be no other. */
static const char *flask_command(struct arena *arena)
{
	const char *env = file_home(arena, "env/bin/flask");

	return arena_printf(arena, "%s run -p 8000",
			    env ? text_shell_quote(arena, span_of(env))
				: "flask");
}

/* Not wrapped, and each once: they are there to be copied. */
static void curl_page(const struct screen *s, struct paper *p)
{
	const struct record_criterion *c = screen_criterion(s);
	const char *shown[CURLS_MAX];
	size_t n = 0;

	for (size_t i = 0; c && i < c->n_checks && n < CURLS_MAX; i++) {
		const char *curl =
			failure_is_one(&c->checks[i])
				? evidence_curl(p->arena, s->now,
						&c->checks[i].finding)
				: NULL;

		if (curl && !is_among(shown, n, curl))
			shown[n++] = curl;
	}
	paper_wrap(p, INK_DIM, 0, 0,
		   n ? "In another window, in this folder:"
		     : "Nothing failed that one request could show.");
	if (n)
		fprintf(p->out, "\n%s\n\n", flask_command(p->arena));
	if (n)
		paper_wrap(p, INK_DIM, 0, 0, "And then:");
	for (size_t i = 0; i < n; i++)
		fprintf(p->out, "\n%s\n",
			text_visible_lines(p->arena, span_of(shown[i]), 0));
}

static void brief_page(const struct screen *s, struct paper *p)
{
	struct span text = { "", 0 };

	file_read(p->arena,
		  arena_printf(p->arena, "%s/brief.md", s->practice->ex->dir),
		  BRIEF_MAX, &text, NULL);
	prose_print(p, text);
}

void page_print(const struct screen *s, struct paper *p)
{
	switch (s->page) {
	case PAGE_MAIN:
		main_page(s, p);
		break;
	case PAGE_DETAILS:
		details_page(s, p);
		break;
	case PAGE_CURL:
		curl_page(s, p);
		break;
	case PAGE_BRIEF:
		brief_page(s, p);
		break;
	}
}

const char *screen_line(struct arena *arena, const struct screen *s)
{
	char a[TEXT_POINTS_BYTES], b[TEXT_POINTS_BYTES];

	if (!s->now->max_points)
		return arena_printf(arena, "%s: %s",
				    outcome_name(s->now->outcome),
				    s->now->reason ? s->now->reason : "");
	text_points(s->now->points, a);
	text_points(s->now->max_points, b);
	return arena_printf(arena, "%s of %s points%s%s", a, b,
			    changed_ids(arena, s, 1, "; passes now: "),
			    changed_ids(arena, s, -1, "; fails now: "));
}
