#include "runner/cmd/stored.h"

#include <errno.h>

#include "runner/base/arena.h"
#include "runner/base/err.h"
#include "runner/base/file.h"
#include "runner/transcript/record.h"

int stored_open(const struct command *c, const char *path, struct stored *ret)
{
	struct err err;

	ret->path = path;
	if (file_read(c->arena, path, STORED_BYTES_MAX, &ret->lines, &err) < 0)
		return cmd_fail(c, EXIT_STATUS_USAGE, &err);
	if (record_read(c->arena, ret->lines, &ret->r, &err) < 0) {
		err_wrap(&err, "%s", path);
		return cmd_fail(c, EXIT_STATUS_USAGE, &err);
	}
	return EXIT_STATUS_OK;
}

void stored_warn(const struct command *c, const struct stored *s)
{
	if (!s->r->chain_holds)
		cmd_note(c, "%s: the chain of digests is broken: it was "
			    "altered", s->path);
	if (s->r->cut)
		cmd_note(c, "%s: it is cut off", s->path);
}
