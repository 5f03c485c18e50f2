#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>

#include "runner/base/arena.h"
#include "runner/base/clock.h"
#include "runner/base/err.h"
#include "runner/base/text.h"
#include "runner/exercise/exercise.h"
#include "runner/grader.h"
#include "runner/session/run.h"
#include "runner/submission/lacking.h"
#include "runner/transcript/verdict.h"

#define OUTPUT_SLICE_MAX TRANSCRIPT_LOG_MAX

const struct exercise *grading_exercise(const struct grading *g)
{
	return g->run->ex;
}

const struct criterion *grading_criterion(const struct grading *g)
{
	return g->rc->c;
}

const struct submission *grading_submission(const struct grading *g)
{
	return g->run->sub;
}

struct arena *grading_arena(struct grading *g)
{
	return g->arena;
}

struct prng *grading_prng(struct grading *g)
{
	return &g->prng;
}

uint64_t grading_seed(const struct grading *g)
{
	return g->run->options->seed;
}

const struct exchange *const *grading_exchanges(const struct grading *g,
						size_t *ret_n)
{
	*ret_n = g->run->n_exchanges;
	return g->run->exchanges;
}

/* --- the record --- */

static void record_denied(struct run *run, const struct sandbox_state *state,
			  size_t request)
{
	for (size_t i = 0; i < state->n_denied && i < SANDBOX_DENIED_MAX; i++) {
		const struct sandbox_denied *d =
			sandbox_denied(service_box(run->service), i);

		if (!d || d->count <= run->denied_counts[i])
			continue;
		run_event_denied(run, request, d,
				 d->count - run->denied_counts[i]);
		run->denied_counts[i] = d->count;
	}
}

struct span run_record_output(struct run *run, size_t request)
{
	struct sandbox *box = run->service ? service_box(run->service) : NULL;
	struct sandbox_state state;
	struct span text = { "", 0 };
	int64_t from = run->output_at;
	char *bytes;

	if (run->recorded)
		return run->told ? lane_relay(run, request) : text;
	if (!box || sandbox_sync(box, &state) < 0)
		return text;
	if (state.output_len > from) {
		/* A traceback ends with what went wrong: keep the end. */
		if (state.output_len - from > OUTPUT_SLICE_MAX)
			from = state.output_len - OUTPUT_SLICE_MAX;
		text.len = (size_t)(state.output_len - from);
		bytes = arena_alloc(run->arena, text.len + 1);
		text.data = bytes;
		text.len = sandbox_output(box, from, bytes, text.len);
		transcript_log(run->t, request, text, from > run->output_at);
		run->output_at = state.output_len;
	}
	record_denied(run, &state, request);
	return text;
}

static uint16_t port_of(const struct run *run)
{
	return run->service ? service_port(run->service) : 0;
}

static void remember(struct run *run, const struct exchange *x)
{
	if (run->n_exchanges == run->cap_exchanges) {
		size_t cap = run->cap_exchanges ? run->cap_exchanges * 2 : 256;

		run->exchanges = arena_grow(run->arena, run->exchanges,
					    run->n_exchanges, cap,
					    sizeof(*run->exchanges));
		run->cap_exchanges = cap;
	}
	run->exchanges[run->n_exchanges++] = x;
}

static struct http_request copy_request(struct arena *arena,
					const struct http_request *req)
{
	struct http_request copy = *req;
	struct http_header *headers =
		arena_array(arena, req->n_headers + 1, sizeof(*headers));

	for (size_t i = 0; i < req->n_headers; i++) {
		struct span value = req->headers[i].value;

		headers[i].name = arena_strdup(arena, req->headers[i].name);
		headers[i].value.data =
			arena_memdup(arena, value.data ? value.data : "",
				     value.len);
		headers[i].value.len = value.len;
	}
	copy.method = arena_strdup(arena, req->method ? req->method : "GET");
	copy.target = arena_strdup(arena, req->target);
	copy.headers = headers;
	copy.body.data = arena_memdup(arena, req->body.len ? req->body.data
							   : "",
				      req->body.len);
	return copy;
}

static void record_answer(struct grading *g, struct exchange *x)
{
	struct run *run = g->run;

	x->criterion = g->rc->c->id;
	x->response_event =
		transcript_response(run->t, x->request_event, &x->res);
	remember(run, x);
	g->latest = x;
}

static void record_exchange(struct grading *g, struct exchange *x)
{
	struct run *run = g->run;
	const char *curl = http_curl_line(run->arena, &x->req, port_of(run));

	x->request_event = transcript_request(run->t, g->rc->c->id, &x->req,
					      &x->res, curl);
	record_answer(g, x);
}

/* --- from the app, or from the record of another run --- */

static int not_recorded(const struct http_request *req, struct err *err)
{
	return err_set(err, ENODATA, "the run did not send %s %.80s",
		       req->method, req->target);
}

/* NULL: the box itself is gone. */
static struct http *client(struct grading *g, struct err *err)
{
	struct http *http = service_http(g->run->service);

	if (!http)
		err_set(err, EPIPE, "the box has ended");
	return http;
}

static int exchange_one(struct grading *g, const struct http_request *req,
			struct http_response *ret, struct err *err)
{
	struct run *run = g->run;
	struct http *http;
	int r;

	if (run->recorded)
		return recorded_find(run->recorded, g->rc->c->id, req, ret)
			       ? 0
			       : not_recorded(req, err);
	http = client(g, err);
	if (!http)
		return -EPIPE;
	r = http_send(http, run->arena, req, ret, err);
	if (r == 0 && (ret->end == HTTP_RESET || ret->end == HTTP_CUT_SHORT))
		service_await_output(run->service, run->output_at);
	/* The box looks for output while we write down what came. */
	sandbox_sync_begin(service_box(run->service));
	return r;
}

static int exchange_many(struct grading *g, const struct http_request *req,
			 size_t n, struct http_response *ret, struct err *err)
{
	if (!g->run->recorded) {
		struct http *http = client(g, err);

		return http ? http_burst(http, g->run->arena, req, n, ret, err)
			    : -EPIPE;
	}
	for (size_t i = 0; i < n; i++) {
		int r = exchange_one(g, &req[i], &ret[i], err);

		if (r < 0)
			return r;
	}
	return 0;
}

static int exchange_raw(struct grading *g, const struct http_request *shown,
			struct span bytes, int64_t timeout_ms,
			struct http_response *ret, struct err *err)
{
	struct run *run = g->run;

	if (!run->recorded) {
		struct http *http = client(g, err);

		return http ? http_raw(http, run->arena, bytes, timeout_ms, ret,
				       err)
			    : -EPIPE;
	}
	return recorded_find_raw(run->recorded, g->rc->c->id, bytes, ret)
		       ? 0
		       : not_recorded(shown, err);
}

/* --- a package that only a view imports --- */

static bool was_named(const struct run *run, const char *package)
{
	for (size_t i = 0; i < run->n_lacks; i++)
		if (!strcmp(run->lacks[i], package))
			return true;
	return false;
}

/*
 * What the app printed is its own word, so that a name counts only if the
 * files of the submission and the environment bear it out, and only for what
 * it says of itself: no point depends on it.
 */
static void look_for_lacks(struct run *run, const struct exchange *x)
{
	static const struct span error = SPAN_LIT("ModuleNotFoundError: ");
	struct span rest = x->log;
	const char *module, *package;
	size_t at, len;

	while ((at = span_find(rest, error)) < rest.len) {
		rest = (struct span){ rest.data + at, rest.len - at };
		len = span_find(rest, SPAN_LIT("\n"));
		module = lacking_module(run->arena,
					(struct span){ rest.data, len });
		rest = (struct span){ rest.data + len, rest.len - len };
		if (!module || run->n_lacks == RUN_LACKS_MAX)
			continue;
		package = arena_memdup(run->arena, module,
				       strcspn(module, "."));
		if (was_named(run, package))
			continue;
		run->lacks[run->n_lacks++] = package;
		if (lacking_judge(run->arena, run->sub, module) ==
		    LACKING_PACKAGE)
			run_event_lacks(run, x->request_event, package);
	}
}

static bool is_server_error(const struct exchange *x)
{
	return x->res.end == HTTP_ANSWERED && x->res.status >= 500;
}

/* --- what a grader may do --- */

int grading_send(struct grading *g, const struct http_request *req,
		 const struct exchange **ret, struct err *err)
{
	struct run *run = g->run;
	struct exchange *x = arena_alloc(run->arena, sizeof(*x));
	int r;

	x->req = copy_request(run->arena, req);
	r = exchange_one(g, &x->req, &x->res, err);
	if (r < 0)
		return r;
	record_exchange(g, x);
	x->log = run_record_output(run, x->request_event);
	if (is_server_error(x))
		look_for_lacks(run, x);
	*ret = x;
	return 0;
}

int grading_burst(struct grading *g, const struct http_request *req, size_t n,
		  const struct exchange *const **ret, struct err *err)
{
	struct run *run = g->run;
	struct arena *arena = run->arena;
	struct http_request *reqs = arena_array(arena, n + 1, sizeof(*reqs));
	struct http_response *res = arena_array(arena, n + 1, sizeof(*res));
	const struct exchange **list = arena_array(arena, n + 1, sizeof(*list));
	struct span log;
	int r;

	for (size_t i = 0; i < n; i++)
		reqs[i] = copy_request(arena, &req[i]);
	r = exchange_many(g, reqs, n, res, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < n; i++) {
		struct exchange *x = arena_alloc(arena, sizeof(*x));

		x->req = reqs[i];
		x->res = res[i];
		record_exchange(g, x);
		list[i] = x;
	}
	/* Nobody can tell whose it was: the log is the whole burst's. */
	log = run_record_output(run, n ? list[0]->request_event : SIZE_MAX);
	if (n)
		((struct exchange *)(uintptr_t)list[0])->log = log;
	*ret = list;
	return 0;
}

int grading_raw(struct grading *g, struct span bytes, int64_t timeout_ms,
		const struct exchange **ret, struct err *err)
{
	struct run *run = g->run;
	struct exchange *x = arena_alloc(run->arena, sizeof(*x));
	int r;

	x->req = http_raw_shown(run->arena, bytes);
	r = exchange_raw(g, &x->req, bytes, timeout_ms, &x->res, err);
	if (r < 0)
		return r;
	x->request_event = transcript_raw(run->t, g->rc->c->id, &x->req, bytes);
	record_answer(g, x);
	x->log = run_record_output(run, x->request_event);
	*ret = x;
	return 0;
}

int grading_signal(struct grading *g, int sig, struct err *err)
{
	int r = g->run->recorded
			? 0
			: sandbox_signal(service_box(g->run->service), sig);

	if (r < 0 && r != -ESRCH)
		return err_set(err, -r, "signal %d: %s", sig, strerror(-r));
	run_event_signal(g->run, sig);
	return 0;
}

int grading_restart(struct grading *g, bool *ret_ready, struct err *err)
{
	struct run *run = g->run;
	struct service_failure why = { SERVICE_READY, NULL, NULL };
	bool ready;

	if (run->recorded) {
		struct recorded_restart was = recorded_restart(run->recorded);

		run->start.start_ms = was.start_ms;
		run_event_restart(run, was.ready, was.reason, was.done_ns);
		*ret_ready = was.ready;
		return 0;
	}
	run_record_output(run, SIZE_MAX);
	ready = service_restart(run->service, &run->start, &why) == 0;
	run_event_restart(run, ready, why.reason, clock_ns());
	if (!ready)
		run_record_output(run, SIZE_MAX);
	if (why.end == SERVICE_BROKEN || why.end == SERVICE_ISOLATION)
		return err_set(err, EIO, "restart: %s", why.reason);
	*ret_ready = ready;
	return 0;
}

/* --- what a grader finds --- */

static void keep_finding(struct run *run, struct run_findings *list,
			 const struct finding *f, size_t event)
{
	if (list->n == list->cap) {
		size_t cap = list->cap ? list->cap * 2 : 16;

		list->checks = arena_grow(run->arena, list->checks, list->n,
					  cap, sizeof(*list->checks));
		list->cap = cap;
	}
	list->checks[list->n++] = (struct record_check){ *f, event, NULL };
}

static const char *copied(struct arena *arena, const char *s)
{
	return s ? arena_strdup(arena, s) : NULL;
}

static void add_finding(struct grading *g, const struct check *check,
			enum status status, const char *message)
{
	struct arena *arena = g->run->arena;
	const struct criterion *c = g->rc->c;
	const struct exchange *x = check->evidence ? check->evidence
						   : g->latest;
	size_t evidence = x ? x->request_event : SIZE_MAX;
	struct finding f = {
		.criterion = c->id,
		.check = copied(arena, check->id),
		.title = copied(arena, check->title ? check->title : c->title),
		.name = copied(arena, check->name),
		.status = status,
		.weight = check->weight ? check->weight : 1,
		.expected = copied(arena, check->expected),
		.actual = copied(arena, check->actual),
		.message = message,
		.cause = copied(arena, check->cause),
		.spec = check->spec ? copied(arena, check->spec)
			: c->n_spec ? c->spec[0]
				    : NULL,
		.hint = copied(arena, check->hint),
		.source = copied(arena, check->source),
		.evidence = &evidence,
		.n_evidence = evidence != SIZE_MAX,
		.hidden = check->hidden || c->visibility == VISIBILITY_HIDDEN,
		.vital = check->vital,
	};
	size_t event;

	if (g->run->options->public) {
		if (f.hidden)
			return;
		f.hint = NULL;
	}
	event = transcript_finding(g->run->t, &f);
	f.evidence = NULL;
	f.n_evidence = 0;
	keep_finding(g->run, g->findings, &f, event);
}

void grading_pass(struct grading *g, const struct check *check)
{
	add_finding(g, check, STATUS_PASS, NULL);
}

static PRINTF(2, 0) const char *message_of(struct grading *g, const char *fmt,
					   va_list ap)
{
	return fmt && *fmt ? arena_vprintf(g->run->arena, fmt, ap) : NULL;
}

void grading_fail(struct grading *g, const struct check *check,
		  const char *fmt, ...)
{
	const char *message;
	va_list ap;

	va_start(ap, fmt);
	message = message_of(g, fmt, ap);
	va_end(ap);
	add_finding(g, check, STATUS_FAIL, message);
}

void grading_skip(struct grading *g, const struct check *check,
		  const char *fmt, ...)
{
	const char *message;
	va_list ap;

	va_start(ap, fmt);
	message = message_of(g, fmt, ap);
	va_end(ap);
	add_finding(g, check, STATUS_SKIP, message);
}

void grading_not_measured(struct grading *g, const struct check *check,
			  const char *fmt, ...)
{
	const char *message;
	va_list ap;

	va_start(ap, fmt);
	message = message_of(g, fmt, ap);
	va_end(ap);
	add_finding(g, check, STATUS_NOT_MEASURED, message);
}

/* --- one criterion --- */

struct verdict run_verdict(const struct run *run, struct arena *arena,
			   struct record_criterion *ret)
{
	size_t n = run->ex->n_criteria;
	struct record_check **checks = arena_array(arena, n, sizeof(*checks));

	for (size_t i = 0; i < n; i++) {
		const struct criterion *c = run->criteria[i].c;

		ret[i] = (struct record_criterion){
			.id = c->id,
			.max_points = c->points,
			.gate = c->gate,
			.checks = run->findings[i].checks,
			.n_checks = run->findings[i].n,
		};
		checks[i] = run->findings[i].checks;
	}
	return verdict_score(arena, ret, checks, n);
}

static enum status status_so_far(const struct run *run, const char *id)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	struct record_criterion *criteria =
		arena_array(arena, run->ex->n_criteria, sizeof(*criteria));

	run_verdict(run, arena, criteria);
	for (size_t i = 0; i < run->ex->n_criteria; i++)
		if (strcmp(criteria[i].id, id) == 0)
			return criteria[i].status;
	return STATUS_NOT_MEASURED;
}

static const char *failed_need(const struct run *run,
			       const struct criterion *c)
{
	for (size_t i = 0; i < c->n_needs; i++) {
		enum status status = status_so_far(run, c->needs[i]);

		if (status == STATUS_FAIL || status == STATUS_SKIP)
			return c->needs[i];
	}
	return NULL;
}

/* What a grader makes of the answers is given back when it is done; the
 * answers themselves are the run's. */
void run_criterion(struct run *run, size_t i)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	struct grading g = { .run = run, .arena = arena,
			     .rc = &run->criteria[i],
			     .findings = &run->findings[i] };
	const struct criterion *c = g.rc->c;
	const char *need = failed_need(run, c);
	struct err err = { 0 };
	int r;

	if (need) {
		grading_skip(&g, CHECK(.title = c->title),
			     "not asked, because `%s` failed", need);
		return;
	}
	prng_init(&g.prng, run->options->seed, c->id);
	r = g.rc->grader->run(&g, g.rc->config, &err);
	if (r < 0 && !g.findings->n && run->recorded &&
	    recorded_is_cut(run->recorded))
		grading_not_measured(&g, CHECK(.title = c->title),
				     "the record ends before it");
	else if (r < 0)
		add_finding(&g, CHECK(.title = c->title), STATUS_BROKEN,
			    copied(run->arena, err.msg));
	else if (!g.findings->n)
		grading_not_measured(&g, CHECK(.title = c->title),
				     "the grader found nothing to say");
}

void run_flaky(struct run *run, size_t i, const char *message)
{
	struct grading g = { .run = run, .rc = &run->criteria[i],
			     .findings = &run->findings[i] };

	add_finding(&g, CHECK(.title = "all runs agree"), STATUS_FLAKY,
		    message);
}
