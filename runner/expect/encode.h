/* encode -- base64, hexadecimal, percent and HTML encodings of bytes. */
#ifndef RUNNER_EXPECT_ENCODE_H
#define RUNNER_EXPECT_ENCODE_H

#include <stdbool.h>

#include "runner/base/span.h"

struct arena;

/* False when it is not base64; blanks and line breaks are overlooked.
 * url_safe: '-' and '_', and padding may be absent (RFC 4648 section 5). */
bool encode_base64_decode(struct arena *arena, struct span text, bool url_safe,
			  struct span *ret);
struct span encode_base64(struct arena *arena, struct span bytes,
			  bool url_safe);

bool encode_hex_decode(struct arena *arena, struct span text,
		       struct span *ret);
struct span encode_hex(struct arena *arena, struct span bytes);

/* Percent-encoding (RFC 3986): all but unreserved characters and `keep`. */
struct span encode_percent(struct arena *arena, struct span bytes,
			   const char *keep);
/* plus: '+' is a blank, as in forms.  False at a '%' without two digits. */
bool encode_percent_decode(struct arena *arena, struct span text, bool plus,
			   struct span *ret);

/* The five characters of HTML that must be escaped; and back every reference
 * that HTML knows, by number or name. */
struct span encode_html(struct arena *arena, struct span text);
struct span encode_html_decode(struct arena *arena, struct span text);

#endif
