#include "sandbox/report.h"

#include <inttypes.h>
#include <signal.h>
#include <string.h>

/* All that can need escaping here is ASCII: see decode_text(). */
static void json_string(FILE *out, const char *s)
{
	fputc('"', out);
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;

		if (c == '"' || c == '\\')
			fprintf(out, "\\%c", c);
		else if (c < 0x20 || c >= 0x7f)
			fprintf(out, "\\u%04x", c);
		else
			fputc(c, out);
	}
	fputc('"', out);
}

static void json_layers(FILE *out, const struct sandbox_state *state)
{
	const char *comma = "";

	fprintf(out, "[");
	for (int i = 0; i < SANDBOX_N_LAYERS; i++) {
		if (!(state->layers & (1u << i)))
			continue;
		fprintf(out, "%s\"%s\"", comma, sandbox_layer_name(i));
		comma = ", ";
	}
	fprintf(out, "]");
}

static void json_end(FILE *out, const struct sandbox_state *state)
{
	fprintf(out, "\"reason\": \"%s\"", sandbox_reason_name(state->reason));
	if (state->reason == SANDBOX_SIGNALLED)
		fprintf(out, ", \"signal\": %d, \"signal_name\": \"%s\"",
			state->signal,
			sigabbrev_np(state->signal)
				? sigabbrev_np(state->signal)
				: "?");
	else if (state->reason == SANDBOX_EXITED || state->exit_code)
		fprintf(out, ", \"code\": %d", state->exit_code);
	fprintf(out, ", \"sampled\": %s", state->sampled ? "true" : "false");
}

static void json_limits(FILE *out, const struct sandbox_limits *l)
{
	fprintf(out,
		"{\"wall_ms\": %" PRId64 ", \"cpu_ms\": %" PRId64
		", \"idle_ms\": %" PRId64 ", \"memory_bytes\": %" PRId64
		", \"disk_bytes\": %" PRId64 ", \"output_bytes\": %" PRId64
		", \"inodes\": %d, \"processes\": %d, \"files\": %d}",
		l->wall_ms, l->cpu_ms, l->idle_ms, l->memory_bytes,
		l->disk_bytes, l->output_bytes, l->inodes, l->processes,
		l->files);
}

static void json_peak(FILE *out, const struct sandbox_usage *u)
{
	fprintf(out,
		"{\"memory_bytes\": %" PRId64 ", \"disk_bytes\": %" PRId64
		", \"output_bytes\": %" PRId64
		", \"inodes\": %d, \"processes\": %d, \"files\": %d}",
		u->memory_bytes, u->disk_bytes, u->output_bytes, u->inodes,
		u->processes, u->files);
}

static void json_hits(FILE *out, const struct sandbox_state *state)
{
	const char *comma = "";

	fprintf(out, "[");
	for (int i = 0; i <= SANDBOX_DESCRIPTORS; i++) {
		if (!state->limits_hit[i])
			continue;
		fprintf(out, "%s\"%s\"", comma, sandbox_reason_name(i));
		comma = ", ";
	}
	fprintf(out, "]");
}

static void json_denied(FILE *out, const struct sandbox_state *state,
			const struct sandbox_denied *denied)
{
	fprintf(out, "[");
	for (size_t i = 0; i < state->n_denied; i++) {
		fprintf(out, "%s{\"call\": ", i ? ", " : "");
		json_string(out, denied[i].call);
		fprintf(out, ", \"detail\": ");
		json_string(out, denied[i].detail);
		fprintf(out, ", \"count\": %d}", denied[i].count);
	}
	fprintf(out, "]");
}

void report_json(FILE *out, const struct sandbox_state *state,
		 const struct sandbox_limits *limits,
		 const struct sandbox_denied *denied)
{
	fprintf(out, "{\"format\": \"fumehood-box/1\", ");
	json_end(out, state);
	fprintf(out, ", \"output_cut\": %s, \"cgroup\": \"%s\"",
		state->output_cut ? "true" : "false", state->cgroup);
	fprintf(out, ", \"landlock_abi\": %d, \"layers\": ",
		state->landlock_abi);
	json_layers(out, state);
	fprintf(out, ", \"limits\": ");
	json_limits(out, limits);
	fprintf(out, ", \"peak\": ");
	json_peak(out, &state->peak);
	fprintf(out, ", \"limits_hit\": ");
	json_hits(out, state);
	fprintf(out, ", \"denied\": ");
	json_denied(out, state, denied);
	fprintf(out, ", \"denied_lost\": %" PRId64, state->denied_lost);
	fprintf(out, ", \"wall_ms\": %" PRId64 ", \"cpu_ms\": %" PRId64 "}\n",
		state->peak.wall_ms, state->peak.cpu_ms);
}

void report_failure_json(FILE *out, const struct sandbox_failure *failure)
{
	fprintf(out,
		"{\"format\": \"fumehood-box/1\", \"reason\": "
		"\"sandbox-error\", \"stage\": \"%s\", \"errno\": %d",
		sandbox_stage_name(failure->stage), failure->code);
	if (failure->isolation) {
		fprintf(out, ", \"layer\": ");
		json_string(out, failure->layer);
	}
	fprintf(out, ", \"message\": ");
	json_string(out, failure->msg);
	fprintf(out, "}\n");
}

static void text_end(FILE *out, const struct sandbox_state *state)
{
	fprintf(out, "%s", sandbox_reason_name(state->reason));
	if (state->reason == SANDBOX_EXITED)
		fprintf(out, " %d", state->exit_code);
	if (state->reason == SANDBOX_SIGNALLED)
		fprintf(out, " %d (SIG%s)", state->signal,
			sigabbrev_np(state->signal)
				? sigabbrev_np(state->signal)
				: "?");
	if (state->sampled)
		fprintf(out, " (sampled)");
	if (state->output_cut)
		fprintf(out, ", output cut");
}

/* "0.1 of 60 s wall", and without a limit "0.1 s wall". */
static void text_use(FILE *out, const char *comma, double used, double limit,
		     const char *unit)
{
	fprintf(out, "%s%.*f", comma, *unit == 's' ? 3 : 0, used);
	if (limit > 0)
		fprintf(out, " of %.6g", limit);
	fprintf(out, " %s", unit);
}

void report_text(FILE *out, const struct sandbox_state *state,
		 const struct sandbox_limits *limits,
		 const struct sandbox_denied *denied)
{
	const struct sandbox_usage *p = &state->peak;

	fprintf(out, "fumehood-box: ");
	text_end(out, state);
	text_use(out, "; ", (double)p->wall_ms / 1e3,
		 (double)limits->wall_ms / 1e3, "s wall");
	text_use(out, ", ", (double)p->cpu_ms / 1e3,
		 (double)limits->cpu_ms / 1e3, "s cpu");
	text_use(out, ", ", (double)(p->memory_bytes >> 20),
		 (double)limits->memory_bytes / (1 << 20), "MiB");
	text_use(out, ", ", p->processes, limits->processes, "processes");
	fputc('\n', out);
	fprintf(out, "fumehood-box: cgroup %s, Landlock %d, layers",
		state->cgroup, state->landlock_abi);
	for (int i = 0; i < SANDBOX_N_LAYERS; i++)
		fprintf(out, "%s%s",
			state->layers & (1u << i) ? " " : " no-",
			sandbox_layer_name(i));
	fputc('\n', out);
	for (size_t i = 0; i < state->n_denied; i++)
		fprintf(out, "fumehood-box: refused %d x %s %s\n",
			denied[i].count, denied[i].call, denied[i].detail);
}
