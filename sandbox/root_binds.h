/* root_binds -- what of the host every box shows, read-only. */
#ifndef SANDBOX_ROOT_BINDS_H
#define SANDBOX_ROOT_BINDS_H

enum root_bind_kind {
	ROOT_BIND_TREE, /* a folder, or a symbolic link to one */
	ROOT_BIND_FILE,
	ROOT_BIND_DEVICE,
};

struct root_bind {
	const char *path; /* NULL ends the table */
	enum root_bind_kind kind;
};

extern const struct root_bind root_binds[];

#endif
