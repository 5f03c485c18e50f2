#include "sandbox/seccomp.h"

#include <errno.h>
#include <seccomp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define LINE_BYTES     1024
#define WORDS_MAX      128
#define CONDITIONS_MAX 3
#define VALUES_MAX     64
#define NAMED_MAX      128

struct condition {
	unsigned arg;
	enum { EQUAL, NOT_EQUAL, MASKED } kind;
	uint64_t mask;
	uint64_t values[VALUES_MAX];
	size_t n_values;
};

struct rule {
	uint32_t action; /* of libseccomp */
	int error;       /* how the keeper answers, for SCMP_ACT_NOTIFY */
	struct condition conditions[CONDITIONS_MAX];
	size_t n_conditions;
};

/* The calls that a policy says something of. */
struct named {
	int nr[NAMED_MAX];
	size_t n;
};

struct compiler {
	scmp_filter_ctx ctx;
	struct policy *policy;
	bool counted;
	bool naming;         /* first round: only which calls there are */
	struct named *named; /* by the text that goes over this one, or NULL */
	int line;
	char *msg;
	size_t msg_bytes;
};

static const struct {
	const char *name;
	int value;
} errors[] = {
	{ "EPERM", EPERM },
	{ "EACCES", EACCES },
	{ "ENOSYS", ENOSYS },
	{ "EINVAL", EINVAL },
	{ "EAFNOSUPPORT", EAFNOSUPPORT },
	{ "EPROTONOSUPPORT", EPROTONOSUPPORT },
	{ "EOPNOTSUPP", EOPNOTSUPP },
	{ "ENETUNREACH", ENETUNREACH },
};

__attribute__((format(printf, 2, 3)))
static int wrong(struct compiler *c, const char *fmt, ...)
{
	va_list ap;
	int n = snprintf(c->msg, c->msg_bytes, "line %d: ", c->line);

	va_start(ap, fmt);
	if (n > 0 && (size_t)n < c->msg_bytes)
		vsnprintf(c->msg + n, c->msg_bytes - (size_t)n, fmt, ap);
	va_end(ap);
	return -EINVAL;
}

static int error_value(const char *name)
{
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		if (!strcmp(errors[i].name, name))
			return errors[i].value;
	}
	return 0;
}

static const char *parse_number(const char *s, uint64_t *ret)
{
	char *end;

	errno = 0;
	*ret = strtoull(s, &end, 0);
	return end == s || errno ? NULL : end;
}

static int parse_values(struct compiler *c, const char *s,
			struct condition *cond)
{
	uint64_t first, last;

	do {
		s = parse_number(s, &first);
		last = first;
		if (s && s[0] == '.' && s[1] == '.')
			s = parse_number(s + 2, &last);
		if (!s || last < first)
			return wrong(c, "a value is missing");
		for (uint64_t v = first; v <= last; v++) {
			if (cond->n_values == VALUES_MAX)
				return wrong(c, "too many values");
			cond->values[cond->n_values++] = v;
		}
	} while (*s++ == ',');
	return s[-1] ? wrong(c, "`%s` after the values", s - 1) : 0;
}

static int parse_condition(struct compiler *c, const char *word,
			   struct rule *rule)
{
	struct condition *cond = &rule->conditions[rule->n_conditions];
	const char *s = word + 4;

	if (rule->n_conditions == CONDITIONS_MAX)
		return wrong(c, "too many conditions");
	if (strncmp(word, "arg", 3) || word[3] < '0' || word[3] > '5')
		return wrong(c, "`%s` is no condition", word);
	*cond = (struct condition){ .arg = (unsigned)(word[3] - '0'),
				    .mask = 0xffffffff };
	if (*s == '&') {
		cond->kind = MASKED;
		s = parse_number(s + 1, &cond->mask);
	} else if (*s == '!') {
		cond->kind = NOT_EQUAL;
		s++;
	}
	if (!s || *s != '=')
		return wrong(c, "`%s` is no condition", word);
	rule->n_conditions++;
	return parse_values(c, s + 1, cond);
}

static struct scmp_arg_cmp comparison(const struct condition *cond, size_t i)
{
	struct scmp_arg_cmp cmp = { .arg = cond->arg };

	if (cond->kind == NOT_EQUAL) {
		cmp.op = SCMP_CMP_NE;
		cmp.datum_a = cond->values[i];
		return cmp;
	}
	/* Masked, because the upper half of an int argument is the caller's
	 * to fill with anything (CVE-2019-10063). */
	cmp.op = SCMP_CMP_MASKED_EQ;
	cmp.datum_a = cond->mask;
	cmp.datum_b = cond->values[i];
	return cmp;
}

/* One libseccomp rule for each combination of the conditions' values. */
static int add_rules(struct compiler *c, const struct rule *rule, int nr,
		     struct scmp_arg_cmp *cmps, size_t depth)
{
	const struct condition *cond = &rule->conditions[depth];
	int r;

	if (depth == rule->n_conditions)
		return seccomp_rule_add_array(c->ctx, rule->action, nr,
					      (unsigned)depth, cmps);
	for (size_t i = 0; i < cond->n_values; i++) {
		cmps[depth] = comparison(cond, i);
		r = add_rules(c, rule, nr, cmps, depth + 1);
		if (r < 0)
			return r;
	}
	return 0;
}

static int remember(struct compiler *c, const char *name, int nr, int error)
{
	struct policy *policy = c->policy;
	const struct policy_answer *known = policy_answer(policy, nr);
	struct policy_answer *answer;

	/* The kernel tells the keeper of the call, not of the rule. */
	if (known && known->error != error)
		return wrong(c, "`%s` is recorded with another error already",
			     name);
	if (known)
		return 0;
	if (policy->n_answers == POLICY_ANSWERS_MAX)
		return wrong(c, "too many recorded calls");
	answer = &policy->answers[policy->n_answers++];
	answer->nr = nr;
	answer->error = error;
	snprintf(answer->name, sizeof(answer->name), "%s", name);
	return 0;
}

static bool is_named(const struct named *named, int nr)
{
	for (size_t i = 0; named && i < named->n; i++) {
		if (named->nr[i] == nr)
			return true;
	}
	return false;
}

static int name_call(struct compiler *c, int nr)
{
	if (is_named(c->named, nr))
		return 0;
	if (c->named->n == NAMED_MAX)
		return wrong(c, "too many calls");
	c->named->nr[c->named->n++] = nr;
	return 0;
}

static int add_call(struct compiler *c, const struct rule *rule,
		    const char *name)
{
	struct scmp_arg_cmp cmps[CONDITIONS_MAX];
	bool optional = *name == '?';
	int nr = seccomp_syscall_resolve_name(name + optional);
	int r;

	if (nr == __NR_SCMP_ERROR && !optional)
		return wrong(c, "no call is named `%s`", name);
	if (nr < 0) /* not on this architecture */
		return 0;
	if (c->naming)
		return name_call(c, nr);
	if (is_named(c->named, nr) ||
	    rule->action == SCMP_ACT_ERRNO(ENOSYS)) /* the default */
		return 0;
	r = add_rules(c, rule, nr, cmps, 0);
	if (r < 0)
		return wrong(c, "`%s`: %s", name, strerror(-r));
	if (rule->action != SCMP_ACT_NOTIFY)
		return 0;
	return remember(c, name + optional, nr, rule->error);
}

/* How many words the verb took, or -EINVAL. */
static int parse_verb(struct compiler *c, char **words, size_t n,
		      struct rule *rule)
{
	int error = n > 1 ? error_value(words[1]) : 0;

	if (!strcmp(words[0], "allow")) {
		rule->action = SCMP_ACT_ALLOW;
		return 1;
	}
	if (!strcmp(words[0], "kill")) {
		rule->action = SCMP_ACT_KILL_PROCESS;
		return 1;
	}
	if (!strcmp(words[0], "pretend")) {
		rule->action = SCMP_ACT_ERRNO(0);
		return 1;
	}
	if (!strcmp(words[0], "ask")) {
		rule->action = SCMP_ACT_NOTIFY;
		return 1;
	}
	if (strcmp(words[0], "deny") && strcmp(words[0], "record"))
		return wrong(c, "`%s` is no verb", words[0]);
	if (!error)
		return wrong(c, "`%s` needs the name of an error", words[0]);
	rule->action = SCMP_ACT_ERRNO((uint32_t)error);
	rule->error = error;
	if (words[0][0] == 'r')
		rule->action = SCMP_ACT_NOTIFY;
	return 2;
}

static int compile_line(struct compiler *c, char **words, size_t n)
{
	struct rule rule = { 0 };
	size_t end;
	int first, r = 0;

	if (n > 1 && (!strcmp(words[0], "counted") ||
		      !strcmp(words[0], "uncounted"))) {
		if (c->counted != (words[0][0] == 'c'))
			return 0;
		words++;
		n--;
	}
	first = parse_verb(c, words, n, &rule);
	end = n;

	if (first < 0)
		return first;
	for (size_t i = (size_t)first; i < n; i++) {
		if (!strcmp(words[i], "if"))
			end = i;
		else if (i > end)
			r = parse_condition(c, words[i], &rule);
		if (r < 0)
			return r;
	}
	if (end == (size_t)first)
		return wrong(c, "no call is named");
	for (size_t i = (size_t)first; i < end && r == 0; i++)
		r = add_call(c, &rule, words[i]);
	return r;
}

static int split(struct compiler *c, char *line, char **words, size_t *ret_n)
{
	char *save = NULL;

	*ret_n = 0;
	line[strcspn(line, "#")] = '\0';
	for (char *w = strtok_r(line, " \t\r", &save); w;
	     w = strtok_r(NULL, " \t\r", &save)) {
		if (*ret_n == WORDS_MAX)
			return wrong(c, "too many words");
		words[(*ret_n)++] = w;
	}
	return 0;
}

static int compile_text(struct compiler *c, const char *text, size_t len)
{
	const char *end = text + len;

	while (text < end) {
		const char *eol = memchr(text, '\n', (size_t)(end - text));
		size_t n = (size_t)((eol ? eol : end) - text), n_words;
		char line[LINE_BYTES], *words[WORDS_MAX];
		int r;

		c->line++;
		if (n >= sizeof(line))
			return wrong(c, "longer than %d bytes", LINE_BYTES);
		memcpy(line, text, n);
		line[n] = '\0';
		r = split(c, line, words, &n_words);
		if (r == 0 && n_words)
			r = compile_line(c, words, n_words);
		if (r < 0)
			return r;
		text += n + 1;
	}
	return 0;
}

static int set_attributes(scmp_filter_ctx ctx)
{
	int r = seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH,
				 SCMP_ACT_KILL_PROCESS);

	/* A binary tree: the depth of a call no longer depends on its place. */
	if (r == 0)
		r = seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	return r;
}

/* libseccomp exports to a descriptor only, before its version 2.6. */
static int export(scmp_filter_ctx ctx, struct policy *ret)
{
	int fd = memfd_create("filter", MFD_CLOEXEC);
	ssize_t n;
	int r;

	if (fd < 0)
		return -errno;
	r = seccomp_export_bpf(ctx, fd);
	n = pread(fd, ret->code, sizeof(ret->code), 0);
	close(fd);
	if (r < 0)
		return r;
	if (n <= 0 || n % (ssize_t)sizeof(ret->code[0]))
		return -EIO;
	ret->n_code = (uint32_t)((size_t)n / sizeof(ret->code[0]));
	return 0;
}

/* What `over` says, and then what `text` says of other calls. */
static int compile_both(struct compiler *c, const char *text, size_t len,
			const char *over, size_t over_len)
{
	static struct named named;
	int r;

	if (!over)
		return compile_text(c, text, len);
	named.n = 0;
	c->named = &named;
	c->naming = true;
	r = compile_text(c, over, over_len);
	c->naming = false;
	c->named = NULL;
	c->line = 0;
	if (r == 0)
		r = compile_text(c, over, over_len);
	c->named = &named;
	c->line = 0;
	return r ? r : compile_text(c, text, len);
}

int seccomp_compile_over(const char *text, size_t len, const char *over,
			 size_t over_len, bool counted, struct policy *ret,
			 char *msg, size_t msg_bytes)
{
	struct compiler c = { .policy = ret, .counted = counted, .msg = msg,
			      .msg_bytes = msg_bytes };
	int r;

	memset(ret, 0, sizeof(*ret));
	snprintf(msg, msg_bytes, "the filter cannot be made");
	c.ctx = seccomp_init(SCMP_ACT_ERRNO(ENOSYS));
	if (!c.ctx)
		return -ENOMEM;
	r = set_attributes(c.ctx);
	if (r == 0)
		r = compile_both(&c, text, len, over, over_len);
	if (r == 0)
		r = export(c.ctx, ret);
	seccomp_release(c.ctx);
	return r;
}

int seccomp_compile(const char *text, size_t len, bool counted,
		    struct policy *ret, char *msg, size_t msg_bytes)
{
	return seccomp_compile_over(text, len, NULL, 0, counted, ret, msg,
				    msg_bytes);
}
