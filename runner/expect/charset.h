/* charset -- text from bytes and back, through iconv. */
#ifndef RUNNER_EXPECT_CHARSET_H
#define RUNNER_EXPECT_CHARSET_H

#include "runner/base/span.h"

struct arena;

#define CHARSET_TEXT_MAX (32u << 20)

/* The charset of a Content-Type; "utf-8" when it names none, or is NULL. */
const char *charset_of(struct arena *arena, const char *content_type);

/* NULL and UTF-8 in *ret, or why not. */
const char *charset_decode(struct arena *arena, struct span bytes,
			   const char *charset, struct span *ret);
const char *charset_encode(struct arena *arena, struct span text,
			   const char *charset, struct span *ret);

#endif
