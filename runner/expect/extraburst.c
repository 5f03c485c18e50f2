/* Many at once: what a race answers is counted by status. */
#include <errno.h>
#include <stdlib.h>

#include "runner/base/arena.h"
#include "runner/expect/extra.h"

static size_t count_status(const struct play_reply *replies, size_t n,
			   int status)
{
	size_t found = 0;

	for (size_t i = 0; i < n; i++)
		found += replies[i].res->end == HTTP_ANSWERED &&
			 replies[i].res->status == status;
	return found;
}

/* "3 x 201, 17 x 409, 1 x timed-out" */
static const char *show_counts(struct arena *arena,
			       const struct play_reply *replies, size_t n)
{
	const char *out = NULL;

	for (size_t i = 0; i < n; i++) {
		const struct http_response *res = replies[i].res;
		size_t times = 0, earlier = 0;
		const char *name;

		for (size_t k = 0; k < n; k++) {
			bool like = replies[k].res->end == res->end &&
				    replies[k].res->status == res->status;

			times += like;
			earlier += like && k < i;
		}
		if (earlier)
			continue;
		name = res->end == HTTP_ANSWERED
			       ? arena_printf(arena, "%d", res->status)
			       : http_end_name(res->end);
		out = arena_printf(arena, "%s%s%zu x %s", out ? out : "",
				   out ? ", " : "", times, name);
	}
	return out;
}

static const char *wrong_counts(struct judging *j, const struct extra *x,
				const struct play_reply *replies, size_t n)
{
	size_t expected = 0;

	for (size_t i = 0; i < x->expect.n; i++) {
		const char *rule = x->expect.items[i];
		int status = (int)strtol(rule, NULL, 10);
		size_t got = count_status(replies, n, status);

		expected += got;
		if (rule[4] != '*' && got != strtoul(rule + 4, NULL, 10))
			return arena_printf(j->s->arena,
					    "%zu of %zu answered "
					    "%d, not %s",
					    got, n, status, rule + 4);
	}
	if (expected != n)
		return arena_printf(j->s->arena,
				    "%zu of %zu answered something "
				    "else",
				    n - expected, n);
	return NULL;
}

static const char *show_expected(struct judging *j, const struct extra *x)
{
	const char *out = arena_printf(j->s->arena, "of %d at once:", x->burst);

	for (size_t i = 0; i < x->expect.n; i++)
		out = arena_printf(
			j->s->arena, "%s%s %s x %.3s", out, i ? "," : "",
			x->expect.items[i][4] == '*' ? "the rest"
						     : x->expect.items[i] + 4,
			x->expect.items[i]);
	return out;
}

static int send_all(struct judging *j, const struct http_request *req, size_t n,
		    struct play_reply *replies)
{
	const struct play_host *host = j->s->host;
	int r = 0;

	j->s->result->requests += n;
	if (host->burst)
		return host->burst(host->ctx, j->s->arena, req, n, replies,
				   j->s->err);
	for (size_t i = 0; i < n && !r; i++)
		r = host->send(host->ctx, j->s->arena, &req[i], &replies[i],
			       j->s->err);
	return r;
}

/* The asserts judge the first answer with the first expected status. */
static const struct play_reply *
choose(const struct extra *x, const struct play_reply *replies, size_t n)
{
	int status = (int)strtol(x->expect.items[0], NULL, 10);

	for (size_t i = 0; i < n; i++)
		if (replies[i].res->status == status)
			return &replies[i];
	return replies;
}

int extra_burst(struct judging *j, const struct built *built)
{
	const struct extra *x = j->e->marks.extra;
	struct play_reply replies[HTTP_BURST_MAX] = {0};
	struct http_request req[HTTP_BURST_MAX];
	const struct play_reply *chosen;
	size_t n = (size_t)x->burst;
	struct play_check *c;
	const char *why;
	int r;

	for (size_t i = 0; i < n; i++)
		req[i] = built->req;
	r = send_all(j, req, n, replies);
	if (r < 0)
		return r;
	chosen = choose(x, replies, n);
	j->s->answer = (struct answer){.res = chosen->res,
				       .evidence = chosen->evidence,
				       .coding_asked = built->coding_asked,
				       .url = built->url};
	c = extra_check(j, EXTRA_BURST, "burst");
	c->expected = show_expected(j, x);
	c->actual = show_counts(j->s->arena, replies, n);
	why = wrong_counts(j, x, replies, n);
	if (why)
		judging_fail(j, c, why);
	else
		judging_pass(j, c);
	return 0;
}
