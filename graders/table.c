/* table -- every grader; the runner finds them here and nowhere else. */
#include "runner/grader.h"

extern const struct grader grader_conditional;
extern const struct grader grader_error_envelope;
extern const struct grader grader_negotiation;
extern const struct grader grader_pagination;
extern const struct grader grader_routing;
extern const struct grader grader_validation;

const struct grader *const grader_table[] = {
	&grader_routing,
	&grader_validation,
	&grader_pagination,
	&grader_conditional,
	&grader_negotiation,
	&grader_error_envelope,
	NULL,
};
