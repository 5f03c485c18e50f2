/* Entries: a request and what is expected of its response. */
#include <errno.h>
#include <stdlib.h>

#include "runner/base/arena.h"
#include "runner/base/err.h"
#include "runner/base/text.h"
#include "runner/expect/extra.h"
#include "runner/expect/reader.h"
#include "runner/expect/script.h"

#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

static int parse_method(struct reader *r, const char **ret)
{
	static const char *const methods[] = {
		"GET",	   "HEAD",    "POST",  "PUT",	"DELETE",
		"CONNECT", "OPTIONS", "TRACE", "PATCH", NULL};
	struct place at = r->place;
	struct span name = reader_run(r, UPPER);
	const char *word, *near;
	struct span rest = reader_run(r, READER_LETTERS READER_DIGITS "-_");

	if (name.len && !rest.len) {
		*ret = arena_memdup(r->arena, name.data, name.len);
		return 0;
	}
	if (!name.len && !rest.len)
		return reader_fail(r, at, "expecting a HTTP method");
	name.data = name.len ? name.data : rest.data;
	name.len += rest.len;
	word = arena_memdup(r->arena, name.data, name.len);
	near = text_suggest(word, methods);
	for (const char *const *m = methods; *m && !near; m++)
		near = strcasecmp(word, *m) ? NULL : *m;
	if (!near)
		return reader_fail(r, at,
				   "the HTTP method <%s> is not valid. A "
				   "header, parameter or capture is `name: "
				   "value`",
				   word);
	return reader_fail(r, at,
			   "the HTTP method <%s> is not valid. Did you mean "
			   "%s?",
			   word, near);
}

static int parse_request_body(struct reader *r, struct entry *entry)
{
	if (!body_starts(r))
		return 0;
	if (reader_no_marks(r) || parse_body(r, &entry->body))
		return -EINVAL;
	return reader_line_end(r, NULL);
}

static int parse_request(struct reader *r, struct entry *entry)
{
	entry->at = r->place;
	reader_take_marks(r, &entry->marks);
	if (parse_method(r, &entry->method) || reader_space(r) ||
	    parse_url(r, &entry->url) || reader_line_end(r, &entry->marks) ||
	    extra_complete(r, &entry->marks))
		return -EINVAL;
	if (parse_headers(r, &entry->headers, false) ||
	    parse_request_sections(r, entry))
		return -EINVAL;
	return parse_request_body(r, entry);
}

static int parse_version(struct reader *r, struct span *ret)
{
	struct place at = r->place;

	reader_skip(r, 4);
	if (!reader_take(r, "/"))
		return 0;
	*ret = reader_run(r, READER_DIGITS ".");
	if (span_is(*ret, "2") || span_is(*ret, "3"))
		return reader_refuse(r, at, "HTTP/2 and HTTP/3",
				     "the exchange is HTTP/1.1");
	if (!span_is(*ret, "1.0") && !span_is(*ret, "1.1"))
		return reader_fail(r, at, "the HTTP version is not valid");
	return 0;
}

static int parse_status(struct reader *r, int *ret)
{
	struct place at = r->place;
	struct span digits;

	if (reader_take(r, "*"))
		return 0;
	digits = reader_run(r, READER_DIGITS);
	if (!digits.len || digits.len > 9)
		return reader_fail(r, at, "HTTP status code is not valid");
	*ret = (int)strtol(arena_memdup(r->arena, digits.data, digits.len),
			   NULL, 10);
	reader_blanks(r);
	if (reader_char_in(reader_peek(r), READER_LETTERS))
		return reader_fail(r, r->place,
				   "a status stands without its text");
	return 0;
}

static int parse_response(struct reader *r, struct expectation *e)
{
	e->present = true;
	e->at = r->place;
	reader_take_marks(r, &e->marks);
	if (parse_version(r, &e->version) || reader_space(r))
		return -EINVAL;
	e->status_at = r->place;
	if (parse_status(r, &e->status) || reader_line_end(r, &e->marks) ||
	    parse_headers(r, &e->headers, true) ||
	    parse_response_sections(r, e))
		return -EINVAL;
	if (!body_starts(r))
		return 0;
	e->body.at = r->place;
	if (parse_body(r, &e->body))
		return -EINVAL;
	reader_take_marks(r, &e->body.marks);
	return reader_line_end(r, &e->body.marks);
}

static int parse_entry(struct reader *r, struct entry *entry)
{
	*entry = (struct entry){0};
	marks_init(&entry->expect.marks);
	if (parse_request(r, entry) || reader_skip_lines(r))
		return -EINVAL;
	if (reader_sees(r, "HTTP") &&
	    !reader_char_in(reader_peek_at(r, 4), READER_LETTERS))
		return parse_response(r, &entry->expect);
	return 0;
}

static int parse_entries(struct reader *r, struct list *entries)
{
	struct entry entry;

	for (;;) {
		if (reader_skip_lines(r))
			return -EINVAL;
		if (reader_at_end(r))
			return reader_no_marks(r);
		if (entries->n == SCRIPT_ENTRIES_MAX)
			return reader_fail(r, r->place, "more than %d requests",
					   SCRIPT_ENTRIES_MAX);
		if (parse_entry(r, &entry))
			return -EINVAL;
		*(struct entry *)list_add(r->arena, entries, sizeof(entry)) =
			entry;
	}
}

static int check_utf8(struct reader *r)
{
	struct reader ahead = *r;
	unsigned cp;

	while (!reader_at_end(&ahead)) {
		struct span rest = {ahead.text.data + ahead.at,
				    ahead.text.len - ahead.at};
		size_t n = text_utf8_next(rest, &cp);

		if (!n)
			return reader_fail(r, ahead.place, "this is not UTF-8");
		reader_skip(&ahead, n);
	}
	return 0;
}

/* What can be known of a URL before a run, once the script is Hurl. */
static int check_url(struct reader *r, const struct template *url)
{
	struct span head = url->pieces->expr ? SPAN_LIT("{{")
					     : url->pieces->text;

	if (span_starts(head, SPAN_LIT("https:")))
		return reader_refuse(r, url->at, "https",
				     "there is no TLS between fumehood and "
				     "the server");
	if (span_starts(head, SPAN_LIT("/")))
		return reader_fail(r, url->at,
				   "a URL is whole: did you mean "
				   "`{{base}}%.*s`?",
				   (int)url->source.len, url->source.data);
	return 0;
}

int script_parse(struct arena *arena, const char *file, struct span text,
		 const struct script **ret, struct err *err)
{
	struct script *script = arena_alloc(arena, sizeof(*script));
	struct reader r = {.arena = arena, .place = {1, 1}, .err = err};
	struct list entries = {0};

	r.file = script->file = arena_strdup(arena, file);
	if (text.len > SCRIPT_BYTES_MAX)
		return reader_fail(&r, r.place, "more than %u bytes",
				   SCRIPT_BYTES_MAX);
	r.text = (struct span){arena_memdup(arena, text.data, text.len),
			       text.len};
	if (span_starts(r.text, SPAN_LIT("\xef\xbb\xbf")))
		r.at = 3;
	if (check_utf8(&r) || parse_entries(&r, &entries))
		return -EINVAL;
	script->entries = entries.items;
	script->n_entries = entries.n;
	for (size_t i = 0; i < script->n_entries; i++)
		if (check_url(&r, &script->entries[i].url))
			return -EINVAL;
	if (script_weigh(&r, script))
		return -EINVAL;
	*ret = script;
	return 0;
}
