/* unpack -- archives, through libarchive: files only, nothing that points. */
#ifndef RUNNER_SUBMISSION_UNPACK_H
#define RUNNER_SUBMISSION_UNPACK_H

#include "runner/submission/intake.h"

/* Does the name end like an archive that unpack() reads? */
bool unpack_knows(const char *path);

/*
 * Put what the archive `fd` holds into the intake.  Refused with -EINVAL:
 * paths and links that leave it, devices, what is damaged or encrypted.
 */
int unpack(struct intake *in, struct arena *arena, int fd, struct err *err);

#endif
