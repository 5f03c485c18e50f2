#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "runner/base/arena.h"
#include "runner/base/err.h"
#include "runner/base/file.h"
#include "runner/base/json.h"
#include "runner/base/text.h"
#include "runner/cmd/stored.h"
#include "runner/cmd/verbs.h"
#include "runner/transcript/attest.h"
#include "runner/transcript/record.h"
#include "runner/transcript/sign.h"

struct verify_options {
	const char *key, *signature;
};

#define AT(m) .offset = offsetof(struct verify_options, m)
static const struct option_spec options[] = {
	{ "key", 0, OPTION_STRING, AT(key), "FILE",
	  "the public key that must have signed it" },
	{ "signature", 0, OPTION_STRING, AT(signature), "FILE",
	  "the signature (default: the transcript's name and .intoto.json)" },
	{ 0 },
};
static const struct verify_options defaults = { 0 };

/* One line a question, for people; `ok` is the answer. */
static bool answer(const char *question, bool ok, const char *why)
{
	printf("%-4s %s%s%s\n", ok ? "ok" : "BAD", question,
	       why && !ok ? ": " : "", why && !ok ? why : "");
	return ok;
}

/* Hundredths of a recorded decimal, exactly as the writer prints them. */
static bool recorded_points(const struct record *r, const char *name,
			    int points)
{
	const struct json *v = json_get(json_get(r->end, "score"), name);
	char text[TEXT_POINTS_BYTES];

	text_points(points, text);
	return v && v->type == JSON_NUMBER &&
	       json_compare_numbers(v->text, span_of(text)) == 0;
}

static bool score_agrees(const struct record *r)
{
	return r->end && recorded_points(r, "points", r->points) &&
	       recorded_points(r, "max_points", r->max_points);
}

/* What the end says of the run; its own line is in no other line's digest. */
static bool end_agrees(const struct record *r)
{
	const char *said = json_str(json_get(r->end, "outcome"));
	const struct record_event *last = &r->events[r->n_events - 1];
	int64_t before_ns = r->n_events > 1 ? last[-1].at_ns : 0;
	bool graded = said && !strcmp(said, "graded");

	/* Only what was not graded has a reason for it. */
	return said && r->end == last->body && last->at_ns >= before_ns &&
	       graded == !json_get(r->end, "reason") &&
	       (graded || !strcmp(said, outcome_name(r->outcome)));
}

static int check_signature(const struct command *c, const struct stored *s)
{
	const struct verify_options *o = c->options;
	const char *path = o->signature
				   ? o->signature
				   : arena_printf(c->arena, "%s.intoto.json",
						  s->path);
	struct span line, envelope;
	struct sign_key key;
	struct err err;
	bool ok;

	if (file_read(c->arena, o->key, SIGN_LINE_MAX, &line, &err) < 0 ||
	    sign_parse(c->arena, line, &key, &err) < 0)
		return cmd_fail(c, EXIT_STATUS_USAGE, &err);
	if (file_read(c->arena, path, ATTEST_BYTES_MAX, &envelope, &err) < 0) {
		cmd_note(c, "no signature was found; --signature FILE says "
			    "where it is: %s", err.msg);
		return EXIT_STATUS_USAGE;
	}
	ok = attest_check(c->arena, envelope, s->lines, &key, &err) == 0;
	answer("the signature is of this key and for this transcript", ok,
	       ok ? NULL : err.msg);
	return ok ? EXIT_STATUS_OK : EXIT_STATUS_BELOW;
}

/* What cannot be read was altered, unless a later version wrote it. */
static int open_transcript(const struct command *c, struct stored *ret)
{
	struct err err;
	int r;

	ret->path = c->args[0];
	if (file_read(c->arena, ret->path, STORED_BYTES_MAX, &ret->lines,
		      &err) < 0)
		return cmd_fail(c, EXIT_STATUS_USAGE, &err);
	r = record_read(c->arena, ret->lines, &ret->r, &err);
	if (r == 0)
		return EXIT_STATUS_OK;
	if (r == -EPROTONOSUPPORT)
		return cmd_fail(c, EXIT_STATUS_USAGE, &err);
	answer("every line is an event of a run", false, err.msg);
	return EXIT_STATUS_BELOW;
}

static int run(const struct command *c)
{
	const struct verify_options *o = c->options;
	struct stored s;
	int status = open_transcript(c, &s);
	bool ok;

	if (o->signature && !o->key)
		return cmd_usage(c, "--signature needs --key");
	if (status != EXIT_STATUS_OK)
		return status;
	ok = answer("every line holds the digest of the one before",
		    s.r->chain_holds, "the transcript was altered");
	ok &= answer("the run is recorded to its end", !s.r->cut,
		     "the transcript is cut off");
	ok &= answer("its end says what the record says", end_agrees(s.r),
		     "it does not");
	ok &= answer("the score follows from the findings",
		     score_agrees(s.r), "it does not");
	if (o->key)
		status = check_signature(c, &s);
	if (status == EXIT_STATUS_OK && !ok)
		status = EXIT_STATUS_BELOW;
	return status;
}

const struct verb verb_verify = {
	.name = "verify",
	.synopsis = "TRANSCRIPT",
	.help = "check that a transcript is whole and its score right",
	.detail = "The chain of digests, the end, and the score, which is "
		  "computed again from the findings; with --key the "
		  "signature too. Exit status 1 when something is not right.",
	.options = options,
	.options_bytes = sizeof(struct verify_options),
	.defaults = &defaults,
	.args_min = 1,
	.args_max = 1,
	.run = run,
};
