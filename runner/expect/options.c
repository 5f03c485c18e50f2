#include <errno.h>

#include "runner/base/arena.h"
#include "runner/expect/state.h"

static int set_number(const struct value *v, int64_t max, int64_t *ret,
		      const char **why)
{
	int64_t n;

	if (!value_int(v, &n) || n < -1) {
		*why = "the option wants an integer";
		return -EINVAL;
	}
	/* -1 is without end, which no run of ours is. */
	*ret = n < 0 || n > max ? max : n;
	return 0;
}

static int set_bool(const struct value *v, bool *ret, const char **why)
{
	if (v->type != VALUE_BOOL) {
		*why = "the option wants true or false";
		return -EINVAL;
	}
	*ret = v->truth;
	return 0;
}

static int read_option(struct state *s, const struct option *o,
		       struct entry_options *ret, const char **why)
{
	struct value v;
	bool truth = false;
	int r = state_operand(s, &o->value, &v, why);

	if (r < 0)
		return r;
	switch (o->kind) {
	case HURL_DELAY:
		return set_number(&v, PLAY_DELAY_MAX_MS, &ret->delay_ms, why);
	case HURL_MAX_TIME:
		return set_number(&v, PLAY_DELAY_MAX_MS, &ret->max_time_ms,
				  why);
	case HURL_RETRY_INTERVAL:
		return set_number(&v, PLAY_DELAY_MAX_MS,
				  &ret->retry_interval_ms, why);
	case HURL_REPEAT:
		return set_number(&v, PLAY_REPEAT_MAX, &ret->repeat, why);
	case HURL_RETRY:
		return set_number(&v, PLAY_RETRY_MAX, &ret->retry, why);
	case HURL_MAX_REDIRS:
		return set_number(&v, PLAY_REDIRECTS_MAX, &ret->max_redirects,
				  why);
	case HURL_LIMIT_RATE:
		return set_number(&v, INT32_MAX, &ret->limit_rate, why);
	case HURL_HTTP10: return set_bool(&v, &ret->http10, why);
	case HURL_HTTP11:
		r = set_bool(&v, &truth, why);
		ret->http10 = ret->http10 && !truth;
		return r;
	case HURL_NO_COOKIE_STORE:
		return set_bool(&v, &ret->no_cookie_store, why);
	case HURL_DIGEST: return set_bool(&v, &ret->digest, why);
	case HURL_COMPRESSED: return set_bool(&v, &ret->compressed, why);
	case HURL_SKIP: return set_bool(&v, &ret->skip, why);
	case HURL_LOCATION: return set_bool(&v, &ret->location, why);
	case HURL_VARIABLE: return state_set(s, o->name, &v);
	case HURL_HEADER:
	case HURL_USER:
	case HURL_IGNORED: break;
	}
	return 0;
}

int read_options(struct state *s, const struct entry *e,
		 struct entry_options *ret, const char **why)
{
	*ret = (struct entry_options){.repeat = 1,
				      .retry_interval_ms = 1000,
				      .max_redirects = PLAY_REDIRECTS_MAX};
	for (size_t i = 0; i < e->n_options; i++) {
		int r = read_option(s, &e->options[i], ret, why);

		if (r < 0)
			return r;
	}
	return 0;
}
