/*
 * paper -- lines for a terminal: colors, symbols, wrapping.
 *
 * Everything printed here has passed through text.h, or is ours.
 */
#ifndef RUNNER_REPORT_PAPER_H
#define RUNNER_REPORT_PAPER_H

#include <stdbool.h>
#include <stdio.h>

#include "runner/base/attr.h"
#include "runner/base/span.h"
#include "runner/transcript/transcript.h"

struct arena;
struct report_options;

struct paper {
	struct arena *arena;
	FILE *out;
	bool color, unicode;
	int columns; /* never below PAPER_COLUMNS_MIN */
	struct span said; /* the traceback that was shown last, if any */
};

#define PAPER_COLUMNS_MIN 20

enum ink { INK_PLAIN, INK_BOLD, INK_DIM, INK_RED, INK_GREEN, INK_YELLOW };

struct paper paper_new(struct arena *arena, FILE *out,
		       const struct report_options *options);

/* Text in that color; returns its columns. */
int paper_ink(struct paper *p, enum ink ink, const char *text);

/* "✓" or "ok", and its color. */
const char *paper_symbol(const struct paper *p, enum status status);
enum ink paper_status_ink(enum status status);

/*
 * `text` with `indent` blanks before every line but the first, whose
 * `column` is reached already: at blanks where it can be, else anywhere.
 */
void paper_wrap(struct paper *p, enum ink ink, int indent, int column,
		const char *text);

/* Bytes of the line that `text` begins with where it is wrapped to so many
 * columns: up to a blank where there is one, and never none. */
size_t paper_fit(const char *text, int columns);

/* "    label     text", wrapped behind the label. */
void paper_field(struct paper *p, enum ink ink, const char *label,
		 const char *text);

/* A field of several lines (candidate's bytes): escaped, `max_lines` of them
 * shown, cut at the width; `all_bytes` is said when more were left out. */
void paper_excerpt(struct paper *p, const char *label, struct span bytes,
		   int max_lines, int64_t all_bytes);

/* What somebody else may have chosen, on one line. */
const char *paper_safe(struct paper *p, const char *text);

/* Columns of UTF-8 text. */
int paper_width(const char *text);

#endif
