/*
 * format -- the string formats of JSON Schema 2020-12 section 7.3.
 *
 * Each is a pure function of the text; the RFC it follows stands above it.
 */
#ifndef RUNNER_EXPECT_FORMAT_H
#define RUNNER_EXPECT_FORMAT_H

#include "runner/base/span.h"

/* 1 it is one, 0 it is not, -1 no format of that name. */
int format_check(struct span name, struct span text);

#endif
