/* table -- every grader; the runner finds them here and nowhere else. */
#include "runner/grader.h"

extern const struct grader grader_auth_lifecycle;
extern const struct grader grader_concurrency;
extern const struct grader grader_conditional;
extern const struct grader grader_crud;
extern const struct grader grader_cursor;
extern const struct grader grader_error_envelope;
extern const struct grader grader_idempotency;
extern const struct grader grader_negotiation;
extern const struct grader grader_pagination;
extern const struct grader grader_persistence;
extern const struct grader grader_rate_limit;
extern const struct grader grader_routing;
extern const struct grader grader_script;
extern const struct grader grader_security_headers;
extern const struct grader grader_templates;
extern const struct grader grader_validation;
extern const struct grader grader_versioning;
extern const struct grader grader_workers;

const struct grader *const grader_table[] = {
	&grader_script,
	&grader_routing,
	&grader_validation,
	&grader_pagination,
	&grader_error_envelope,
	&grader_crud,
	&grader_persistence,
	&grader_conditional,
	&grader_negotiation,
	&grader_concurrency,
	&grader_workers,
	&grader_idempotency,
	&grader_cursor,
	&grader_auth_lifecycle,
	&grader_security_headers,
	&grader_templates,
	&grader_versioning,
	&grader_rate_limit,
	NULL,
};
