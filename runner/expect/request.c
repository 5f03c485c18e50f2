/* What an entry sends: URL, headers, cookies, body, and redirects of it. */
#include <errno.h>
#include <stdint.h>
#include <strings.h>

#include "runner/base/arena.h"
#include "runner/base/buf.h"
#include "runner/expect/coding.h"
#include "runner/expect/encode.h"
#include "runner/expect/reader.h"
#include "runner/expect/state.h"
#include "runner/expect/uri.h"

#define REQUEST_MAX	  (64u << 20)
#define COOKIES_BYTES_MAX (256u << 10)
#define BOUNDARY	  "------------------------fumehood7MA4YWxkTrZu0gW"

struct builder {
	struct state *s;
	const char **why;
	struct list headers; /* struct http_header */
	struct buf body;
};

static void add_header(struct builder *b, const char *name, struct span value)
{
	*(struct http_header *)list_add(b->s->arena, &b->headers,
					sizeof(struct http_header)) =
		(struct http_header){name, value};
}

static bool has_header(const struct builder *b, const char *name)
{
	const struct http_header *h = b->headers.items;

	for (size_t i = 0; i < b->headers.n; i++)
		if (!strcasecmp(h[i].name, name))
			return true;
	return false;
}

static int render_pair(struct builder *b, const struct pair *p,
		       struct span *key, struct span *value)
{
	int r = state_render(b->s, &p->key, key, b->why);

	return r ? r : state_render(b->s, &p->value, value, b->why);
}

/* "a=b&c=d" of percent-encoded pairs. */
static int add_encoded(struct builder *b, const struct pairs *pairs,
		       struct buf *out)
{
	struct span key = {0}, value = {0};

	for (size_t i = 0; i < pairs->n; i++) {
		int r = render_pair(b, &pairs->items[i], &key, &value);

		if (r < 0)
			return r;
		if (i)
			buf_add_char(out, '&');
		buf_add_span(out, encode_percent(b->s->arena, key, ""));
		buf_add_char(out, '=');
		buf_add_span(out, encode_percent(b->s->arena, value, ""));
	}
	return 0;
}

/* localhost and 127.0.0.1 are one host: scripts are written with either. */
static bool same_origin(struct span url, struct span base)
{
	struct uri a = uri_split(url), b = uri_split(base);
	size_t i = span_find(a.authority, SPAN_LIT(":"));
	size_t j = span_find(b.authority, SPAN_LIT(":"));
	struct span port_a = {a.authority.data + i, a.authority.len - i};
	struct span port_b = {b.authority.data + j, b.authority.len - j};
	struct span host_a = {a.authority.data, i};

	if (!span_is(a.scheme, "http"))
		return false;
	return span_equal(a.authority, b.authority) ||
	       (span_equal(port_a, port_b) &&
		(span_is(host_a, "localhost") || span_is(host_a, "127.0.0.1")));
}

/* The part of a URL that goes on the request line; blanks are encoded. */
static const char *target_of(struct state *s, struct span url)
{
	struct uri uri = uri_split(url);
	const char *from = uri.authority.data + uri.authority.len;
	struct span rest = {from, (size_t)(url.data + url.len - from)};
	struct span safe;

	rest.len = span_find(rest, SPAN_LIT("#"));
	safe = encode_percent(s->arena, rest, "%/?:@!$&'()*+,;=[]{}|\\^`\"<>");
	if (!safe.len || *safe.data != '/')
		return arena_printf(s->arena, "/%.*s", (int)safe.len,
				    safe.data);
	return arena_memdup(s->arena, safe.data, safe.len);
}

static void add_authorization(struct builder *b, struct span user,
			      struct span password)
{
	const char *pair =
		arena_printf(b->s->arena, "%.*s:%.*s", (int)user.len, user.data,
			     (int)password.len, password.data);
	struct span coded = encode_base64(b->s->arena, span_of(pair), false);

	add_header(b, "Authorization",
		   span_of(arena_printf(b->s->arena, "Basic %.*s",
					(int)coded.len, coded.data)));
}

/* http://user:password@host is basic authentication, as every client has it. */
static int take_userinfo(struct builder *b, struct span url, const char **ret)
{
	struct span authority = uri_split(url).authority, user, password;
	size_t at = span_find(authority, SPAN_LIT("@")), colon;

	if (!authority.data || at == authority.len) {
		*ret = arena_memdup(b->s->arena, url.data, url.len);
		return 0;
	}
	user = (struct span){authority.data, at};
	colon = span_find(user, SPAN_LIT(":"));
	password = (struct span){user.data + colon, at - colon};
	user.len = colon;
	if (password.len)
		password = (struct span){password.data + 1, password.len - 1};
	if (!encode_percent_decode(b->s->arena, user, false, &user) ||
	    !encode_percent_decode(b->s->arena, password, false, &password)) {
		*b->why = "the URL's user is not percent-encoded";
		return -EINVAL;
	}
	add_authorization(b, user, password);
	*ret = arena_printf(
		b->s->arena, "%.*s%.*s", (int)(authority.data - url.data),
		url.data,
		(int)(url.data + url.len - authority.data - (ptrdiff_t)at - 1),
		authority.data + at + 1);
	return 0;
}

static int build_url(struct builder *b, const struct entry *e,
		     struct built *ret)
{
	AUTO_BUF url = BUF_INIT(REQUEST_MAX);
	struct span text;
	int r = state_render(b->s, &e->url, &text, b->why);

	if (r < 0)
		return r;
	buf_add_span(&url, text);
	if (e->query.n)
		buf_add_char(&url,
			     memchr(text.data, '?', text.len) ? '&' : '?');
	r = add_encoded(b, &e->query, &url);
	if (r < 0)
		return r;
	r = take_userinfo(b, buf_span(&url), &ret->url);
	if (r < 0)
		return r;
	if (!same_origin(span_of(ret->url), span_of(b->s->host->base))) {
		*b->why = arena_printf(b->s->arena, "the URL %s is not of %s",
				       ret->url, b->s->host->base);
		return -EINVAL;
	}
	ret->req.target = target_of(b->s, span_of(ret->url));
	return 0;
}

static int add_headers(struct builder *b, const struct entry *e)
{
	struct span key, value;
	int r = 0;

	for (size_t i = 0; i < e->headers.n && !r; i++) {
		r = render_pair(b, &e->headers.items[i], &key, &value);
		if (!r)
			add_header(b, key.data, value);
	}
	for (size_t i = 0; i < e->n_options && !r; i++) {
		const char *colon;

		if (e->options[i].kind != HURL_HEADER)
			continue;
		r = state_render(b->s, &e->options[i].text, &value, b->why);
		colon = r ? NULL : strchr(value.data, ':');
		if (!colon)
			continue;
		key = (struct span){value.data, (size_t)(colon - value.data)};
		add_header(b, arena_memdup(b->s->arena, key.data, key.len),
			   span_of(colon + 1 + strspn(colon + 1, " ")));
	}
	return r;
}

/* With `digest` nothing is said before the server asks. */
static void give_credentials(struct builder *b, struct built *ret,
			     struct span user, struct span password)
{
	ret->user = user;
	ret->password = password;
	if (!ret->digest)
		add_authorization(b, user, password);
}

static int add_credentials(struct builder *b, const struct entry *e,
			   struct built *ret)
{
	struct span user, password;
	int r = 0;

	if (e->basic_auth.n) {
		r = render_pair(b, &e->basic_auth.items[0], &user, &password);
		if (!r)
			give_credentials(b, ret, user, password);
	}
	for (size_t i = 0; i < e->n_options && !r; i++) {
		size_t colon;

		if (e->options[i].kind != HURL_USER)
			continue;
		r = state_render(b->s, &e->options[i].text, &user, b->why);
		if (r)
			break;
		colon = span_find(user, SPAN_LIT(":"));
		password = (struct span){user.data + colon, user.len - colon};
		if (password.len)
			password = (struct span){password.data + 1,
						 password.len - 1};
		user.len = colon;
		give_credentials(b, ret, user, password);
	}
	return r;
}

/* "a=1; b=2" of [Cookies]. */
static int render_cookies(struct builder *b, const struct entry *e,
			  struct span *ret)
{
	AUTO_BUF out = BUF_INIT(COOKIES_BYTES_MAX);
	struct span key = {0}, value = {0};

	for (size_t i = 0; i < e->cookies.n; i++) {
		int r = render_pair(b, &e->cookies.items[i], &key, &value);

		if (r < 0)
			return r;
		buf_printf(&out, "%s%.*s=%.*s", out.len ? "; " : "",
			   (int)key.len, key.data, (int)value.len, value.data);
	}
	*ret = (struct span){arena_memdup(b->s->arena, buf_str(&out), out.len),
			     out.len};
	return 0;
}

/* Those that answers have set for the target, then those of the entry. */
static void add_cookies(struct builder *b, const struct built *built)
{
	struct span path = span_of(built->req.target), kept;
	const char *all;

	path.len = span_find(path, SPAN_LIT("?"));
	kept = built->no_cookie_store
		       ? (struct span){"", 0}
		       : cookie_header(b->s->arena, &b->s->jar, path);
	all = arena_printf(b->s->arena, "%.*s%s%.*s", (int)kept.len, kept.data,
			   kept.len && built->cookies.len ? "; " : "",
			   (int)built->cookies.len, built->cookies.data);
	if (*all)
		add_header(b, "Cookie", span_of(all));
}

static const char *guess_type(struct span name)
{
	static const struct {
		const char *suffix, *type;
	} types[] = {
		{".gif", "image/gif"},	       {".jpg", "image/jpeg"},
		{".jpeg", "image/jpeg"},       {".png", "image/png"},
		{".svg", "image/svg+xml"},     {".txt", "text/plain"},
		{".htm", "text/html"},	       {".html", "text/html"},
		{".pdf", "application/pdf"},   {".xml", "application/xml"},
		{".json", "application/json"}, {".csv", "text/csv"},
	};

	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		size_t n = strlen(types[i].suffix);

		if (name.len > n &&
		    !memcmp(name.data + name.len - n, types[i].suffix, n))
			return types[i].type;
	}
	return "application/octet-stream";
}

static int add_part(struct builder *b, const struct pair *p)
{
	struct span key = {0}, value = {0}, type = {0}, content;
	int r = render_pair(b, p, &key, &value);

	if (r < 0)
		return r;
	buf_printf(&b->body,
		   "--" BOUNDARY "\r\nContent-Disposition: form-data;"
		   " name=\"%.*s\"",
		   (int)key.len, key.data);
	content = value;
	if (p->is_file) {
		r = state_file(b->s, value, &content, b->why);
		type = span_of(guess_type(value));
		if (!r && p->type.n)
			r = state_render(b->s, &p->type, &type, b->why);
		if (r < 0)
			return r;
		buf_printf(&b->body,
			   "; filename=\"%.*s\"\r\nContent-Type: "
			   "%.*s",
			   (int)value.len, value.data, (int)type.len,
			   type.data);
	}
	buf_add_str(&b->body, "\r\n\r\n");
	buf_add_span(&b->body, content);
	return buf_add_str(&b->body, "\r\n");
}

static int add_body(struct builder *b, const struct body *body)
{
	struct span text;
	int r;

	if (body->kind == BODY_BYTES)
		return buf_add_span(&b->body, body->bytes);
	r = state_render(b->s, &body->text, &text, b->why);
	if (!r && body->kind == BODY_FILE)
		r = state_file(b->s, text, &text, b->why);
	return r ? r : buf_add_span(&b->body, text);
}

static int build_body(struct builder *b, const struct entry *e,
		      const char **type)
{
	int r = 0;

	if (e->body.kind != BODY_NONE) {
		if (e->body.type == BODY_JSON)
			*type = "application/json";
		else if (e->body.type == BODY_XML)
			*type = "application/xml";
		return add_body(b, &e->body);
	}
	if (e->form.n) {
		*type = "application/x-www-form-urlencoded";
		return add_encoded(b, &e->form, &b->body);
	}
	for (size_t i = 0; i < e->multipart.n && !r; i++)
		r = add_part(b, &e->multipart.items[i]);
	if (e->multipart.n) {
		*type = "multipart/form-data; boundary=" BOUNDARY;
		buf_add_str(&b->body, "--" BOUNDARY "--\r\n");
	}
	return r;
}

/* POST, PUT and PATCH say their length also when they have no body. */
static bool wants_length(const char *method)
{
	return !strcmp(method, "POST") || !strcmp(method, "PUT") ||
	       !strcmp(method, "PATCH");
}

static int fill(struct builder *b, const struct entry *e, bool compressed,
		struct built *ret)
{
	const char *type = NULL;
	int r = build_url(b, e, ret);

	if (!r)
		r = add_headers(b, e);
	if (!r)
		r = add_credentials(b, e, ret);
	if (!r)
		r = render_cookies(b, e, &ret->cookies);
	if (!r)
		r = build_body(b, e, &type);
	if (r < 0)
		return r;
	ret->cookie_header = has_header(b, "Cookie");
	if (!ret->cookie_header)
		add_cookies(b, ret);
	if (type && !has_header(b, "Content-Type"))
		add_header(b, "Content-Type", span_of(type));
	if (compressed && !has_header(b, "Accept-Encoding"))
		add_header(b, "Accept-Encoding", SPAN_LIT(CODING_ACCEPT));
	ret->coding_asked = has_header(b, "Accept-Encoding");
	ret->req.method = e->method;
	ret->req.headers = b->headers.items;
	ret->req.n_headers = b->headers.n;
	ret->req.has_body = e->body.kind != BODY_NONE || e->form.n ||
			    e->multipart.n || wants_length(e->method);
	ret->req.body.data =
		arena_memdup(b->s->arena, buf_str(&b->body), b->body.len);
	ret->req.body.len = b->body.len;
	return 0;
}

int build_request(struct state *s, const struct entry *e,
		  const struct entry_options *o, struct built *ret,
		  const char **why)
{
	struct builder b = {.s = s, .why = why, .body = BUF_INIT(REQUEST_MAX)};
	int r;

	*ret = (struct built){.digest = o->digest,
			      .no_cookie_store = o->no_cookie_store,
			      .req = {.timeout_ms = o->max_time_ms,
				      .rate_max = o->limit_rate,
				      .http10 = o->http10}};
	r = fill(&b, e, o->compressed, ret);
	buf_release(&b.body);
	return r;
}

/* What was asked for becomes GET, as in Hurl; 307 and 308 ask it again. */
static void change_method(struct http_request *req, int status)
{
	if (status > 303)
		return;
	if (strcmp(req->method, "HEAD"))
		req->method = "GET";
	req->has_body = false;
	req->body = (struct span){NULL, 0};
}

/* Headers tell of the body that was sent, and of the cookies of then. */
static void renew_headers(struct builder *b, const struct built *from,
			  struct built *ret)
{
	bool body = ret->req.has_body || !from->req.has_body;

	for (size_t i = 0; i < from->req.n_headers; i++) {
		const struct http_header *h = &from->req.headers[i];

		if ((!body && !strncasecmp(h->name, "Content-", 8)) ||
		    (!from->cookie_header && !strcasecmp(h->name, "Cookie")) ||
		    (from->digest && !strcasecmp(h->name, "Authorization")))
			continue;
		add_header(b, h->name, h->value);
	}
	if (!from->cookie_header)
		add_cookies(b, ret);
	ret->req.headers = b->headers.items;
	ret->req.n_headers = b->headers.n;
}

int build_redirect(struct state *s, const struct built *from,
		   const struct http_response *res, struct built *ret,
		   const char **why)
{
	struct builder b = {.s = s, .why = why};
	const char *location = http_value(res, "Location");

	if (!location)
		return -ENOENT;
	*ret = *from;
	ret->url = uri_resolve(s->arena, span_of(from->url), span_of(location));
	if (!same_origin(span_of(ret->url), span_of(s->host->base))) {
		*why = "the redirect leaves the server";
		return -EBADMSG;
	}
	ret->req.target = target_of(s, span_of(ret->url));
	change_method(&ret->req, res->status);
	renew_headers(&b, from, ret);
	return 0;
}
