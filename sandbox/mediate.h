/*
 * mediate -- make a connection on the program's behalf, or refuse it.
 *
 * Letting the kernel go on with a call that was looked at would decide on one
 * address and connect to another, since the program can change its memory in
 * between.  So the keeper takes a copy of the address and of the socket, and
 * connects itself; the program's call only ever gets the result.
 */
#ifndef SANDBOX_MEDIATE_H
#define SANDBOX_MEDIATE_H

#include <linux/seccomp.h>
#include <stdbool.h>

#include "sandbox/sandbox.h"

struct mediate {
	int listener; /* where the request came from */
	int scratch;  /* the box's writable tmpfs */
	const struct sandbox_spec *spec;
};

/*
 * The errno of the call, 0: connected.  Socket files count only on the box's
 * own file systems, the scratch and the overlays of `spec`.  *ret_refused: the
 * address was not for this box, and belongs in the record.
 */
int mediate_connect(const struct mediate *m, const struct seccomp_notif *req,
		    bool *ret_refused);

/* Whether the caller still waits: until then its number is nobody else's. */
bool mediate_waits(int listener, const struct seccomp_notif *req);

#endif
