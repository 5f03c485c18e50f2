/* decode_names -- the kernel's own names for the numbers of a refused call. */
#ifndef SANDBOX_DECODE_NAMES_H
#define SANDBOX_DECODE_NAMES_H

#include <stddef.h>

/* "AF_VSOCK", or NULL. */
const char *decode_family_name(int family);
/* "SOCK_DGRAM", or NULL; flags beside the type do not matter. */
const char *decode_type_name(int type);
/* What `call` does with this operation: "PTRACE_ATTACH", "TIOCSTI"; or NULL. */
const char *decode_operation_name(const char *call, unsigned operation);
/* "CLONE_NEWUSER|CLONE_NEWNET"; "" where no namespace is among the flags. */
void decode_namespaces(unsigned flags, char *ret, size_t bytes);

#endif
