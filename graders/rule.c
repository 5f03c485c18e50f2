/* rule -- cases collected into one check. */
#include "graders/rule.h"

#include <stdarg.h>
#include <string.h>

#include "graders/ask.h"
#include "runner/base/arena.h"
#include "runner/grader.h"

void rule_ok(struct rule *rule, const struct exchange *evidence)
{
	rule->n_ok++;
	if (!rule->n_bad)
		rule->evidence = evidence;
}

/* Three methods of one path have one label, one after the other. */
static bool is_last(const char *labels, const char *label)
{
	size_t all = labels ? strlen(labels) : 0, n = strlen(label);

	return all >= n && n && !strcmp(labels + all - n, label) &&
	       (all == n || labels[all - n - 1] == ' ');
}

static void add_label(struct grading *g, struct rule *rule, const char *label)
{
	if (!label || rule->n_bad > RULE_LABELS_MAX + 1 ||
	    is_last(rule->labels, label))
		return;
	rule->labels = arena_printf(grading_arena(g), "%s%s%s",
				    rule->labels ? rule->labels : "",
				    rule->labels ? ", " : "", label);
}

void rule_bad(struct grading *g, struct rule *rule,
	      const struct exchange *evidence, const char *label,
	      const char *fmt, ...)
{
	va_list ap;

	if (evidence && ask_refused(evidence)) {
		rule_skip(g, rule, "the app no longer answers: %s",
			  ask_answer(grading_arena(g), evidence));
		return;
	}
	if (rule->n_bad++) {
		add_label(g, rule, label);
		return;
	}
	rule->evidence = evidence;
	if (evidence)
		rule->actual = ask_answer(grading_arena(g), evidence);
	va_start(ap, fmt);
	rule->message = arena_vprintf(grading_arena(g), fmt, ap);
	va_end(ap);
}

void rule_skip(struct grading *g, struct rule *rule, const char *fmt, ...)
{
	va_list ap;

	if (rule->n_skipped++)
		return;
	va_start(ap, fmt);
	rule->reason = arena_vprintf(grading_arena(g), fmt, ap);
	va_end(ap);
}

static const char *with_more(struct grading *g, const struct rule *rule)
{
	size_t more = rule->n_bad - 1;

	if (!more)
		return rule->message;
	return arena_printf(grading_arena(g), "%s (and %zu more%s%s)",
			    rule->message, more, rule->labels ? ": " : "",
			    rule->labels ? rule->labels : "");
}

void rule_close(struct grading *g, const struct rule *rule)
{
	const struct check check = {
		.id = rule->id, .title = rule->title,
		.expected = rule->expected, .actual = rule->actual,
		.cause = rule->cause, .hint = rule->hint,
		.evidence = rule->evidence,
		.weight = rule->weight ? rule->weight : 1,
		.vital = rule->vital,
	};

	if (rule->n_bad)
		grading_fail(g, &check, "%s", with_more(g, rule));
	else if (rule->n_skipped)
		grading_skip(g, &check, "%s", rule->reason);
	else if (rule->n_ok)
		grading_pass(g, &check);
}
