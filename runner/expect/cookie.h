/* cookie -- Set-Cookie, and the cookies of one script (RFC 6265). */
#ifndef RUNNER_EXPECT_COOKIE_H
#define RUNNER_EXPECT_COOKIE_H

#include <stdbool.h>
#include <stddef.h>

#include "runner/base/span.h"

struct arena;
struct value;
struct http_response;

#define COOKIES_MAX 500

struct cookie {
	struct span name, value, path;
};

struct cookie_jar {
	struct cookie *items;
	size_t n, cap;
};

/* The last Set-Cookie of that name: its header value, or data NULL. */
struct span cookie_find(const struct http_response *res, struct span name);
/* An attribute of a Set-Cookie ("Value", "Path", ...) with its type. */
bool cookie_attribute(struct arena *arena, struct span header,
		      const char *attribute, struct value *ret);

/* Take over what `res`, the answer for `path`, sets and unsets. */
void cookie_store(struct arena *arena, struct cookie_jar *jar,
		  const struct http_response *res, struct span path);
/* "a=1; b=2" of those that match, or len 0. */
struct span cookie_header(struct arena *arena, const struct cookie_jar *jar,
			  struct span path);

#endif
