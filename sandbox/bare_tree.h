/*
 * bare_tree -- copy and remove a folder that others have written,
 * by descriptor, however deep it is.
 */
#ifndef SANDBOX_BARE_TREE_H
#define SANDBOX_BARE_TREE_H

#include <stdint.h>
#include <sys/types.h>

struct tree_copy {
	uid_t uid;
	gid_t gid; /* who gets the copies */
	int64_t bytes_max, inodes_max;
};

/*
 * Regular files and folders of `from` into the folder `to`; nothing else is
 * copied, and no link is followed.  -EFBIG: beyond a maximum, or too deep.
 */
int tree_copy(const char *from, const char *to, const struct tree_copy *copy);

/* Make a folder in `dir` ours to read and to change, whatever its mode is. */
void tree_open_up(int dir, const char *name);

/* Remove the folder `name`, with what is in it; what cannot be stays. */
void tree_remove(int parent, const char *name);

#endif
