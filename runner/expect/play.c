#include "runner/expect/play.h"

#include <errno.h>
#include <time.h>

#include "runner/base/arena.h"
#include "runner/base/err.h"
#include "runner/base/json.h"
#include "runner/base/text.h"
#include "runner/expect/extra.h"
#include "runner/expect/judging.h"

static bool has_failed(const struct state *s, const char *id)
{
	for (size_t i = 0; i < s->n_failed; i++)
		if (!strcmp(s->failed[i], id))
			return true;
	return false;
}

static void remember_failed(struct state *s, const char *id)
{
	if (!id || has_failed(s, id))
		return;
	if (s->n_failed == s->cap_failed) {
		s->cap_failed = s->cap_failed ? s->cap_failed * 2 : 8;
		s->failed = arena_grow(s->run, s->failed, s->n_failed,
				       s->cap_failed, sizeof(*s->failed));
	}
	s->failed[s->n_failed++] = arena_strdup(s->run, id);
}

/* Does some capture of the script define it?  Then its absence is no typo. */
static bool is_captured(const struct script *script, struct span name)
{
	for (size_t i = 0; i < script->n_entries; i++) {
		const struct expectation *x = &script->entries[i].expect;

		for (size_t k = 0; k < x->n_captures; k++)
			if (span_equal(x->captures[k].name.source, name))
				return true;
	}
	return false;
}

static void pause_ms(int64_t ms)
{
	struct timespec t = {ms / 1000, ms % 1000 * 1000000};

	if (ms > 0)
		nanosleep(&t, NULL);
}

static const char *needed(const struct state *s, const struct marks *marks)
{
	for (size_t i = 0; i < marks->n_needs; i++)
		if (has_failed(s, marks->needs[i]))
			return marks->needs[i];
	return NULL;
}

/* A check that needs one that failed is skipped, whatever was found. */
static void apply_needs(struct judging *j)
{
	const struct expectation *x = &j->e->expect;

	for (size_t i = 0; i < x->n_asserts; i++) {
		const char *id = needed(j->s, &x->asserts[i].marks);

		for (size_t k = 0; id && k < j->checks.n; k++) {
			struct play_check *c = &j->checks.items[k];

			if (c->line != x->asserts[i].at.line)
				continue;
			c->status = PLAY_SKIP;
			c->message = arena_printf(j->s->arena,
						  "needs %s, "
						  "which failed",
						  id);
		}
	}
}

/* Where not even the first check holds, the others say the same again. */
static void apply_cause(struct judging *j)
{
	if (!j->checks.n || j->checks.items[0].status != PLAY_FAIL)
		return;
	for (size_t i = 0; i < j->checks.n; i++)
		if (j->checks.items[i].status == PLAY_FAIL)
			j->checks.items[i].cause = j->e->marks.cause;
}

static void report_all(struct judging *j)
{
	struct state *s = j->s;

	apply_needs(j);
	apply_cause(j);
	for (size_t i = 0; i < j->checks.n; i++) {
		const struct play_check *c = &j->checks.items[i];

		s->result->passed += c->status == PLAY_PASS;
		s->result->failed += c->status == PLAY_FAIL;
		s->result->skipped += c->status == PLAY_SKIP;
		s->result->broken += c->status == PLAY_BROKEN;
		if (c->status == PLAY_FAIL || c->status == PLAY_SKIP)
			remember_failed(s, c->id);
		s->host->report(s->host->ctx, c);
	}
	if (j->failed)
		remember_failed(s, j->e->marks.id);
}

/* Whatever kept the request from being built is the author's. */
static int fail_at(struct state *s, struct place at, const char *why)
{
	return err_set(s->err, EINVAL, "%s:%d:%d: %s", s->script->file, at.line,
		       at.column, why ? why : "out of limits");
}

static void take_answer(struct state *s, const struct built *built,
			const struct play_reply *reply)
{
	struct span path = span_of(built->req.target);

	path.len = span_find(path, SPAN_LIT("?"));
	s->answer = (struct answer){.res = reply->res,
				    .evidence = reply->evidence,
				    .coding_asked = built->coding_asked,
				    .url = built->url};
	/* NOLINTNEXTLINE(clang-analyzer-core.NullDereference) */
	if (reply->res->end == HTTP_ANSWERED && !built->no_cookie_store &&
	    !state_is_full(s))
		cookie_store(s->run, &s->jar, reply->res, path);
}

static int send_once(struct state *s, const struct built *built)
{
	struct play_reply reply = {0};
	int r = s->host->send(s->host->ctx, s->arena, &built->req, &reply,
			      s->err);

	if (r < 0)
		return r;
	if (!s->result->requests++ && reply.res->end == HTTP_REFUSED)
		s->result->unreachable = true;
	take_answer(s, built, &reply);
	return 0;
}

/* And once more, with the answer to a challenge. */
static int send_one(struct state *s, struct built *built)
{
	int r = send_once(s, built);

	if (r < 0 || !built->digest ||
	    s->answer.res->end != HTTP_ANSWERED ||
	    s->answer.res->status != 401 ||
	    build_digest(s, s->answer.res, built))
		return r;
	return send_once(s, built);
}

/* The request, or a part of it, byte for byte; nothing is followed. */
static int send_raw(struct state *s, const struct built *built,
		    enum extra_raw raw)
{
	const char *host = s->host->base + strlen("http://");
	struct span bytes = built->req.body;
	struct play_reply reply = {0};
	int r = 0;

	if (raw != RAW_BODY)
		r = http_request_bytes(s->arena, &built->req, host,
				       raw == RAW_WHOLE, &bytes, s->err);
	if (!r)
		r = s->host->raw(s->host->ctx, s->arena, bytes,
				 built->req.timeout_ms, &reply, s->err);
	if (r < 0)
		return r;
	s->result->requests++;
	take_answer(s, built, &reply);
	return 0;
}

static bool is_redirect(const struct http_response *res)
{
	return res->end == HTTP_ANSWERED &&
	       (res->status == 301 || res->status == 302 ||
		res->status == 303 || res->status == 307 || res->status == 308);
}

/* Each hop is an exchange of its own, seen and recorded as such. */
static int follow(struct state *s, struct built *built,
		  const struct entry_options *o, const char **why)
{
	struct value *hops =
		arena_array(s->arena, PLAY_REDIRECTS_MAX + 1, sizeof(*hops));
	size_t n = 0;
	int r;

	while (is_redirect(s->answer.res)) {
		struct built next;

		if ((int64_t)n >= o->max_redirects) {
			*why = "more redirects than allowed";
			return -EBADMSG;
		}
		r = build_redirect(s, built, s->answer.res, &next, why);
		if (r == -ENOENT)
			break;
		if (r < 0)
			return r;
		*built = next;
		hops[n++] = (struct value){.type = VALUE_HOP,
					   .text = span_of(next.url)};
		r = send_one(s, built);
		if (r < 0)
			return r;
	}
	s->answer.hops = hops;
	s->answer.n_hops = n;
	return 0;
}

static const char *why_no_answer(struct state *s)
{
	const struct http_response *res = s->answer.res;

	return arena_printf(s->arena, "no whole answer: %s%s%s",
			    res->fault ? res->fault : http_end_name(res->end),
			    res->why ? ": " : "",
			    res->why ? res->why : "");
}

/* Send what the entry says, as often and in the way it says. */
static int ask(struct judging *j, const struct entry_options *o,
	       struct built *built)
{
	const struct extra *x = j->e->marks.extra;
	int r;

	if (x && x->has & 1u << EXTRA_BURST)
		return extra_burst(j, built);
	if (x && x->raw)
		return send_raw(j->s, built, x->raw);
	r = send_one(j->s, built);
	return !r && o->location ? follow(j->s, built, o, &j->why) : r;
}

/* With a look at what must not change, before and behind it. */
static int ask_and_look(struct judging *j, const struct entry_options *o,
			struct built *built, struct extra_look *look)
{
	const struct extra *x = j->e->marks.extra;
	int r = 0;

	if (x && x->has & 1u << EXTRA_UNCHANGED)
		r = extra_look_before(j->s, j->e, look, &j->why);
	if (!r)
		r = ask(j, o, built);
	if (!r && j->s->answer.res->end == HTTP_ANSWERED)
		r = extra_look_after(j->s, look);
	return r;
}

/* What is missing is what an earlier answer lacked: said so. */
static bool skipped_uncaptured(struct judging *j)
{
	struct state *s = j->s;

	if (!is_captured(s->script, s->missing))
		return false;
	judge_all(j, PLAY_SKIP,
		  arena_printf(s->arena, "%.*s could not be captured",
			       (int)s->missing.len, s->missing.data));
	j->failed = true;
	return true;
}

/* Send and judge once; the checks wait in `j`. */
static int exchange(struct judging *j, const struct entry_options *o)
{
	struct state *s = j->s;
	struct extra_look look = {0};
	struct built built;
	int r = build_request(s, j->e, o, &built, &j->why);

	if (r == -ENODATA && skipped_uncaptured(j))
		return 0;
	if (r == -ENODATA)
		return fail_at(s, s->missing_at, j->why);
	if (r < 0)
		return fail_at(s, r == -EINVAL ? j->e->url.at : j->e->at,
			       j->why);
	r = ask_and_look(j, o, &built, &look);
	if (r == -EBADMSG) {
		judge_all(j, PLAY_FAIL, j->why);
		return 0;
	}
	if (r < 0)
		return r == -ENODATA ? fail_at(s, j->e->at, j->why) : r;
	if (s->answer.res->end != HTTP_ANSWERED) {
		judge_all(j, PLAY_FAIL, why_no_answer(s));
	} else {
		judge_entry(j);
		if (j->e->marks.extra)
			r = extra_judge(j, &built, &look);
	}
	if (r < 0)
		return r;
	return j->error ? err_set(s->err, EINVAL, "%s", j->why) : 0;
}

/* What came is given back when it is judged: a hundred large bodies must not
 * cost more than one. */
static int play_try(struct state *s, const struct entry *e,
		    const struct entry_options *o, bool last, bool *ret_failed)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	struct judging j = {.s = s, .e = e};
	int r;

	s->arena = s->entry = arena;
	r = exchange(&j, o);
	if (!r && (last || !j.failed))
		report_all(&j);
	*ret_failed = j.failed;
	s->arena = s->entry = s->run;
	s->answer = (struct answer){0};
	return r;
}

/* With `retry`, only the last try counts. */
static int play_once(struct state *s, const struct entry *e,
		     const struct entry_options *o, bool *ret_failed)
{
	int r;

	for (int64_t tries = 0;; tries++) {
		r = play_try(s, e, o, tries >= o->retry, ret_failed);
		if (r < 0 || !*ret_failed || tries >= o->retry)
			return r;
		pause_ms(o->retry_interval_ms);
	}
}

static int restart(struct state *s, const struct entry *e, bool *ret_failed)
{
	struct judging j = {.s = s, .e = e};
	bool ready = false;
	int r = 0;

	if (s->host->restart)
		r = s->host->restart(s->host->ctx, &ready, s->err);
	if (r < 0 || ready)
		return r;
	if (s->host->restart)
		judge_all(&j, PLAY_FAIL,
			  "the app did not come back after a "
			  "restart");
	else
		judge_all(&j, PLAY_BROKEN,
			  "the server cannot be restarted "
			  "here");
	report_all(&j);
	*ret_failed = true;
	return 0;
}

static void set_row(struct state *s, const struct json *row)
{
	for (size_t i = 0; i < row->count; i++) {
		struct value v = value_of_json(&row->members[i].value);

		state_set(s, row->members[i].name, &v);
	}
}

/* Once for each row of the `repeat` table, or as often as [Options] say. */
static int play_rows(struct state *s, const struct entry *e,
		     const struct entry_options *o, bool *ret_failed)
{
	const struct json *table =
		e->marks.extra ? e->marks.extra->table : NULL;
	int64_t n = table ? (int64_t)table->count : o->repeat;
	int r = 0;

	for (int64_t i = 0; i < n && !r; i++) {
		bool failed = false;

		if (table)
			set_row(s, &table->items[i]);
		pause_ms(o->delay_ms);
		r = play_once(s, e, o, &failed);
		*ret_failed = *ret_failed || failed;
	}
	return r;
}

static int play_entry(struct state *s, const struct entry *e, bool *ret_failed)
{
	struct judging j = {.s = s, .e = e};
	struct entry_options o;
	const char *why = NULL, *need = needed(s, &e->marks);
	int r = read_options(s, e, &o, &why);

	*ret_failed = false;
	if (r == -ENODATA && skipped_uncaptured(&j)) {
		report_all(&j);
		*ret_failed = true;
		return 0;
	}
	if (r < 0)
		return fail_at(s, e->at, why);
	if (o.skip)
		return 0;
	if (need) {
		judge_all(&j, PLAY_SKIP,
			  arena_printf(s->arena,
				       "needs %s, "
				       "which failed",
				       need));
		j.failed = true;
		report_all(&j);
		return 0;
	}
	if (e->marks.restart) {
		r = restart(s, e, ret_failed);
		if (r < 0 || *ret_failed)
			return r;
	}
	return play_rows(s, e, &o, ret_failed);
}

/* 3, true, null and "quoted" have the type they look like; text is bare. */
static struct value typed(struct state *s, const char *text)
{
	const struct json *json;

	if (!json_parse(s->arena, span_of(text), &json, NULL) &&
	    json->type != JSON_ARRAY && json->type != JSON_OBJECT)
		return value_of_json(json);
	return VALUE_TEXT(span_of(text));
}

static void set_variables(struct state *s)
{
	const struct play_host *host = s->host;
	struct value v = VALUE_TEXT(span_of(host->base));

	state_set(s, SPAN_LIT("base"), &v);
	v = VALUE_TEXT(span_of(arena_printf(s->arena, "%llu",
					    (unsigned long long)host->seed)));
	v.type = VALUE_NUMBER;
	state_set(s, SPAN_LIT("seed"), &v);
	for (size_t i = 0; i < host->n_variables; i++) {
		v = typed(s, host->variables[i].value);
		state_set(s, span_of(host->variables[i].name), &v);
	}
}

int play_run(struct arena *arena, const struct script *script,
	     const struct play_host *host, struct play_result *ret,
	     struct err *err)
{
	struct state s = {.arena = arena,
			  .entry = arena,
			  .run = arena,
			  .run_base = arena_bytes(arena),
			  .script = script,
			  .host = host,
			  .result = ret,
			  .err = err};
	bool failed;

	*ret = (struct play_result){0};
	set_variables(&s);
	for (size_t i = 0; i < script->n_entries; i++) {
		int r = play_entry(&s, &script->entries[i], &failed);

		if (r < 0)
			return r;
		if (failed && host->stop_at_failure)
			break;
	}
	return 0;
}
