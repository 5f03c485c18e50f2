#include "runner/cmd/again.h"

#include <string.h>

#include "runner/base/err.h"
#include "runner/base/json.h"
#include "runner/exercise/exercise.h"
#include "runner/session/session.h"
#include "runner/transcript/record.h"

const char *again_str(const struct stored *s, const char *member,
		      const char *name)
{
	const char *text =
		json_str(json_get(json_get(s->r->begin, member), name));

	return text ? text : "";
}

int64_t again_int(const struct stored *s, const char *member)
{
	int64_t value;

	return json_int(json_get(s->r->begin, member), &value) ? value : 0;
}

static void warn(const struct command *c, const struct stored *s,
		 const struct exercise *ex)
{
	const char *digest = again_str(s, "exercise", "digest");

	if (strncmp(digest, "sha256:", 7) != 0 ||
	    strcmp(digest + 7, ex->digest) != 0)
		cmd_note(c, "the exercise has changed since that run");
}

int again_exercise(const struct command *c, const struct stored *s,
		   const char *name, const struct exercise **ret)
{
	const char *slug = name ? name : again_str(s, "exercise", "slug");
	const char *dir;
	struct err err;

	if (exercise_find(c->arena, slug, &dir, &err) < 0)
		return cmd_fail(c, EXIT_STATUS_USAGE, &err);
	if (exercise_load(c->arena, dir, ret, &err) < 0 ||
	    session_configure(c->arena, *ret, &err) < 0)
		return cmd_fail(c, EXIT_STATUS_EXERCISE, &err);
	warn(c, s, *ret);
	return EXIT_STATUS_OK;
}
