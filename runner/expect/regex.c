#define PCRE2_CODE_UNIT_WIDTH 8
#include "runner/expect/regex.h"

#include <errno.h>
#include <pcre2.h>

#include "runner/base/arena.h"
#include "runner/base/err.h"

/* From one place of the text: what has no match there is soon known.  PCRE2
 * counts anew at the next, so that all places have a count of their own. */
#define MATCH_LIMIT    1000000
#define DEPTH_LIMIT    20000
#define HEAP_LIMIT_KIB (16 << 10)

struct regex {
	pcre2_code *code;
	uint32_t n_groups;
};

static uint32_t options(unsigned flags)
{
	uint32_t o = PCRE2_UTF | PCRE2_AUTO_CALLOUT;

	if (flags & REGEX_ECMA)
		o |= PCRE2_DOLLAR_ENDONLY | PCRE2_ALT_BSUX |
		     PCRE2_MATCH_UNSET_BACKREF;
	else
		o |= PCRE2_UCP;
	if (flags & REGEX_WHOLE)
		o |= PCRE2_ANCHORED | PCRE2_ENDANCHORED;
	return o;
}

static void *take(size_t size, void *arena)
{
	return arena_alloc(arena, size);
}

/* The arena frees everything at once. */
static void give(void *p, void *arena)
{
	(void)p;
	(void)arena;
}

/* Called before each item of the expression, each time it is tried. */
static int count_step(pcre2_callout_block *block, void *data)
{
	size_t *left = data;

	(void)block;
	if (!*left)
		return PCRE2_ERROR_CALLOUT;
	--*left;
	return 0;
}

DEFINE_AUTO(pcre2_match_context *, pcre2_match_context_free)

static pcre2_match_context *limits(size_t *steps)
{
	pcre2_match_context *context = pcre2_match_context_create(NULL);

	if (!context)
		return NULL;
	pcre2_set_match_limit(context, MATCH_LIMIT);
	pcre2_set_depth_limit(context, DEPTH_LIMIT);
	pcre2_set_heap_limit(context, HEAP_LIMIT_KIB);
	pcre2_set_callout(context, count_step, steps);
	return context;
}

int regex_compile(struct arena *arena, struct span pattern, unsigned flags,
		  const struct regex **ret, struct err *err)
{
	struct regex *regex = arena_alloc(arena, sizeof(*regex));
	pcre2_general_context *memory =
		pcre2_general_context_create(take, give, arena);
	pcre2_compile_context *context = pcre2_compile_context_create(memory);
	PCRE2_UCHAR msg[200];
	PCRE2_SIZE offset = 0;
	int code = 0;

	regex->code = pcre2_compile(
		(PCRE2_SPTR)(pattern.len ? pattern.data : ""), pattern.len,
		options(flags), &code, &offset, context);
	if (!regex->code) {
		pcre2_get_error_message(code, msg, sizeof(msg));
		return err_set(err, EINVAL, "offset %zu: %s", offset,
			       (const char *)msg);
	}
	pcre2_pattern_info(regex->code, PCRE2_INFO_CAPTURECOUNT,
			   &regex->n_groups);
	*ret = regex;
	return 0;
}

size_t regex_groups(const struct regex *regex)
{
	return regex->n_groups;
}

/* What a negative result of PCRE2 means to our callers. */
static int failure(int rc)
{
	if (rc <= PCRE2_ERROR_UTF8_ERR1 && rc >= PCRE2_ERROR_UTF8_ERR21)
		return -EILSEQ;
	return rc == PCRE2_ERROR_NOMEMORY ? -EMSGSIZE : -ETIME;
}

static void copy_groups(const PCRE2_SIZE *at, size_t n_set, struct span text,
			struct span *groups, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		groups[i] = (struct span){NULL, 0};
		if (i < n_set && at[2 * i] != PCRE2_UNSET)
			groups[i] = (struct span){text.data + at[2 * i],
						  at[2 * i + 1] - at[2 * i]};
	}
}

int regex_match_within(const struct regex *regex, struct span text,
		       struct span *groups, size_t n, size_t *steps)
{
	AUTO(pcre2_match_context_free)
	pcre2_match_context *context = limits(steps);
	pcre2_match_data *data =
		pcre2_match_data_create(regex->n_groups + 1, NULL);
	const char *subject = text.len ? text.data : "";
	int rc;

	if (!data || !context)
		return -ETIME;
	rc = pcre2_match(regex->code, (PCRE2_SPTR)subject, text.len, 0, 0, data,
			 context);
	if (rc > 0 && groups)
		copy_groups(pcre2_get_ovector_pointer(data), (size_t)rc, text,
			    groups, n);
	pcre2_match_data_free(data);
	if (rc == PCRE2_ERROR_NOMATCH)
		return 0;
	return rc >= 0 ? 1 : failure(rc);
}

int regex_match(const struct regex *regex, struct span text,
		struct span *groups, size_t n)
{
	size_t steps = REGEX_STEPS_MAX;

	return regex_match_within(regex, text, groups, n, &steps);
}

int regex_replace(const struct regex *regex, struct arena *arena,
		  struct span text, struct span with, size_t max,
		  struct span *ret)
{
	char *out = arena_alloc(arena, max + 1);
	PCRE2_SIZE len = max + 1;
	size_t steps = REGEX_STEPS_MAX;
	AUTO(pcre2_match_context_free)
	pcre2_match_context *context = limits(&steps);
	int rc;

	if (!context)
		return -ETIME;
	rc = pcre2_substitute(
		regex->code, (PCRE2_SPTR)(text.len ? text.data : ""), text.len,
		0, PCRE2_SUBSTITUTE_GLOBAL | PCRE2_SUBSTITUTE_UNSET_EMPTY, NULL,
		context, (PCRE2_SPTR)(with.len ? with.data : ""), with.len,
		(PCRE2_UCHAR *)out, &len);
	if (rc < 0)
		return failure(rc);
	*ret = (struct span){out, len};
	return 0;
}
