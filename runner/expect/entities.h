/* entities -- the named character references of HTML, from entities.txt. */
#ifndef RUNNER_EXPECT_ENTITIES_H
#define RUNNER_EXPECT_ENTITIES_H

#include <stddef.h>

struct entity {
	const char *name; /* "amp;", and "amp" where that is enough */
	unsigned code[2]; /* one or two code points; 0 is none */
};

extern const struct entity entities[]; /* by name, as strcmp() orders */
extern const size_t n_entities;

#endif
