#include "runner/session/startup.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "runner/base/arena.h"
#include "runner/base/attr.h"
#include "runner/base/text.h"
#include "runner/exercise/exercise.h"
#include "runner/session/watch.h"
#include "runner/submission/discover.h"
#include "runner/submission/lacking.h"
#include "runner/submission/submission.h"

#define OUTPUT_BYTES 8192 /* looked at, from the end */
#define DETAIL_LINES 20
#define LINE_BYTES   300

/* Exit statuses of serve.py; its own page says when. */
enum { SERVE_CRASHED = 3, SERVE_NO_APP = 4, SERVE_MISSING = 5, SERVE_OURS = 6 };

/* The end of what the program printed, without line feeds behind. */
static struct span last_output(struct arena *arena, struct sandbox *box,
			       const struct sandbox_state *state, int64_t from)
{
	char *text = arena_alloc(arena, OUTPUT_BYTES);
	size_t n;

	if (state->output_len - from > OUTPUT_BYTES)
		from = state->output_len - OUTPUT_BYTES;
	n = sandbox_output(box, from, text, OUTPUT_BYTES);
	while (n && isspace((unsigned char)text[n - 1]))
		n--;
	return (struct span){ text, n };
}

/* The last `count` lines. */
static struct span last_lines(struct span text, int count)
{
	size_t at = text.len;

	while (at && (text.data[at - 1] != '\n' || --count > 0))
		at--;
	return (struct span){ text.data + at, text.len - at };
}

static const char *last_line(struct arena *arena, struct span text)
{
	return text_visible(arena, last_lines(text, 1), LINE_BYTES);
}

static struct service_failure missing(struct arena *arena,
				      const struct service_spec *spec,
				      struct span output)
{
	const char *name = lacking_module(arena, last_lines(output, 1));
	struct service_failure f = { SERVICE_CRASHED, NULL, NULL };

	switch (name ? lacking_judge(arena, spec->sub, name) : LACKING_OWN) {
	case LACKING_OWN:
	case LACKING_PART:
		f.reason = arena_printf(arena, "the app failed while it was "
					"imported: %s",
					last_line(arena, output));
		break;
	case LACKING_UNDECLARED:
		f.reason = arena_printf(arena, "the app imports `%s`, which is "
					"neither in the submission nor in its "
					"requirements", name);
		break;
	case LACKING_PACKAGE:
		f.end = SERVICE_LACKS;
		f.reason = arena_printf(arena, "the environment lacks the "
					"package `%.*s` that the app imports; "
					"`fumehood env add` adds packages",
					(int)strcspn(name, "."), name);
		break;
	}
	return f;
}

static const char *how_it_exited(struct arena *arena, int code,
				 struct span output)
{
	const char *line = last_line(arena, output);
	const char *colon = *line ? ": " : "";

	if (code == SERVE_NO_APP && *line)
		return line;
	if (code == SERVE_CRASHED)
		return arena_printf(arena, "the app failed while it was "
				    "imported%s%s", colon, line);
	return arena_printf(arena, "the app ended by itself before it served, "
			    "with status %d%s%s", code, colon, line);
}

/*
 * Is the status serve.py's own word?  A script may end with any that it likes,
 * and serve.py itself, started again, with one that the app has brought about
 * by what it left in /tmp.
 */
static bool is_ours(const struct service_spec *spec, int code, bool again)
{
	return code == SERVE_OURS && !spec->launch->script && !again;
}

static struct service_failure exited(struct arena *arena,
				     const struct service_spec *spec, int code,
				     struct span output, bool again)
{
	struct service_failure f = { SERVICE_CRASHED, NULL, NULL };

	if (code == SERVE_MISSING)
		return missing(arena, spec, output);
	if (code == SERVE_NO_APP)
		f.end = SERVICE_NO_APP;
	f.reason = how_it_exited(arena, code, output);
	if (is_ours(spec, code, again))
		f = (struct service_failure){
			SERVICE_BROKEN,
			arena_printf(arena, "serve.py failed: %s",
				     last_line(arena, output)),
			NULL
		};
	return f;
}

static const char *how_it_ended(struct arena *arena,
				const struct sandbox_state *state)
{
	if (state->reason == SANDBOX_SIGNALLED)
		return arena_printf(arena, "the app was ended by signal %d "
				    "(%s) before it served", state->signal,
				    strsignal(state->signal));
	return arena_printf(arena, "the app reached the limit %s before it "
			    "served", sandbox_reason_name(state->reason));
}

/* Who is busy has more to do than there is time for; who is not, waits. */
static const char *how_it_runs(struct arena *arena,
			       const struct sandbox_state *state)
{
	return arena_printf(arena, "the app is running and does not answer "
			    "connections after %.0f s; it used the processor "
			    "for %.1f s", (double)state->peak.wall_ms / 1e3,
			    (double)state->peak.cpu_ms / 1e3);
}

static struct service_failure judge(struct arena *arena,
				    const struct service_spec *spec,
				    const struct sandbox_state *state,
				    struct span output, bool again)
{
	switch (state->reason) {
	case SANDBOX_EXITED:
		return exited(arena, spec, state->exit_code, output, again);
	case SANDBOX_RUNNING:
		return (struct service_failure){
			SERVICE_SILENT, how_it_runs(arena, state), NULL
		};
	case SANDBOX_STOPPED:
	case SANDBOX_ERROR:
		return (struct service_failure){
			SERVICE_BROKEN, "the box ended before the app served",
			NULL
		};
	case SANDBOX_SIGNALLED:
	case SANDBOX_CPU_TIME:
	case SANDBOX_WALL_TIME:
	case SANDBOX_IDLE:
	case SANDBOX_MEMORY:
	case SANDBOX_PROCESSES:
	case SANDBOX_DISK_BYTES:
	case SANDBOX_DISK_INODES:
	case SANDBOX_DESCRIPTORS:
		break;
	}
	return (struct service_failure){ SERVICE_CRASHED,
					 how_it_ended(arena, state), NULL };
}

/* What every box has but one without namespaces: bare.policy refuses these. */
static const char *missed_call(struct sandbox *box)
{
	static const char *const calls[] = { "socket", "bind", "connect" };
	const struct sandbox_denied *denied;

	for (size_t i = 0; (denied = sandbox_denied(box, i)) != NULL; i++) {
		for (size_t k = 0; k < ARRAY_LEN(calls); k++) {
			if (!strcmp(denied->call, calls[k]))
				return calls[k];
		}
	}
	return NULL;
}

/*
 * In a box without namespaces a program may miss what each other box has: a
 * socket of its own, /dev/shm, a fixed place like /tmp.  Whether that is why it
 * does not start cannot be told for sure, so it is not the candidate's.
 */
static void excuse(struct arena *arena, struct sandbox *box, struct span output,
		   struct service_failure *f)
{
	const char *call = missed_call(box);
	const char *line = last_line(arena, output);

	if (!*sandbox_folder(box) ||
	    (f->end != SERVICE_CRASHED && f->end != SERVICE_SILENT) ||
	    (!call && strncmp(line, "PermissionError:", 16)))
		return;
	f->end = SERVICE_ISOLATION;
	f->reason = arena_printf(arena, "%s; without namespaces (--isolation "
				 "reduced) it was refused %s%s, so this "
				 "says nothing of the app", f->reason,
				 call ? "the call " : "a file or folder",
				 call ? call : "");
}

struct service_failure startup_failure(struct arena *arena,
				       const struct service_spec *spec,
				       struct sandbox *box, int64_t output_at,
				       bool again)
{
	struct sandbox_state state;
	struct service_failure f;
	struct span output;

	if (watch_is_readable(spec->stop_fd))
		return (struct service_failure){ SERVICE_STOPPED, NULL, NULL };
	if (sandbox_sync(box, &state) < 0)
		return (struct service_failure){
			SERVICE_BROKEN, "the box does not answer", NULL
		};
	output = last_output(arena, box, &state, output_at);
	f = judge(arena, spec, &state, output, again);
	if (!again) /* what could start once can start */
		excuse(arena, box, output, &f);
	if (output.len)
		f.detail = text_visible_lines(
			arena, last_lines(output, DETAIL_LINES), 0);
	return f;
}
