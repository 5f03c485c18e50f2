#include <curl/curl.h>
#include <errno.h>

#include "runner/base/arena.h"
#include "runner/base/err.h"
#include "runner/probe/transfer.h"

/* Each needs a connection of its own, whatever the caller says. */
static struct http_request *on_own_connections(struct arena *arena,
					       const struct http_request *req,
					       size_t n)
{
	struct http_request *copy = arena_array(arena, n, sizeof(*copy));

	for (size_t i = 0; i < n; i++) {
		copy[i] = req[i];
		copy[i].fresh = true;
	}
	return copy;
}

static int begin_all(struct http *http, struct arena *arena,
		     const struct http_request *req, struct transfer *t,
		     size_t n, struct err *err)
{
	int r = 0;

	for (size_t i = 0; i < n; i++)
		t[i] = (struct transfer){
			.http = http,
			.arena = arena,
			.req = &req[i],
			.sharers = n};
	for (size_t i = 0; i < n && !r; i++) {
		t[i].easy = curl_easy_init();
		if (!t[i].easy)
			return err_set(err, ENOMEM, "no memory for a burst");
		r = transfer_begin(&t[i], err);
	}
	return r;
}

/* Frees every handle; keeps the first failure. */
static int end_all(struct transfer *t, size_t n, struct http_response *ret,
		   int r, struct err *err)
{
	for (size_t i = 0; i < n; i++) {
		int r_end = transfer_end(&t[i], &ret[i], r ? NULL : err);

		r = r ? r : r_end;
		if (t[i].easy)
			curl_easy_cleanup(t[i].easy);
	}
	return r;
}

int http_burst(struct http *http, struct arena *arena,
	       const struct http_request *req, size_t n,
	       struct http_response *ret, struct err *err)
{
	struct transfer *t;
	int r;

	if (n > HTTP_BURST_MAX)
		return err_set(err, E2BIG, "a burst of %zu, at most %d", n,
			       HTTP_BURST_MAX);
	t = arena_array(arena, n, sizeof(*t));
	req = on_own_connections(arena, req, n);
	r = begin_all(http, arena, req, t, n, err);
	if (!r)
		r = transfer_run(http, t, n, err);
	return end_all(t, n, ret, r, err);
}
