/* The head of a response, read from its own bytes: order and spelling stay. */
#include "runner/probe/transfer.h"

#include <strings.h>

#include "runner/base/arena.h"

#define LENGTH_DIGITS_MAX 18 /* any length that fits an int64_t surely */

static struct span cut(struct span s, size_t from)
{
	return (struct span){s.data + from, s.len - from};
}

static struct span trim(struct span s)
{
	while (s.len && strchr(" \t\r\n", s.data[0]) && s.data[0])
		s = cut(s, 1);
	while (s.len && s.data[s.len - 1] &&
	       strchr(" \t\r\n", s.data[s.len - 1]))
		s.len--;
	return s;
}

static struct span next_line(struct span *text)
{
	size_t n = span_find(*text, SPAN_LIT("\n"));
	struct span line = {text->data, n};

	*text = cut(*text, n < text->len ? n + 1 : n);
	if (line.len && line.data[line.len - 1] == '\r')
		line.len--;
	return line;
}

static char *copy(struct arena *arena, struct span s)
{
	return arena_memdup(arena, s.data, s.len);
}

/* RFC 9112 section 4: HTTP-version SP status-code SP [ reason-phrase ] */
static const char *parse_status_line(struct arena *arena, struct span line,
				     struct http_response *ret)
{
	size_t space = span_find(line, SPAN_LIT(" "));
	struct span code;

	if (!span_starts(line, SPAN_LIT("HTTP/")) || space == line.len)
		return "the first line is no status line";
	ret->version = copy(arena, (struct span){line.data + 5, space - 5});
	code = cut(line, space + 1);
	if (code.len < 3 || (code.len > 3 && code.data[3] != ' '))
		return "the status is not three digits";
	ret->status = 0;
	for (int i = 0; i < 3; i++) {
		if (code.data[i] < '0' || code.data[i] > '9')
			return "the status is not three digits";
		ret->status = ret->status * 10 + code.data[i] - '0';
	}
	ret->reason = copy(arena, trim(cut(code, 3)));
	if (ret->status >= 100 && ret->status <= 599)
		return NULL;
	ret->status = 0;
	return "the status is not between 100 and 599";
}

static size_t count_lines(struct span s)
{
	size_t n = 1;

	for (size_t i = 0; i < s.len; i++)
		n += s.data[i] == '\n';
	return n;
}

/* An obsolete fold continues the value of the line before (RFC 9112, 5.2). */
static void unfold(struct arena *arena, struct http_header *h, struct span line)
{
	struct span more = trim(line);
	char *joined = arena_alloc(arena, h->value.len + more.len + 2);

	if (h->value.len)
		memcpy(joined, h->value.data, h->value.len);
	joined[h->value.len] = ' ';
	if (more.len)
		memcpy(joined + h->value.len + 1, more.data, more.len);
	h->value = (struct span){joined, h->value.len + 1 + more.len};
}

static const char *parse_field(struct arena *arena, struct span line,
			       struct http_header *ret)
{
	size_t colon = span_find(line, SPAN_LIT(":"));
	struct span value;

	if (colon == line.len || !colon)
		return "a header line has no name and colon";
	if (memchr(line.data, '\0', line.len))
		return "a header holds a NUL byte";
	if (memchr(line.data, '\r', line.len))
		return "a header holds a bare CR";
	for (size_t i = 0; i < colon; i++)
		if (line.data[i] <= ' ' && line.data[i] >= 0)
			return "a header name holds a blank or control byte";
	ret->name = copy(arena, (struct span){line.data, colon});
	value = trim(cut(line, colon + 1));
	ret->value = (struct span){copy(arena, value), value.len};
	return NULL;
}

static bool blame(struct http_response *ret, const char *fault, const char *why)
{
	ret->fault = fault;
	ret->why = why;
	return false;
}

bool head_length(struct span value, int64_t *ret)
{
	int64_t n = 0;

	if (!value.len || value.len > LENGTH_DIGITS_MAX)
		return false;
	for (size_t i = 0; i < value.len; i++) {
		if (value.data[i] < '0' || value.data[i] > '9')
			return false;
		n = n * 10 + (value.data[i] - '0');
	}
	if (ret)
		*ret = n;
	return true;
}

/* Two readers of these could see two different bodies. */
bool head_frames(struct http_response *res)
{
	const struct http_header *length = NULL;

	if (http_count(res, "Transfer-Encoding") > 1)
		return blame(res, HTTP_CODING,
			     "Transfer-Encoding is given twice");
	for (size_t i = 0; i < res->n_headers; i++) {
		const struct http_header *h = &res->headers[i];

		if (strcasecmp(h->name, "Content-Length"))
			continue;
		if (!head_length(h->value, NULL))
			return blame(res, HTTP_LENGTH,
				     "Content-Length is no number");
		if (length && !span_equal(length->value, h->value))
			return blame(res, HTTP_LENGTH,
				     "Content-Length is given twice, "
				     "differently");
		length = h;
	}
	if (length && http_header(res, "Transfer-Encoding"))
		return blame(res, HTTP_LENGTH,
			     "both Content-Length and Transfer-Encoding are "
			     "given");
	return true;
}

bool head_parse(struct arena *arena, struct span head,
		struct http_response *ret)
{
	struct http_header *h;
	const char *wrong = parse_status_line(arena, next_line(&head), ret);

	if (wrong)
		return blame(ret, HTTP_STATUS_LINE, wrong);
	h = arena_array(arena, count_lines(head), sizeof(*h));
	ret->headers = h;
	while (!wrong && head.len) {
		struct span line = next_line(&head);

		if (!line.len)
			break;
		if (*line.data != ' ' && *line.data != '\t')
			wrong = parse_field(arena, line, &h[ret->n_headers++]);
		else if (ret->n_headers)
			unfold(arena, &h[ret->n_headers - 1], line);
	}
	if (wrong && ret->n_headers && !h[ret->n_headers - 1].name)
		ret->n_headers--;
	return wrong ? blame(ret, HTTP_HEADER, wrong) : true;
}

const struct http_header *http_header(const struct http_response *res,
				      const char *name)
{
	for (size_t i = 0; i < res->n_headers; i++)
		if (!strcasecmp(res->headers[i].name, name))
			return &res->headers[i];
	return NULL;
}

const char *http_value(const struct http_response *res, const char *name)
{
	const struct http_header *h = http_header(res, name);

	return h ? h->value.data : NULL;
}

size_t http_count(const struct http_response *res, const char *name)
{
	size_t n = 0;

	for (size_t i = 0; i < res->n_headers; i++)
		n += !strcasecmp(res->headers[i].name, name);
	return n;
}

enum http_end transfer_end_of(const char *fault)
{
	if (!fault)
		return HTTP_ANSWERED;
	if (!strcmp(fault, HTTP_LIMIT_TIME))
		return HTTP_TIMED_OUT;
	if (!strncmp(fault, HTTP_LIMIT(""), strlen("http-limit(")))
		return HTTP_TOO_LARGE;
	if (!strcmp(fault, HTTP_NO_RESPONSE))
		return HTTP_RESET;
	if (!strcmp(fault, HTTP_CUT_HEAD) || !strcmp(fault, HTTP_CUT_BODY))
		return HTTP_CUT_SHORT;
	return HTTP_NOT_HTTP;
}

bool head_bad_coding(struct span line)
{
	static const char name[] = "Transfer-Encoding:";
	size_t n = sizeof(name) - 1;

	if (line.len < n || strncasecmp(line.data, name, n))
		return false;
	while (n < line.len && (line.data[n] == ' ' || line.data[n] == '\t'))
		n++;
	while (line.len > n && strchr(" \t\r\n", line.data[line.len - 1]))
		line.len--;
	return line.len - n != 7 || strncasecmp(line.data + n, "chunked", 7);
}

bool head_is_interim(struct span head)
{
	size_t space = span_find(head, SPAN_LIT(" "));

	return space + 3 < head.len && head.data[space + 1] == '1' &&
	       memcmp(head.data + space + 1, "101", 3);
}

const char *http_end_name(enum http_end end)
{
	static const char *const names[] = {
		[HTTP_ANSWERED] = "answered",	[HTTP_REFUSED] = "refused",
		[HTTP_RESET] = "reset",		[HTTP_TIMED_OUT] = "timed-out",
		[HTTP_CUT_SHORT] = "cut-short", [HTTP_NOT_HTTP] = "not-http",
		[HTTP_TOO_LARGE] = "too-large", [HTTP_CANCELLED] = "cancelled",
	};

	return names[end];
}
