/*
 * date -- instants, read and written with Hurl's format strings.
 *
 * The specifiers are those of Rust's chrono: %Y %m %d %H %M %S %j %y %C %e %k
 * %l %I %p %P %a %A %b %B %h %u %w %z %:z %Z %s %f %.f %.3f %3f %D %F %T %R
 * %r %v %c %x %X %n %t %% and %+ (RFC 3339).
 */
#ifndef RUNNER_EXPECT_DATE_H
#define RUNNER_EXPECT_DATE_H

#include <stdbool.h>

#include "runner/base/span.h"
#include "runner/expect/value.h"

/* False when `text` does not fit `format`, or `format` makes no instant. */
bool date_parse(struct span text, struct span format, struct value *ret);

/* False when `format` holds an unknown specifier. */
bool date_format(struct arena *arena, const struct value *date,
		 struct span format, struct span *ret);

/* As a template puts it in: "2026-11-22T18:54:10.500000Z". */
struct span date_render(struct arena *arena, const struct value *date);
bool date_is_rfc3339(struct span text);

/* An HTTP date in any of its three forms (RFC 9110 section 5.6.7), or a
 * cookie's Expires. */
bool date_parse_http(struct span text, struct value *ret);

struct value date_now(void);

#endif
