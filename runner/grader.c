#include "runner/grader.h"

#include <string.h>

const struct grader *grader_find(const char *name)
{
	for (size_t i = 0; grader_table[i]; i++)
		if (strcmp(grader_table[i]->name, name) == 0)
			return grader_table[i];
	return NULL;
}
