/* decimal -- exact questions about numbers as they were written. */
#ifndef RUNNER_EXPECT_DECIMAL_H
#define RUNNER_EXPECT_DECIMAL_H

#include <stdbool.h>

#include "runner/base/span.h"

/*
 * Is `number` an integer multiple of `divisor`?  Both are JSON numbers; exact
 * for divisors of up to 18 significant digits, whatever the exponents.
 */
bool decimal_divides(struct span divisor, struct span number);

#endif
