#include "runner/base/span.h"

size_t span_find(struct span a, struct span needle)
{
	const char *hit;

	if (!needle.len)
		return 0;
	if (needle.len > a.len)
		return a.len;
	hit = memmem(a.data, a.len, needle.data, needle.len);
	return hit ? (size_t)(hit - a.data) : a.len;
}
