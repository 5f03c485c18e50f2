/*
 * ids -- which ids outside stand behind the box's own.
 *
 * Inside, init is uid 0 and the program uid 1000.  Root outside maps the two
 * to ids that nobody else has, a pair for each box, so that not even a kernel
 * that mixes up namespaces finds a match.  An ordinary user may map one id
 * only, his own: then init and the program are both uid 1000, and an escape
 * would have that user's rights.
 */
#ifndef SANDBOX_IDS_H
#define SANDBOX_IDS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define IDS_APP 1000 /* the program's uid and gid, inside */

struct ids {
	bool pair;          /* two ids of their own, else the user's one */
	uint32_t init, app; /* inside */
	uint32_t app_gid;   /* the program's group, inside */
	uint32_t outside_init, outside_app;
};

/* What this user can have.  -EPERM when root could only map itself. */
int ids_choose(struct ids *ret);

/* Where there is no user namespace, inside is as outside. */
void ids_without_map(struct ids *ids);

/* Write the maps of `pid`, a child in a new user namespace. */
int ids_write(const struct ids *ids, pid_t pid);

#endif
