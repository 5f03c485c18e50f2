/* base64 -- bytes as text, RFC 4648 section 4, with padding. */
#ifndef RUNNER_BASE_BASE64_H
#define RUNNER_BASE_BASE64_H

#include <stdbool.h>

#include "runner/base/span.h"

struct arena;

char *base64_encode(struct arena *arena, struct span bytes);

/* False when it is not exactly that: no white space, no other alphabet. */
bool base64_decode(struct arena *arena, struct span text, struct span *ret);

#endif
