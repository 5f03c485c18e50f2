#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "sandbox/join.h"

size_t join_fds_pack(const struct join_fds *fds, int *ret, uint32_t *ret_mask)
{
	int all[JOIN_FDS_MAX];
	size_t n = 0;

	memcpy(all, fds, sizeof(all));
	*ret_mask = 0;
	for (size_t i = 0; i < JOIN_FDS_MAX; i++) {
		if (all[i] < 0)
			continue;
		*ret_mask |= 1u << i;
		ret[n++] = all[i];
	}
	return n;
}

int join_fds_unpack(struct join_fds *ret, const int *fds, size_t n,
		    uint32_t mask)
{
	int all[JOIN_FDS_MAX];
	size_t next = 0;

	if ((size_t)__builtin_popcount(mask) != n || mask >> JOIN_FDS_MAX)
		return -EPROTO;
	for (size_t i = 0; i < JOIN_FDS_MAX; i++)
		all[i] = mask & (1u << i) ? fds[next++] : -1;
	memcpy(ret, all, sizeof(*ret));
	return 0;
}

void join_fds_close(struct join_fds *fds)
{
	int all[JOIN_FDS_MAX];

	memcpy(all, fds, sizeof(all));
	for (size_t i = 0; i < JOIN_FDS_MAX; i++) {
		if (all[i] >= 0)
			close(all[i]);
	}
	memset(fds, -1, sizeof(*fds));
}
