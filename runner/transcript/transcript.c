#include "runner/transcript/transcript.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "runner/base/buf.h"
#include "runner/base/clock.h"
#include "runner/base/digest.h"
#include "runner/base/err.h"
#include "runner/base/jsonout.h"
#include "runner/probe/http.h"

/* What must always fit behind the ceilings: findings, the end. */
#define LINES_MAX ((size_t)TRANSCRIPT_BYTES_MAX * 4)

struct transcript {
	int fd; /* -1: in memory only, or no longer in a file */
	const char *path;
	int64_t begin_ns;
	size_t count;
	bool full;
	bool stopped; /* not even memory takes more */
	struct buf lines;
	char prev[DIGEST_SHA256_HEX];
	struct err failure; /* code 0: none */
};

static const char *const status_names[] = {
	[STATUS_PASS] = "pass",
	[STATUS_PARTIAL] = "partial",
	[STATUS_FAIL] = "fail",
	[STATUS_SKIP] = "skip",
	[STATUS_NOT_MEASURED] = "not-measured",
	[STATUS_BROKEN] = "broken",
	[STATUS_FLAKY] = "flaky",
};

const char *status_name(enum status status)
{
	return status_names[status];
}

bool status_parse(const char *name, enum status *ret)
{
	for (size_t i = 0; name && i < ARRAY_LEN(status_names); i++) {
		if (strcmp(name, status_names[i]) == 0) {
			*ret = (enum status)i;
			return true;
		}
	}
	return false;
}

int transcript_new(struct transcript **ret, const char *path, struct err *err)
{
	struct transcript *t;
	int fd = -1;

	if (path)
		fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC |
					O_NOCTTY, 0600);
	if (path && fd < 0)
		return err_set(err, errno, "%s: %s", path, strerror(errno));
	t = calloc(1, sizeof(*t));
	if (!t)
		abort();
	t->fd = fd;
	t->path = path;
	t->begin_ns = clock_ns();
	t->lines.limit = LINES_MAX;
	memset(t->prev, '0', sizeof(t->prev) - 1);
	*ret = t;
	return 0;
}

void transcript_free(struct transcript *t)
{
	if (!t)
		return;
	if (t->fd >= 0)
		close(t->fd);
	buf_release(&t->lines);
	free(t);
}

/* What the file did not take is still told, from memory. */
static int give_up_file(struct transcript *t)
{
	int code = errno;

	close(t->fd);
	t->fd = -1;
	return err_set(&t->failure, code, "%s: %s", t->path, strerror(code));
}

static int write_line(struct transcript *t, struct span line)
{
	while (t->fd >= 0 && line.len) {
		ssize_t n = write(t->fd, line.data, line.len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return give_up_file(t);
		line.data += n;
		line.len -= (size_t)n;
	}
	return 0;
}

/* `members` is a printed object; the four members of every event go first. */
static int add_line(struct transcript *t, const char *kind,
		    const char *members)
{
	size_t start = t->lines.len;
	struct span line;
	int r;

	r = buf_printf(&t->lines,
		       "{\"n\":%zu,\"at_ns\":%" PRId64
		       ",\"kind\":\"%s\",\"prev\":\"%s\"%s",
		       t->count, clock_ns() - t->begin_ns, kind, t->prev,
		       members[1] == '}' ? "" : ",");
	if (r == 0)
		r = buf_add_str(&t->lines, members + 1);
	if (r == 0)
		r = buf_add_char(&t->lines, '\n');
	if (r < 0) {
		t->stopped = true;
		return err_set(&t->failure, -r, "the transcript is full");
	}
	line = (struct span){ t->lines.data + start, t->lines.len - start };
	digest_sha256((struct span){ line.data, line.len - 1 }, t->prev);
	return write_line(t, line);
}

size_t transcript_event(struct transcript *t, const char *kind,
			struct jsonout *body)
{
	char *members;

	if (t->stopped) {
		jsonout_free(body);
		return t->count ? t->count - 1 : 0;
	}
	members = jsonout_print(body);
	jsonout_free(body);
	add_line(t, kind, members);
	free(members);
	return t->count++;
}

/* True when exchanges are no longer kept; says so once. */
static bool at_ceiling(struct transcript *t)
{
	if (t->full)
		return true;
	if (t->count < TRANSCRIPT_EVENTS_MAX &&
	    t->lines.len < TRANSCRIPT_BYTES_MAX)
		return false;
	t->full = true;
	transcript_event(t, "full", jsonout_object());
	return true;
}

static void add_headers(struct jsonout *to, const struct http_header *headers,
			size_t n)
{
	struct jsonout *list = jsonout_array();

	for (size_t i = 0; i < n; i++) {
		struct jsonout *pair = jsonout_array();

		jsonout_str(pair, NULL, headers[i].name);
		jsonout_span(pair, NULL, headers[i].value);
		jsonout_add(list, NULL, pair);
	}
	jsonout_add(to, "headers", list);
}

/* The head alone: the body has a member of its own. */
static struct span head_of(struct span sent)
{
	size_t n = span_find(sent, SPAN_LIT("\r\n\r\n"));

	if (n < sent.len)
		sent.len = n + 4;
	return sent;
}

size_t transcript_request(struct transcript *t, const char *criterion,
			  const struct http_request *req,
			  const struct http_response *res, const char *curl)
{
	const struct http_timing *timing = &res->timing;
	int64_t sent_ns = timing->sent_ns
				  ? timing->sent_ns
				  : clock_ns() - timing->total_us * 1000;
	struct jsonout *body;

	if (at_ceiling(t))
		return SIZE_MAX;
	body = jsonout_object();
	if (criterion)
		jsonout_str(body, "criterion", criterion);
	jsonout_int(body, "sent_at_ns", sent_ns - t->begin_ns);
	jsonout_str(body, "method", req->method ? req->method : "GET");
	jsonout_str(body, "target", req->target);
	add_headers(body, req->headers, req->n_headers);
	if (req->has_body || req->body.len)
		jsonout_bytes(body, "body", req->body, TRANSCRIPT_REQUEST_MAX);
	jsonout_bytes(body, "head", head_of(res->sent),
		      TRANSCRIPT_REQUEST_MAX);
	if (curl)
		jsonout_str(body, "curl", curl);
	return transcript_event(t, "request", body);
}

size_t transcript_raw(struct transcript *t, const char *criterion,
		      const struct http_request *shown, struct span bytes)
{
	struct jsonout *body;

	if (at_ceiling(t))
		return SIZE_MAX;
	body = jsonout_object();
	if (criterion)
		jsonout_str(body, "criterion", criterion);
	jsonout_str(body, "method", shown->method);
	jsonout_str(body, "target", shown->target);
	add_headers(body, NULL, 0);
	jsonout_bool(body, "raw", true);
	jsonout_bytes(body, "head", bytes, TRANSCRIPT_REQUEST_MAX);
	return transcript_event(t, "request", body);
}

static void add_timing(struct jsonout *to, const struct http_timing *timing)
{
	jsonout_int(to, "connect_us", timing->connect_us);
	jsonout_int(to, "first_byte_us", timing->first_byte_us);
	jsonout_int(to, "total_us", timing->total_us);
	jsonout_bool(to, "reused", timing->reused_connection);
}

static void add_answer(struct jsonout *to, const struct http_response *res)
{
	jsonout_int(to, "status", res->status);
	jsonout_str(to, "version", res->version ? res->version : "");
	jsonout_str(to, "reason", res->reason ? res->reason : "");
	add_headers(to, res->headers, res->n_headers);
}

size_t transcript_response(struct transcript *t, size_t request,
			   const struct http_response *res)
{
	struct jsonout *body;

	if (request == SIZE_MAX || at_ceiling(t))
		return SIZE_MAX;
	body = jsonout_object();
	jsonout_int(body, "request", (int64_t)request);
	jsonout_str(body, "end", http_end_name(res->end));
	if (res->fault)
		jsonout_str(body, "fault", res->fault);
	if (res->why)
		jsonout_str(body, "why", res->why);
	if (res->status)
		add_answer(body, res);
	else if (res->head.len)
		jsonout_bytes(body, "head", res->head, TRANSCRIPT_REQUEST_MAX);
	jsonout_bytes(body, "body", res->body, TRANSCRIPT_BODY_MAX);
	jsonout_int(body, "body_bytes", res->body_bytes);
	add_timing(body, &res->timing);
	return transcript_event(t, "response", body);
}

size_t transcript_log(struct transcript *t, size_t request, struct span text,
		      bool cut)
{
	struct jsonout *body;

	if (at_ceiling(t))
		return SIZE_MAX;
	body = jsonout_object();
	if (request != SIZE_MAX)
		jsonout_int(body, "request", (int64_t)request);
	if (text.len > TRANSCRIPT_LOG_MAX) {
		/* A traceback ends with what went wrong: keep the end. */
		text.data += text.len - TRANSCRIPT_LOG_MAX;
		text.len = TRANSCRIPT_LOG_MAX;
		cut = true;
	}
	jsonout_span(body, "text", text);
	jsonout_bool(body, "cut", cut);
	return transcript_event(t, "log", body);
}

static void add_optional(struct jsonout *to, const char *name,
			 const char *value)
{
	if (value)
		jsonout_str(to, name, value);
}

size_t transcript_finding(struct transcript *t, const struct finding *f)
{
	struct jsonout *body = jsonout_object();
	struct jsonout *evidence = jsonout_array();

	jsonout_str(body, "criterion", f->criterion);
	add_optional(body, "check", f->check);
	jsonout_str(body, "title", f->title);
	if (f->name && strcmp(f->name, f->title) != 0)
		jsonout_str(body, "name", f->name);
	jsonout_str(body, "status", status_name(f->status));
	jsonout_int(body, "weight", f->weight);
	add_optional(body, "expected", f->expected);
	add_optional(body, "actual", f->actual);
	add_optional(body, "message", f->message);
	add_optional(body, "cause", f->cause);
	add_optional(body, "spec", f->spec);
	add_optional(body, "hint", f->hint);
	add_optional(body, "source", f->source);
	for (size_t i = 0; i < f->n_evidence; i++)
		if (f->evidence[i] != SIZE_MAX)
			jsonout_int(evidence, NULL, (int64_t)f->evidence[i]);
	jsonout_add(body, "evidence", evidence);
	jsonout_bool(body, "hidden", f->hidden);
	if (f->vital)
		jsonout_bool(body, "vital", true);
	return transcript_event(t, "finding", body);
}

bool transcript_full(const struct transcript *t)
{
	return t->full;
}

struct span transcript_lines(const struct transcript *t)
{
	return buf_span(&t->lines);
}

size_t transcript_count(const struct transcript *t)
{
	return t->count;
}

int64_t transcript_at_ns(const struct transcript *t, int64_t moment_ns)
{
	return moment_ns - t->begin_ns;
}

int transcript_error(const struct transcript *t, struct err *err)
{
	if (!t->failure.code)
		return 0;
	if (err)
		*err = t->failure;
	return -t->failure.code;
}
