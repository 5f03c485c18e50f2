/*
 * idn -- host names, plain (RFC 1123) and international (RFC 5890 to 5893).
 *
 * libidn2 knows the tables of IDNA 2008 (idn.c), libunistring the directions
 * of letters that the Bidi rule is about (bidi.c).
 */
#ifndef RUNNER_EXPECT_IDN_H
#define RUNNER_EXPECT_IDN_H

#include <stdbool.h>

#include "runner/base/span.h"

enum idn_flags {
	IDN_UNICODE = 1 << 0, /* U-labels are allowed, and IDNA's other dots */
	IDN_ANY_FORM = 1 << 1, /* they need not be in NFC yet (RFC 6531) */
};

/*
 * Labels of letters, digits and inner hyphens, at most 63 bytes each and 253
 * in all, no dot at the end; an `xn--` label must decode to a valid U-label.
 */
bool idn_hostname(struct span text, unsigned flags);

/* Does the label hold a letter or digit written from right to left? */
bool bidi_is_rtl(struct span label);

/* The Bidi rule of RFC 5893 section 2, for one label of such a name. */
bool bidi_holds(struct span label);

#endif
