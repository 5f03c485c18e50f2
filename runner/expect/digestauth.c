/* HTTP Digest (RFC 7616): the answer to a challenge, as Hurl's `digest`. */
#include <errno.h>
#include <strings.h>

#include "runner/base/arena.h"
#include "runner/base/digest.h"
#include "runner/base/text.h"
#include "runner/expect/state.h"

/* A count and a word of ours; a word drawn anew would prove nothing more. */
#define NC     "00000001"
#define CNONCE "66756d65686f6f64"

struct challenge {
	struct span realm, nonce, opaque, algorithm, qop;
	bool has_qop;
};

static struct span trim(struct span s)
{
	while (s.len && strchr(" \t,", *s.data))
		s = (struct span){s.data + 1, s.len - 1};
	return s;
}

/* name=token or name="text", off *rest; false when there is none. */
static bool take_param(struct span *rest, struct span *name, struct span *value)
{
	struct span s = trim(*rest);
	size_t n = span_find(s, SPAN_LIT("=")), end;

	if (n == s.len)
		return false;
	*name = (struct span){s.data, n};
	s = (struct span){s.data + n + 1, s.len - n - 1};
	if (s.len && *s.data == '"') {
		s = (struct span){s.data + 1, s.len - 1};
		end = span_find(s, SPAN_LIT("\""));
		*value = (struct span){s.data, end};
		end += end < s.len;
	} else {
		end = span_find(s, SPAN_LIT(","));
		*value = (struct span){s.data, end};
	}
	*rest = (struct span){s.data + end, s.len - end};
	return true;
}

static bool is_name(struct span name, const char *wanted)
{
	return name.len == strlen(wanted) &&
	       !strncasecmp(name.data, wanted, name.len);
}

/* Of "auth,auth-int" the first is what everybody has. */
static bool offers_auth(struct span qop)
{
	while (qop.len) {
		size_t n;

		qop = trim(qop);
		for (n = 0; n < qop.len && !strchr(" \t,", qop.data[n]);)
			n++;
		if (is_name((struct span){qop.data, n}, "auth"))
			return true;
		qop = (struct span){qop.data + n, qop.len - n};
	}
	return false;
}

static bool read_challenge(struct span text, struct challenge *ret)
{
	struct span name, value;

	*ret = (struct challenge){.algorithm = SPAN_LIT("MD5")};
	while (take_param(&text, &name, &value)) {
		if (is_name(name, "realm"))
			ret->realm = value;
		else if (is_name(name, "nonce"))
			ret->nonce = value;
		else if (is_name(name, "opaque"))
			ret->opaque = value;
		else if (is_name(name, "algorithm"))
			ret->algorithm = value;
		else if (is_name(name, "qop")) {
			ret->qop = value;
			ret->has_qop = true;
		}
	}
	return ret->nonce.data && (!ret->has_qop || offers_auth(ret->qop));
}

/* The first challenge that can be answered. */
static bool find_challenge(const struct http_response *res,
			   struct challenge *ret, bool *ret_sha256)
{
	static const char scheme[] = "Digest ";

	for (size_t i = 0; i < res->n_headers; i++) {
		struct span text = res->headers[i].value;
		size_t n = strlen(scheme);

		if (strcasecmp(res->headers[i].name, "WWW-Authenticate") ||
		    text.len < n || strncasecmp(text.data, scheme, n))
			continue;
		text = (struct span){text.data + n, text.len - n};
		if (!read_challenge(text, ret))
			continue;
		*ret_sha256 = is_name(ret->algorithm, "SHA-256") ||
			      is_name(ret->algorithm, "SHA-256-sess");
		if (*ret_sha256 || is_name(ret->algorithm, "MD5") ||
		    is_name(ret->algorithm, "MD5-sess"))
			return true;
	}
	return false;
}

static const char *hash(struct arena *arena, bool sha256, const char *text)
{
	char hex[DIGEST_SHA256_HEX];

	if (sha256)
		digest_sha256(span_of(text), hex);
	else
		digest_md5(span_of(text), hex);
	return arena_strdup(arena, hex);
}

#define TEXT(span) (int)(span).len, (span).data

static const char *response(struct arena *arena, const struct built *b,
			    const struct challenge *c, bool sha256)
{
	bool session = c->algorithm.data[c->algorithm.len - 1] == 's';
	const char *who, *what;

	who = hash(arena, sha256,
		   arena_printf(arena, "%.*s:%.*s:%.*s", TEXT(b->user),
				TEXT(c->realm), TEXT(b->password)));
	if (session)
		who = hash(arena, sha256,
			   arena_printf(arena, "%s:%.*s:" CNONCE, who,
					TEXT(c->nonce)));
	what = hash(arena, sha256,
		    arena_printf(arena, "%s:%s", b->req.method, b->req.target));
	return hash(arena, sha256,
		    arena_printf(arena, "%s:%.*s:%s%s", who, TEXT(c->nonce),
				 c->has_qop ? NC ":" CNONCE ":auth:" : "",
				 what));
}

int build_digest(struct state *s, const struct http_response *res,
		 struct built *built)
{
	struct challenge c;
	bool sha256;
	const char *text;
	struct http_header *headers;
	size_t n = built->req.n_headers;

	if (!find_challenge(res, &c, &sha256))
		return -ENOENT;
	text = arena_printf(
		s->arena,
		"Digest username=\"%.*s\", realm=\"%.*s\", nonce=\"%.*s\", "
		"uri=\"%s\", response=\"%s\", algorithm=%.*s%s%s%.*s%s",
		TEXT(built->user), TEXT(c.realm), TEXT(c.nonce),
		built->req.target, response(s->arena, built, &c, sha256),
		TEXT(c.algorithm),
		c.has_qop ? ", qop=auth, nc=" NC ", cnonce=\"" CNONCE "\"" : "",
		c.opaque.data ? ", opaque=\"" : "", TEXT(c.opaque),
		c.opaque.data ? "\"" : "");
	headers = arena_grow(s->arena, built->req.headers, n, n + 1,
			     sizeof(*headers));
	headers[n] = (struct http_header){"Authorization", span_of(text)};
	built->req.headers = headers;
	built->req.n_headers = n + 1;
	return 0;
}
