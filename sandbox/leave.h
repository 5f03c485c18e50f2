/* leave -- close what the kernel takes long to close, and do not wait. */
#ifndef SANDBOX_LEAVE_H
#define SANDBOX_LEAVE_H

/* As close(): the last reference goes to the kernel's garbage collector. */
void leave_fd(int fd);

#endif
