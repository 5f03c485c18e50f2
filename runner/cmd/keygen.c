#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "runner/base/arena.h"
#include "runner/base/err.h"
#include "runner/base/file.h"
#include "runner/cmd/verbs.h"
#include "runner/transcript/sign.h"

/* Never over a key that is there: what it signed could not be checked.  One
 * that was not written whole would be in the way of the next attempt. */
static int write_private(const char *path, const char *line, struct err *err)
{
	AUTO_FD fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	size_t n = strlen(line);
	int code = 0;

	if (fd < 0)
		return err_set(err, errno, "%s: %s", path, strerror(errno));
	errno = ENOSPC; /* where less is written than was there */
	if (write(fd, line, n) != (ssize_t)n)
		code = err_set(err, errno, "%s: %s", path, strerror(errno));
	if (code)
		unlink(path);
	return code;
}

/* Both or none: a private key without its public one signs for nobody. */
static int write_pair(const struct command *c, const struct sign_key *key,
		      const char *public, struct err *err)
{
	int code = write_private(c->args[0], sign_print(c->arena, key, true),
				 err);

	if (code)
		return code;
	code = file_write(public, span_of(sign_print(c->arena, key, false)),
			  err);
	if (code)
		unlink(c->args[0]);
	return code;
}

static int run(const struct command *c)
{
	const char *public = arena_printf(c->arena, "%s.pub", c->args[0]);
	struct sign_key key;
	struct err err;

	if (sign_generate(&key, &err) < 0)
		return cmd_fail(c, EXIT_STATUS_INTERNAL, &err);
	if (write_pair(c, &key, public, &err) < 0)
		return cmd_fail(c, EXIT_STATUS_USAGE, &err);
	printf("%s  the private key, for grade --sign\n%s  the public one, "
	       "for verify --key; id %s\n", c->args[0], public,
	       sign_key_id(c->arena, &key));
	return EXIT_STATUS_OK;
}

const struct verb verb_keygen = {
	.name = "keygen",
	.synopsis = "FILE",
	.help = "make a key pair that signs transcripts",
	.detail = "FILE is the private key (Ed25519, readable by its owner "
		  "only); FILE.pub is the public one. A FILE that is there "
		  "is never replaced.",
	.args_min = 1,
	.args_max = 1,
	.run = run,
};
