/* Scripts against a live server of this machine, for those who write them. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "runner/base/arena.h"
#include "runner/base/clock.h"
#include "runner/base/err.h"
#include "runner/base/file.h"
#include "runner/base/jsonout.h"
#include "runner/cmd/reports.h"
#include "runner/cmd/source.h"
#include "runner/cmd/verbs.h"
#include "runner/expect/play.h"
#include "runner/expect/script.h"
#include "runner/probe/http.h"
#include "runner/transcript/record.h"
#include "runner/transcript/transcript.h"

struct probe_options {
	const char *url;
	struct option_list variables, reports;
	struct option_u64 seed;
	bool dry_run, stop;
};

#define AT(m) .offset = offsetof(struct probe_options, m)
static const struct option_spec options[] = {
	{"url", 0, OPTION_STRING, AT(url), "http://127.0.0.1:PORT",
	 "the server; {{base}} in the scripts"},
	{"variable", 0, OPTION_LIST, AT(variables), "NAME=VALUE",
	 "a variable of the scripts; may be repeated"},
	{"report", 0, OPTION_LIST, AT(reports), "FORMAT[=FILE]",
	 REPORT_OPTION_HELP},
	{"seed", 0, OPTION_U64, AT(seed), "N",
	 "draw the same values as the run that printed this seed"},
	{"stop", 0, OPTION_FLAG, AT(stop), NULL,
	 "stop a script at its first request that fails, as Hurl does"},
	{"dry-run", 0, OPTION_FLAG, AT(dry_run), NULL,
	 "only compile the scripts"},
	{0},
};

/* One use of the verb. */
struct probe {
	const struct command *c;
	const struct probe_options *o;
	const struct script **scripts; /* one for each operand */
	struct play_variable *variables;
	struct reports reports;
	const char *base;
	uint16_t port;
	uint64_t seed;
	struct transcript *t;
	struct http *http;
	const char *criterion; /* the script that is played */
	struct play_result sum;
};

static int usage(struct probe *p, const char *what)
{
	return cmd_usage(p->c, "%s", what);
}

/* --- before anything is sent --- */

static int compile(struct probe *p, size_t i)
{
	const char *path = p->c->args[i];
	struct span text;
	struct err err;

	if (file_read(p->c->arena, path, SCRIPT_BYTES_MAX, &text, &err) < 0)
		return usage(p, err.msg);
	if (!script_parse(p->c->arena, path, text, &p->scripts[i], &err))
		return EXIT_STATUS_OK;
	source_show(p->c->arena, stderr, err.msg);
	return EXIT_STATUS_EXERCISE;
}

static int compile_all(struct probe *p)
{
	int status = EXIT_STATUS_OK;

	p->scripts =
		arena_array(p->c->arena, p->c->n_args, sizeof(*p->scripts));
	for (size_t i = 0; i < p->c->n_args; i++) {
		int one = compile(p, i);

		status = one > status ? one : status;
	}
	return status;
}

/* Only this machine: a script may send anything, and sends it at once. */
static int read_url(struct probe *p)
{
	static const char *const hosts[] = {"http://127.0.0.1:",
					    "http://localhost:"};
	const char *url = p->o->url;

	if (!url)
		return usage(p, "--url says where the server is");
	for (size_t i = 0; i < ARRAY_LEN(hosts); i++) {
		size_t n = strlen(hosts[i]);
		char *end;
		long port;

		if (strncmp(url, hosts[i], n))
			continue;
		port = strtol(url + n, &end, 10);
		if (port < 1 || port > 65535 || strcmp(end, *end ? "/" : ""))
			break;
		p->port = (uint16_t)port;
		p->base = arena_memdup(p->c->arena, url, (size_t)(end - url));
		return EXIT_STATUS_OK;
	}
	return usage(p, "--url must be http://127.0.0.1:PORT");
}

static int read_variables(struct probe *p)
{
	size_t n = p->o->variables.n;

	p->variables = arena_array(p->c->arena, n + 1, sizeof(*p->variables));
	for (size_t i = 0; i < n; i++) {
		const char *word = p->o->variables.items[i];
		const char *equals = strchr(word, '=');

		if (!equals || equals == word)
			return usage(p, "--variable wants NAME=VALUE");
		p->variables[i].name = arena_memdup(p->c->arena, word,
						    (size_t)(equals - word));
		p->variables[i].value = equals + 1;
	}
	return EXIT_STATUS_OK;
}

static void choose_seed(struct probe *p)
{
	uint32_t seed;

	if (getrandom(&seed, sizeof(seed), 0) < 0)
		seed = (uint32_t)clock_ns();
	p->seed = p->o->seed.given ? p->o->seed.value : seed;
}

/* --- what is asked and found, as a transcript --- */

static int send_one(void *ctx, struct arena *arena,
		    const struct http_request *req, struct play_reply *ret,
		    struct err *err)
{
	struct probe *p = ctx;
	struct http_response *res = arena_alloc(arena, sizeof(*res));
	size_t *event = arena_alloc(arena, sizeof(*event));
	int r = http_send(p->http, arena, req, res, err);

	if (r < 0)
		return r;
	*event = transcript_request(p->t, p->criterion, req, res,
				    http_curl_line(arena, req, p->port));
	transcript_response(p->t, *event, res);
	*ret = (struct play_reply){res, event};
	return 0;
}

static int send_burst(void *ctx, struct arena *arena,
		      const struct http_request *req, size_t n,
		      struct play_reply *ret, struct err *err)
{
	struct probe *p = ctx;
	struct http_response *res = arena_array(arena, n, sizeof(*res));
	size_t *events = arena_array(arena, n, sizeof(*events));
	int r = http_burst(p->http, arena, req, n, res, err);

	for (size_t i = 0; !r && i < n; i++) {
		events[i] = transcript_request(
			p->t, p->criterion, &req[i], &res[i],
			http_curl_line(arena, &req[i], p->port));
		transcript_response(p->t, events[i], &res[i]);
		ret[i] = (struct play_reply){&res[i], &events[i]};
	}
	return r;
}

static int send_raw(void *ctx, struct arena *arena, struct span bytes,
		    int64_t timeout_ms, struct play_reply *ret,
		    struct err *err)
{
	struct probe *p = ctx;
	struct http_response *res = arena_alloc(arena, sizeof(*res));
	size_t *event = arena_alloc(arena, sizeof(*event));
	struct http_request shown = http_raw_shown(arena, bytes);
	int r = http_raw(p->http, arena, bytes, timeout_ms, res, err);

	if (r < 0)
		return r;
	*event = transcript_raw(p->t, p->criterion, &shown, bytes);
	transcript_response(p->t, *event, res);
	*ret = (struct play_reply){res, event};
	return 0;
}

static enum status status_of(enum play_status status)
{
	switch (status) {
	case PLAY_PASS: return STATUS_PASS;
	case PLAY_FAIL: return STATUS_FAIL;
	case PLAY_SKIP: return STATUS_SKIP;
	case PLAY_BROKEN: break;
	}
	return STATUS_NOT_MEASURED;
}

static void report(void *ctx, const struct play_check *c)
{
	struct probe *p = ctx;
	struct finding f = {
		.criterion = p->criterion,
		.check = c->id,
		.title = c->title,
		.name = c->name,
		.status = status_of(c->status),
		.weight = c->weight,
		.expected = c->expected,
		.actual = c->actual,
		.message = c->message,
		.spec = c->spec,
		.hint = c->hint,
		.source = arena_printf(p->c->arena, "%s:%d", p->criterion,
				       c->line),
		.evidence = c->evidence,
		.n_evidence = c->evidence != NULL,
		.hidden = c->hidden,
	};

	transcript_finding(p->t, &f);
}

static struct jsonout *object_of(const char *name, const char *value)
{
	struct jsonout *out = jsonout_object();

	jsonout_str(out, name, value);
	return out;
}

static void event_begin(struct probe *p)
{
	struct jsonout *body = jsonout_object(), *exercise, *tool;
	char now[CLOCK_UTC_BYTES];

	clock_utc(now);
	jsonout_str(body, "format", TRANSCRIPT_FORMAT);
	tool = object_of("name", "fumehood");
	jsonout_str(tool, "version", FUMEHOOD_VERSION);
	jsonout_add(body, "tool", tool);
	jsonout_str(body, "time", now);
	exercise = object_of("slug", "probe");
	jsonout_str(exercise, "title", "Probe scripts, without a box");
	jsonout_add(body, "exercise", exercise);
	jsonout_add(body, "submission", object_of("path", p->base));
	jsonout_int(body, "seed", (int64_t)p->seed);
	jsonout_str(body, "isolation", "none");
	transcript_event(p->t, "begin", body);
}

/* Each script is a criterion; points that it does not give are one a check. */
static void event_script(struct probe *p, size_t i)
{
	struct jsonout *body = object_of("id", p->c->args[i]);
	int points = script_points(p->scripts[i]);

	if (!points)
		points = 100 * (int)script_checks(p->scripts[i]);
	jsonout_str(body, "title", p->c->args[i]);
	jsonout_str(body, "grader", "script");
	jsonout_hundredths(body, "points", points);
	jsonout_str(body, "visibility", "public");
	transcript_event(p->t, "criterion", body);
}

static int play_one(struct probe *p, size_t i, struct err *err)
{
	struct play_host host = {
		.ctx = p,
		.base = p->base,
		.seed = p->seed,
		.label = p->c->args[i],
		.variables = p->variables,
		.n_variables = p->o->variables.n,
		.stop_at_failure = p->o->stop,
		.send = send_one,
		.burst = send_burst,
		.raw = send_raw,
		.report = report,
	};
	struct play_result result;
	int r;

	p->criterion = p->c->args[i];
	r = play_run(p->c->arena, p->scripts[i], &host, &result, err);
	p->sum.failed += result.failed + result.skipped;
	p->sum.requests += result.requests;
	p->sum.unreachable |= result.unreachable;
	return r;
}

static int play_all(struct probe *p, struct err *err)
{
	struct jsonout *end;
	int r = 0;

	event_begin(p);
	for (size_t i = 0; i < p->c->n_args; i++)
		event_script(p, i);
	for (size_t i = 0; i < p->c->n_args && !r; i++)
		r = play_one(p, i, err);
	end = object_of("outcome", "graded");
	jsonout_int(end, "requests", (int64_t)p->sum.requests);
	transcript_event(p->t, "end", end);
	return r;
}

static int show(struct probe *p)
{
	const struct record *record;
	struct err err;

	if (record_read(p->c->arena, transcript_lines(p->t), &record, &err) ||
	    reports_write(p->c->arena, &p->reports, record, VIEW_INTERVIEWER,
			  NULL, &err))
		return cmd_fail(p->c, EXIT_STATUS_INTERNAL, &err);
	if (p->sum.unreachable)
		return EXIT_STATUS_NOT_GRADABLE;
	return p->sum.failed ? EXIT_STATUS_BELOW : EXIT_STATUS_OK;
}

static int run(struct probe *p)
{
	struct http_options server = {.port = p->port,
				      .host = p->base + strlen("http://")};
	struct err err = {0};
	int r = transcript_new(&p->t, NULL, &err), status;

	if (!r)
		r = http_new(&p->http, &server, &err);
	if (r < 0)
		return cmd_fail(p->c, EXIT_STATUS_INTERNAL, &err);
	r = play_all(p, &err);
	if (r == -EINVAL) {
		source_show(p->c->arena, stderr, err.msg);
		return EXIT_STATUS_EXERCISE;
	}
	status = r < 0 ? cmd_fail(p->c, EXIT_STATUS_INTERNAL, &err) : show(p);
	if (p->sum.unreachable)
		cmd_note(p->c, "nobody listens at %s", p->base);
	return status;
}

static int probe_run(const struct command *c)
{
	struct probe p = {.c = c, .o = c->options};
	struct err err;
	int status;

	if (reports_parse(c->arena, &p.o->reports, &p.reports, &err) < 0)
		return cmd_usage(c, "%s", err.msg);
	status = compile_all(&p);
	if (!status && !p.o->dry_run)
		status = read_url(&p);
	if (!status)
		status = read_variables(&p);
	if (!status && !p.o->dry_run) {
		choose_seed(&p);
		status = run(&p);
		http_free(p.http);
		transcript_free(p.t);
	}
	return status;
}

const struct verb verb_probe = {
	.name = "probe",
	.synopsis = "FILE.hurl...",
	.help = "run probe scripts against a server of this machine",
	.detail = "Without a box, for those who write scripts. Exits with 0 "
		  "when all checks held, 1 when one failed, 3 when a script "
		  "is invalid, 4 when nobody listens.",
	.options = options,
	.options_bytes = sizeof(struct probe_options),
	.args_min = 1,
	.args_max = SIZE_MAX,
	.run = probe_run,
};
