/* How a transfer ended, in words of ours where libcurl's say little. */
#include <curl/curl.h>
#include <string.h>

#include "runner/base/arena.h"
#include "runner/probe/transfer.h"

long transfer_timeout_ms(const struct transfer *t)
{
	return t->req->timeout_ms ? t->req->timeout_ms : HTTP_TIMEOUT_MS;
}

/* Not every code says what was wrong: what had come by then does. */
static const char *fault_of_partial(const struct transfer *t)
{
	if (!t->head.len)
		return HTTP_NO_RESPONSE;
	return t->head_done ? HTTP_CUT_BODY : HTTP_CUT_HEAD;
}

static const char *fault_of_reply(const struct transfer *t)
{
	if (strstr(t->why, "Too large") || strstr(t->why, "Out of memory"))
		return HTTP_LIMIT_HEADERS;
	if (strstr(t->why, "Content-Length"))
		return HTTP_LENGTH;
	if (t->head_done)
		return HTTP_CHUNK;
	return t->head.len ? HTTP_HEADER : HTTP_STATUS_LINE;
}

const char *transfer_fault(const struct transfer *t)
{
	if (t->fault)
		return t->fault;
	if (t->socket_again)
		return HTTP_NO_RESPONSE;
	switch (t->code) {
	case CURLE_OK: return t->head_done ? NULL : HTTP_CUT_HEAD;
	case CURLE_COULDNT_CONNECT: return NULL;
	case CURLE_OPERATION_TIMEDOUT: return HTTP_LIMIT_TIME;
	case CURLE_GOT_NOTHING:
	case CURLE_SEND_ERROR:
	case CURLE_PARTIAL_FILE: return fault_of_partial(t);
	case CURLE_OUT_OF_MEMORY: return HTTP_LIMIT_HEADERS;
	case CURLE_RECV_ERROR:
		return strstr(t->why, "chunk") || strstr(t->why, "Too large") ||
				       strstr(t->why, "Out of memory")
			       ? fault_of_reply(t)
			       : fault_of_partial(t);
	default: return fault_of_reply(t);
	}
}

const char *transfer_why(const struct transfer *t, enum http_end end)
{
	if (end == HTTP_CANCELLED)
		return "the server's process ended";
	if (end == HTTP_REFUSED)
		return "nobody listens";
	if (t->broken)
		return t->broken;
	if (end == HTTP_TOO_LARGE)
		return "more came than the ceiling allows";
	if (end == HTTP_CUT_SHORT && t->code == CURLE_OK)
		return "the connection was closed within the head";
	if (t->socket_again)
		return "the connection was closed without an answer";
	if (t->code == CURLE_OPERATION_TIMEDOUT)
		return arena_printf(t->arena, "no %s within %g s",
				    t->head_done ? "whole answer" : "answer",
				    (double)transfer_timeout_ms(t) / 1000);
	return arena_strdup(t->arena,
			    t->why[0] ? t->why
				      : curl_easy_strerror((CURLcode)t->code));
}
