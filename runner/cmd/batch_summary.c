#include "runner/cmd/batch_summary.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "runner/base/arena.h"
#include "runner/base/buf.h"
#include "runner/base/err.h"
#include "runner/base/file.h"
#include "runner/base/jsonout.h"
#include "runner/base/text.h"
#include "runner/base/width.h"
#include "runner/cmd/cmd.h"

#define CSV_MAX      ((size_t)64 << 20)
#define NAME_COLUMNS 32

static const char *outcome_of(const struct batch_row *row)
{
	if (row->status == EXIT_STATUS_USAGE)
		return "unreadable";
	return row->ended ? outcome_name(row->outcome) : "not-begun";
}

static int percent_of(const struct batch_row *row)
{
	return row->max_points ? (int)((int64_t)row->points * 10000 /
				       row->max_points)
			       : 0;
}

/* 0 % would be a verdict. */
static const char *percent_text(struct arena *arena,
				const struct batch_row *row)
{
	int percent = percent_of(row);

	if (!row->max_points && row->outcome != OUTCOME_NOT_GRADABLE)
		return "-  ";
	return arena_printf(arena, "%d.%02d %%", percent / 100, percent % 100);
}

void batch_print(struct arena *arena, FILE *out, const struct batch_row *rows,
		 size_t n)
{
	size_t kept = 0, passed = 0, ours = 0;

	for (size_t i = 0; i < n; i++) {
		const struct batch_row *row = &rows[i];

		kept += row->kept;
		passed += row->ended && row->outcome == OUTCOME_PASSED;
		ours += row->ended && row->status == EXIT_STATUS_INTERNAL;
		fprintf(out, "%s %8s  %-12s %s%s\n",
			width_padded(arena,
				     text_visible(arena, span_of(row->name),
						  60),
				     NAME_COLUMNS),
			percent_text(arena, row), outcome_of(row),
			row->kept ? "(kept) " : "",
			text_visible(arena, span_of(row->reason), 160));
	}
	fprintf(out, "%zu submissions, %zu passed", n, passed);
	if (kept)
		fprintf(out, ", %zu kept from before", kept);
	if (ours)
		fprintf(out, ", %zu with an error that is not theirs", ours);
	fprintf(out, "\n");
}

/*
 * RFC 4180; and an apostrophe before what a spreadsheet would take for a
 * formula, because names come from candidates.  One row stays one line, and
 * nothing in it is obeyed by a terminal.
 */
static int csv_field(struct arena *arena, struct buf *out, const char *text,
		     char end)
{
	const char *s = text_visible(arena, span_of(text), 0);
	int r = buf_add_char(out, '"');

	if (*text && strchr("=+-@\t\r", *text))
		r |= buf_add_char(out, '\'');
	for (; *s; s++) {
		if (*s == '"')
			r |= buf_add_char(out, '"');
		r |= buf_add_char(out, *s);
	}
	r |= buf_add_char(out, '"');
	return r | buf_add_str(out, end == '\n' ? "\r\n" : ",");
}

static int csv_row(struct arena *arena, struct buf *out,
		   const struct batch_row *row)
{
	char points[TEXT_POINTS_BYTES], max[TEXT_POINTS_BYTES],
		percent[TEXT_POINTS_BYTES];
	int r;

	text_points(row->points, points);
	text_points(row->max_points, max);
	text_points(percent_of(row), percent);
	r = csv_field(arena, out, row->name, ',');
	r |= csv_field(arena, out, outcome_of(row), ',');
	r |= buf_printf(out, "%s,%s,%s,%d,%lld,", points, max, percent,
			row->status, (long long)row->took_ms);
	return r | csv_field(arena, out, row->reason, '\n');
}

static int write_csv(struct arena *arena, const char *folder,
		     const struct batch_row *rows, size_t n, struct err *err)
{
	AUTO_BUF out = BUF_INIT(CSV_MAX);
	int r = buf_add_str(&out, "name,outcome,points,max_points,percent,"
				  "status,took_ms,reason\r\n");

	for (size_t i = 0; i < n; i++)
		r |= csv_row(arena, &out, &rows[i]);
	if (r < 0)
		return err_set(err, EMSGSIZE, "the summary is too large");
	return file_write(arena_printf(arena, "%s/" BATCH_CSV, folder),
			  buf_span(&out), err);
}

static struct jsonout *row_json(const struct batch_row *row)
{
	struct jsonout *out = jsonout_object();

	jsonout_str(out, "name", row->name);
	jsonout_str(out, "outcome", outcome_of(row));
	jsonout_hundredths(out, "points", row->points);
	jsonout_hundredths(out, "max_points", row->max_points);
	jsonout_hundredths(out, "percent", percent_of(row));
	jsonout_int(out, "status", row->status);
	jsonout_bool(out, "kept", row->kept);
	jsonout_int(out, "took_ms", row->took_ms);
	jsonout_str(out, "reason", row->reason);
	return out;
}

static int write_json(struct arena *arena, const char *folder,
		      const struct batch_row *rows, size_t n, struct err *err)
{
	AUTO(jsonout_free) struct jsonout *out = jsonout_object();
	struct jsonout *list = jsonout_array();
	char *text;
	int r;

	jsonout_str(out, "format", "fumehood-batch/1");
	for (size_t i = 0; i < n; i++)
		jsonout_add(list, NULL, row_json(&rows[i]));
	jsonout_add(out, "submissions", list);
	text = jsonout_pretty(out);
	r = file_write(arena_printf(arena, "%s/" BATCH_JSON, folder),
		       span_of(text), err);
	free(text);
	return r;
}

int batch_write(struct arena *arena, const char *folder,
		const struct batch_row *rows, size_t n, struct err *err)
{
	struct err why;
	int r = write_csv(arena, folder, rows, n, err);
	int r_json = write_json(arena, folder, rows, n, r < 0 ? &why : err);

	return r < 0 ? r : r_json;
}

int batch_status(const struct batch_row *rows, size_t n)
{
	int status = EXIT_STATUS_OK;

	for (size_t i = 0; i < n; i++) {
		if (rows[i].status == EXIT_STATUS_ISOLATION ||
		    rows[i].status == EXIT_STATUS_INTERNAL)
			return rows[i].status;
		if (rows[i].status != EXIT_STATUS_OK)
			status = EXIT_STATUS_BELOW;
	}
	return status;
}
