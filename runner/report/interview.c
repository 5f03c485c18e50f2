#include "runner/report/interview.h"

#include <stdlib.h>
#include <string.h>

#include "runner/base/arena.h"
#include "runner/base/json.h"
#include "runner/base/span.h"
#include "runner/base/text.h"
#include "runner/report/evidence.h"
#include "runner/report/exchange.h"
#include "runner/report/facts.h"
#include "runner/report/failure.h"
#include "runner/transcript/record.h"

#define PASSWORDS_MAX      64
#define PASSWORD_BYTES_MIN 6 /* shorter ones occur by chance */
#define DETAIL_BYTES       120
#define WHY_BYTES          240

/* The gravest first. */
enum flag {
	FLAG_DEBUGGER,
	FLAG_PASSWORD_SHOWN,
	FLAG_HASH_SHOWN,
	FLAG_SQL,
	FLAG_TRIED_FILE,
	FLAG_TRIED_NETWORK,
	FLAG_TRIED_CALL,
	FLAG_TRACEBACK_SHOWN,
	FLAG_STATE_IN_PROCESS,
	FLAG_LIMIT,
	FLAG_UNHANDLED,
	N_FLAGS
};

static const char *const names[N_FLAGS][2] = {
	[FLAG_DEBUGGER] = { "debugger-on",
			    "the debugger is on: a client could run code" },
	[FLAG_PASSWORD_SHOWN] = { "password-shown",
				  "a password that was sent came back in an "
				  "answer: it is kept as it is" },
	[FLAG_HASH_SHOWN] = { "hash-shown",
			      "an answer shows the hash of a password" },
	[FLAG_SQL] = { "sql-broken",
		       "text of a request broke an SQL statement: it was "
		       "pasted into it" },
	[FLAG_TRIED_FILE] = { "tried-file",
			      "it tried to open a file of the machine" },
	[FLAG_TRIED_NETWORK] = { "tried-network",
				 "it tried to reach the network" },
	[FLAG_TRIED_CALL] = { "tried-call",
			      "it made a system call that the box refuses" },
	[FLAG_TRACEBACK_SHOWN] = { "traceback-shown",
				   "an answer shows a traceback to its "
				   "client" },
	[FLAG_STATE_IN_PROCESS] = { "state-in-process",
				    "data was lost with a process, or differs "
				    "between two: look for globals" },
	[FLAG_LIMIT] = { "limit", "the box ended it at a limit" },
	[FLAG_UNHANDLED] = { "unhandled",
			     "an exception that nothing handled answered "
			     "with 5xx" },
};

#define TRACEBACK "Traceback (most recent call last)"

/* What betrays it, in what the client got or in what the app logged. */
static const struct sign {
	enum flag flag;
	bool in_body, in_log;
	const char *text;
} signs[] = {
	{ FLAG_DEBUGGER, true, false, "__debugger__=yes" },
	{ FLAG_DEBUGGER, true, false, "EVALEX = true" },
	{ FLAG_DEBUGGER, false, true, "Debugger is active!" },
	{ FLAG_HASH_SHOWN, true, false, "$argon2" },
	{ FLAG_HASH_SHOWN, true, false, "\"$2b$" },
	{ FLAG_HASH_SHOWN, true, false, "pbkdf2:sha256:" },
	{ FLAG_HASH_SHOWN, true, false, "scrypt:32768:" },
	{ FLAG_SQL, true, true, "unrecognized token: \"" },
	{ FLAG_SQL, true, true, "OperationalError: near \"" },
	{ FLAG_SQL, true, true, "OperationalError) near \"" },
	{ FLAG_TRACEBACK_SHOWN, true, false, TRACEBACK },
};

struct scan {
	struct arena *arena;
	const struct record *r;
	struct red_flag flags[N_FLAGS];
	struct span passwords[PASSWORDS_MAX];
	size_t n_passwords;
};

static void raise_flag(struct scan *s, enum flag which, size_t event,
		       const char *criterion)
{
	struct red_flag *flag = &s->flags[which];

	if (!flag->count++)
		flag->criterion = criterion;
	if (flag->n_evidence && flag->evidence[flag->n_evidence - 1] == event)
		return;
	if (event != RECORD_NONE && flag->n_evidence < RED_FLAG_EVIDENCE_MAX)
		flag->evidence[flag->n_evidence++] = event;
}

static bool holds(struct span where, struct span what)
{
	return where.len && span_find(where, what) < where.len;
}

/* --- exchanges --- */

static void find_signs(struct scan *s, const struct exchange_view *x)
{
	bool raised[N_FLAGS] = { false };

	for (size_t i = 0; i < ARRAY_LEN(signs); i++) {
		struct span text = span_of(signs[i].text);

		if (raised[signs[i].flag])
			continue;
		if ((signs[i].in_body && holds(x->came.bytes, text)) ||
		    (signs[i].in_log && holds(x->log, text))) {
			raised[signs[i].flag] = true;
			raise_flag(s, signs[i].flag, x->event, x->criterion);
		}
	}
	if (x->status >= 500 && holds(x->log, SPAN_LIT(TRACEBACK)))
		raise_flag(s, FLAG_UNHANDLED, x->event, x->criterion);
}

/* The string behind "password" in a JSON body; empty when there is none. */
static struct span password_of(struct span body)
{
	static const struct span name = SPAN_LIT("\"password\"");
	size_t at = span_find(body, name) + name.len, end;

	if (at >= body.len)
		return (struct span){ "", 0 };
	while (at < body.len && strchr(" :\t", body.data[at]))
		at++;
	if (at >= body.len || body.data[at++] != '"')
		return (struct span){ "", 0 };
	for (end = at; end < body.len && body.data[end] != '"'; end++)
		if (body.data[end] == '\\') /* would need decoding */
			return (struct span){ "", 0 };
	return (struct span){ body.data + at, end - at };
}

static void find_passwords(struct scan *s, const struct exchange_view *x)
{
	struct span sent = password_of(x->sent.bytes);

	if (sent.len >= PASSWORD_BYTES_MIN && s->n_passwords < PASSWORDS_MAX)
		s->passwords[s->n_passwords++] = sent;
	for (size_t i = 0; i < s->n_passwords; i++)
		if (holds(x->came.bytes, s->passwords[i])) {
			raise_flag(s, FLAG_PASSWORD_SHOWN, x->event,
				   x->criterion);
			return;
		}
}

/* --- what the box refused, and how it ended --- */

static bool is_network(const char *call)
{
	static const char *const calls[] = { "connect", "sendto", "sendmsg",
					     "sendmmsg", "bind", "listen",
					     "socket" };

	for (size_t i = 0; i < ARRAY_LEN(calls); i++)
		if (!strcmp(call, calls[i]))
			return true;
	return false;
}

static void find_denied(struct scan *s, const struct record_event *e)
{
	const char *call = fact_str(e->body, "call", "");
	const char *detail = fact_str(e->body, "detail", "");
	enum flag which = is_network(call)	  ? FLAG_TRIED_NETWORK
			  : !strcmp(call, "open") ? FLAG_TRIED_FILE
						  : FLAG_TRIED_CALL;
	struct red_flag *flag = &s->flags[which];

	if (!flag->count)
		flag->text = arena_printf(
			s->arena, "%s: %s %s", names[which][1],
			text_visible(s->arena, span_of(call), DETAIL_BYTES),
			text_visible(s->arena, span_of(detail),
				     DETAIL_BYTES));
	raise_flag(s, which, e->n, NULL);
}

static void find_limit(struct scan *s)
{
	static const char *const limits[] = { "cpu-time", "memory",
					      "processes", "disk-bytes" };
	const char *reason = fact_str(s->r->box, "reason", "");

	for (size_t i = 0; i < ARRAY_LEN(limits); i++) {
		if (strcmp(reason, limits[i]) != 0)
			continue;
		raise_flag(s, FLAG_LIMIT, RECORD_NONE, NULL);
		s->flags[FLAG_LIMIT].text = arena_printf(
			s->arena, "%s: %s", names[FLAG_LIMIT][1], limits[i]);
	}
}

static void find_state(struct scan *s)
{
	for (size_t i = 0; i < s->r->n_criteria; i++) {
		const struct record_criterion *c = &s->r->criteria[i];
		bool about = !strcmp(c->skill, "persistence") ||
			     !strcmp(c->grader, "persistence") ||
			     !strcmp(c->grader, "workers");

		if (!about || c->status != STATUS_FAIL)
			continue;
		for (size_t k = 0; k < c->n_checks; k++) {
			const struct finding *f = &c->checks[k].finding;

			if (f->status == STATUS_FAIL)
				raise_flag(s, FLAG_STATE_IN_PROCESS,
					   f->n_evidence
						   ? f->evidence[0]
						   : c->checks[k].event,
					   c->id);
		}
	}
}

static const struct red_flag *raised_ones(struct scan *s, size_t *ret_n)
{
	struct red_flag *ret = arena_array(s->arena, N_FLAGS, sizeof(*ret));

	*ret_n = 0;
	for (size_t i = 0; i < N_FLAGS; i++) {
		if (!s->flags[i].count)
			continue;
		ret[*ret_n] = s->flags[i];
		ret[*ret_n].id = names[i][0];
		if (!ret[*ret_n].text)
			ret[*ret_n].text = names[i][1];
		(*ret_n)++;
	}
	return ret;
}

const struct red_flag *interview_flags(struct arena *arena,
				       const struct record *r, size_t *ret_n)
{
	struct scan s = { .arena = arena, .r = r };
	struct exchange_view x;

	for (size_t i = 0; i < r->n_events; i++) {
		if (!strcmp(r->events[i].kind, "denied")) {
			find_denied(&s, &r->events[i]);
		} else if (!strcmp(r->events[i].kind, "request") &&
			   exchange_view(arena, r, i, &x)) {
			find_signs(&s, &x);
			find_passwords(&s, &x);
		}
	}
	find_state(&s);
	find_limit(&s);
	return raised_ones(&s, ret_n);
}

/* --- questions --- */

enum rank { RANK_FAILED, RANK_NOT_ASKED, RANK_PASSED, RANK_NONE };

static enum rank rank_of(const struct record_criterion *c)
{
	const struct record_check *failed = failure_first(c);

	/* What is broken is ours. */
	if (failed && failed->finding.status != STATUS_BROKEN)
		return RANK_FAILED;
	if (criterion_lost(c))
		return RANK_NOT_ASKED;
	return c->status == STATUS_PASS ? RANK_PASSED : RANK_NONE;
}

/* Worth most first, equal ones in their order. */
static int by_worth(const void *a, const void *b)
{
	const struct record_criterion *x = *(const struct record_criterion
					     *const *)a;
	const struct record_criterion *y = *(const struct record_criterion
					     *const *)b;

	if (x->max_points != y->max_points)
		return x->max_points < y->max_points ? 1 : -1;
	return x < y ? -1 : x > y;
}

static const char *why_asked(struct arena *arena,
			     const struct record_criterion *c)
{
	const struct record_check *failed = failure_first(c);

	if (failed)
		return text_visible(
			arena,
			span_of(arena_printf(arena, "%s: %s",
					     failed->finding.title,
					     evidence_line(arena,
							   &failed->finding))),
			WHY_BYTES);
	if (c->status == STATUS_PASS)
		return "it passed: to go deeper";
	return c->n_checks ? evidence_line(arena, &c->checks[0].finding)
			   : "it was not asked";
}

static size_t add_questions(struct arena *arena, struct question *to,
			    const struct record_criterion *c)
{
	for (size_t k = 0; k < c->n_followup; k++)
		to[k] = (struct question){
			.criterion = c->id,
			.title = c->title,
			.text = c->followup[k],
			.check = failure_first(c),
			.is_about_loss = rank_of(c) != RANK_PASSED,
			.why = why_asked(arena, c),
			.lost = criterion_lost(c),
		};
	return c->n_followup;
}

const struct question *interview_questions(struct arena *arena,
					   const struct record *r,
					   size_t *ret_n)
{
	const struct record_criterion *const *by_loss =
		criteria_by_loss(arena, r);
	const struct record_criterion **order =
		arena_array(arena, r->n_criteria + 1, sizeof(*order));
	struct question *ret;
	size_t all = 0;

	for (size_t i = 0; i < r->n_criteria; i++)
		all += r->criteria[i].n_followup;
	ret = arena_array(arena, all + 1, sizeof(*ret));
	memcpy(order, by_loss, r->n_criteria * sizeof(*order));
	*ret_n = 0;
	for (enum rank rank = 0; rank < RANK_NONE; rank++) {
		if (rank == RANK_PASSED)
			qsort(order, r->n_criteria, sizeof(*order), by_worth);
		for (size_t i = 0; i < r->n_criteria; i++)
			if (rank_of(order[i]) == rank &&
			    (rank != RANK_PASSED || *ret_n < QUESTIONS_FEW))
				*ret_n += add_questions(arena, ret + *ret_n,
							order[i]);
	}
	return ret;
}

/* --- practice --- */

static const struct json *practice_event(const struct record *r)
{
	for (size_t i = 0; i < r->n_events; i++)
		if (!strcmp(r->events[i].kind, "practice"))
			return r->events[i].body;
	return NULL;
}

bool interview_practice(struct arena *arena, const struct record *r,
			struct claimed_practice *ret)
{
	const struct json *v = practice_event(r);
	const struct json *first = v ? json_get(v, "first_pass") : NULL;
	struct claimed_pass *passes;

	if (!v)
		return false;
	*ret = (struct claimed_practice){
		.runs = fact_int(v, "runs", 0),
		.minutes = fact_int(v, "minutes", 0),
		.took_s = fact_int(v, "took_s", 0),
	};
	passes = arena_array(arena, r->n_criteria + 1, sizeof(*passes));
	for (size_t i = 0; first && i < r->n_criteria; i++) {
		int64_t after_s = fact_int(first, r->criteria[i].id, -1);

		if (after_s >= 0)
			passes[ret->n_passes++] = (struct claimed_pass){
				r->criteria[i].id, after_s
			};
	}
	ret->passes = passes;
	return true;
}

const char *interview_time(struct arena *arena, int64_t seconds)
{
	long long s = seconds % 60, m = seconds / 60 % 60, h = seconds / 3600;

	return h ? arena_printf(arena, "%lld:%02lld:%02lld", h, m, s)
		 : arena_printf(arena, "%lld:%02lld", m, s);
}
