#include "sandbox/ids.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/*
 * Above what distributions hand out (/etc/subuid ends below 2^31 - 2^28, and
 * systemd's containers below 0x70000000), two for each process id there can
 * be (2^22).
 */
#define PAIRS_FIRST 0x70000000u

/* The start of a range of two ids that we may map, or 0. */
static uint32_t find_pair(void)
{
	uint32_t want = PAIRS_FIRST + 2 * (uint32_t)getpid();
	uint32_t best = 0;
	uint64_t inside, outside, n;
	FILE *map = fopen("/proc/self/uid_map", "re");

	if (!map)
		return 0;
	while (fscanf(map, "%" SCNu64 " %" SCNu64 " %" SCNu64, &inside,
		      &outside, &n) == 3) {
		if (want >= inside && want + 2 <= inside + n)
			best = want;
		else if (!best && n > 2) /* a container: its last two */
			best = (uint32_t)(inside + n - 2);
	}
	fclose(map);
	return best;
}

int ids_choose(struct ids *ret)
{
	uint32_t pair;

	*ret = (struct ids){ .init = IDS_APP, .app = IDS_APP,
			     .app_gid = IDS_APP,
			     .outside_init = geteuid(),
			     .outside_app = geteuid() };
	if (geteuid() != 0)
		return 0;
	pair = find_pair();
	if (!pair)
		return -EPERM;
	*ret = (struct ids){ .pair = true, .init = 0, .app = IDS_APP,
			     .app_gid = IDS_APP,
			     .outside_init = pair, .outside_app = pair + 1 };
	return 0;
}

void ids_without_map(struct ids *ids)
{
	ids->init = geteuid();
	ids->app = ids->outside_app;
	ids->app_gid = ids->pair ? ids->outside_app : getegid();
}

static int write_file(pid_t pid, const char *name, const char *text)
{
	char path[64];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	n = write(fd, text, strlen(text));
	n = n < 0 ? -errno : 0;
	close(fd);
	return (int)n;
}

int ids_write(const struct ids *ids, pid_t pid)
{
	char uids[64], gids[64];
	int r = 0;

	if (ids->pair) {
		snprintf(uids, sizeof(uids), "0 %u 1\n%u %u 1\n",
			 ids->outside_init, ids->app, ids->outside_app);
		memcpy(gids, uids, sizeof(gids));
	} else {
		snprintf(uids, sizeof(uids), "%u %u 1\n", ids->app,
			 ids->outside_app);
		snprintf(gids, sizeof(gids), "%u %u 1\n", ids->app,
			 (unsigned)getegid());
		/* Else the kernel refuses: a group could be given up to get
		 * past a permission that is denied to it. */
		r = write_file(pid, "setgroups", "deny");
	}
	if (r == 0)
		r = write_file(pid, "uid_map", uids);
	if (r == 0)
		r = write_file(pid, "gid_map", gids);
	return r;
}
