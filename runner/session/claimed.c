#include "runner/session/claimed.h"

#include <string.h>
#include <time.h>

#include "runner/base/arena.h"
#include "runner/base/file.h"
#include "runner/base/json.h"
#include "runner/base/jsonout.h"
#include "runner/exercise/exercise.h"
#include "runner/session/run.h"
#include "runner/submission/submission.h"

#define STATE_BYTES_MAX   (64u << 10)
#define HISTORY_BYTES_MAX (1u << 20)
#define MINUTES_MAX       (24 * 60)

struct claims {
	struct run *run;
	int64_t begin_s, last_s;
	int64_t runs, minutes;
	int64_t *first_s; /* by criterion; 0: never */
};

static int64_t int_of(const struct json *v, const char *name, int64_t max)
{
	int64_t n;

	return json_int(json_get(v, name), &n) && n >= 0 && n <= max ? n : 0;
}

static bool read_part(const struct run *run, const char *name, size_t max,
		      struct span *ret)
{
	return !file_read(run->arena,
			  arena_printf(run->arena, "%s/.fumehood/%s",
				       run->sub->path, name),
			  max, ret, NULL);
}

/* It may be the practice of another exercise. */
static bool is_of(const struct exercise *ex, const char *dir)
{
	const char *slash = dir ? strrchr(dir, '/') : NULL;

	return dir && !strcmp(slash ? slash + 1 : dir, ex->slug);
}

static void claim_passes(struct claims *claims, const struct json *passed,
			 int64_t at_s)
{
	const struct exercise *ex = claims->run->ex;

	for (size_t i = 0; passed && i < passed->count; i++) {
		const char *id = json_str(&passed->items[i]);
		const struct criterion *c =
			id ? exercise_criterion(ex, id) : NULL;

		if (c && c->visibility == VISIBILITY_PUBLIC &&
		    !claims->first_s[c - ex->criteria])
			claims->first_s[c - ex->criteria] = at_s;
	}
}

/* A line that makes no sense is no grade. */
static void claim_grade(struct claims *claims, struct span line)
{
	const struct json *v, *passed;
	int64_t at_s;

	if (json_parse(claims->run->arena, line, &v, NULL))
		return;
	at_s = int_of(v, "at", time(NULL));
	if (at_s < claims->begin_s || at_s < claims->last_s)
		return;
	claims->last_s = at_s;
	claims->runs++;
	passed = json_get(v, "passed");
	claim_passes(claims,
		     passed && passed->type == JSON_ARRAY ? passed : NULL,
		     at_s);
}

static bool read_claims(struct claims *claims)
{
	struct run *run = claims->run;
	const struct json *v;
	struct span text;

	if (!read_part(run, "practice.json", STATE_BYTES_MAX, &text) ||
	    json_parse(run->arena, text, &v, NULL) ||
	    !is_of(run->ex, json_str(json_get(v, "exercise"))))
		return false;
	claims->begin_s = claims->last_s = int_of(v, "begin", time(NULL));
	claims->minutes = int_of(v, "minutes", MINUTES_MAX);
	if (!read_part(run, "history.jsonl", HISTORY_BYTES_MAX, &text))
		return false;
	while (text.len) {
		struct span line = { text.data,
				     span_find(text, SPAN_LIT("\n")) };
		size_t n = line.len + (line.len < text.len);

		claim_grade(claims, line);
		text = (struct span){ text.data + n, text.len - n };
	}
	return claims->runs > 0;
}

void run_event_practice(struct run *run)
{
	struct claims claims = { .run = run };
	struct jsonout *body, *first;

	claims.first_s = arena_array(run->arena, run->ex->n_criteria + 1,
				     sizeof(*claims.first_s));
	if (!read_claims(&claims))
		return;
	body = jsonout_object();
	first = jsonout_object();
	jsonout_str(body, "source", "the submission: not checked by anybody");
	jsonout_int(body, "minutes", claims.minutes);
	jsonout_int(body, "runs", claims.runs);
	jsonout_int(body, "took_s", claims.last_s - claims.begin_s);
	for (size_t i = 0; i < run->ex->n_criteria; i++)
		if (claims.first_s[i])
			jsonout_int(first, run->ex->criteria[i].id,
				    claims.first_s[i] - claims.begin_s);
	jsonout_add(body, "first_pass", first);
	transcript_event(run->t, "practice", body);
}
