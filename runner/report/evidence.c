#include "runner/report/evidence.h"

#include "runner/base/arena.h"
#include "runner/base/buf.h"
#include "runner/base/text.h"
#include "runner/report/exchange.h"
#include "runner/report/facts.h"
#include "runner/transcript/record.h"

#define TEXT_MAX       (32u << 10)
#define BODY_MAX       1000
#define TRACEBACK_LINES 12

const char *evidence_line(struct arena *arena, const struct finding *f)
{
	const char *text = f->message;

	if (!text && f->expected && f->actual)
		text = arena_printf(arena, "expected %s, got %s", f->expected,
				    f->actual);
	if (!text)
		text = f->expected ? f->expected : status_name(f->status);
	return text_visible(arena, span_of(text), 1000);
}

static void field(struct arena *arena, struct buf *out, const char *name,
		  const char *value)
{
	if (value && *value)
		buf_printf(out, "%s: %s\n", name,
			   text_visible(arena, span_of(value), 4000));
}

static void add_body(struct arena *arena, struct buf *out,
		     const struct body_view *body)
{
	if (body->bytes.len)
		buf_printf(out, "%s\n",
			   text_visible_lines(arena, body->bytes, BODY_MAX));
}

static void add_exchange(struct arena *arena, struct buf *out,
			 const struct exchange_view *x)
{
	struct span traceback = exchange_traceback(x);

	field(arena, out, "sent",
	      arena_printf(arena, "%s %s", x->method, x->target));
	add_body(arena, out, &x->sent);
	field(arena, out, "came", exchange_outcome(arena, x));
	add_body(arena, out, &x->came);
	if (traceback.len)
		buf_printf(out, "the app said:\n%s\n",
			   text_visible_lines(arena,
					      span_last_lines(traceback,
							      TRACEBACK_LINES),
					      BODY_MAX));
}

const char *evidence_text(struct arena *arena, const struct record *r,
			  const struct finding *f)
{
	AUTO_BUF out = BUF_INIT(TEXT_MAX);
	struct exchange_view x;
	bool seen = f->n_evidence &&
		    exchange_view(arena, r, f->evidence[0], &x);

	field(arena, &out, "why", f->message);
	field(arena, &out, "brief", f->spec);
	field(arena, &out, "expected", f->expected);
	field(arena, &out, "actual", f->actual);
	if (seen)
		add_exchange(arena, &out, &x);
	field(arena, &out, "hint", f->hint);
	field(arena, &out, "asked in", f->source);
	if (seen && x.curl)
		buf_printf(&out, "try: %s\n",
			   text_visible_lines(arena, span_of(x.curl), 4000));
	return arena_memdup(arena, buf_str(&out), out.len);
}

const char *evidence_curl(struct arena *arena, const struct record *r,
			  const struct finding *f)
{
	struct exchange_view x;

	if (f->n_evidence && exchange_view(arena, r, f->evidence[0], &x))
		return x.curl;
	return NULL;
}

int64_t evidence_us(struct arena *arena, const struct record *r,
		    const struct finding *f)
{
	struct exchange_view x;

	if (f->n_evidence && exchange_view(arena, r, f->evidence[0], &x))
		return x.total_us;
	return 0;
}
