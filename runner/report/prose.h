/*
 * prose -- Markdown as a brief is written in, laid out for the paper's width.
 *
 * Paragraphs and list items flow, tables take the columns that they need, what
 * is fenced stays as it is.  Marks stay where they are: a brief is read beside
 * its source, and says which words are code.
 */
#ifndef RUNNER_REPORT_PROSE_H
#define RUNNER_REPORT_PROSE_H

#include "runner/base/span.h"

struct paper;

void prose_print(struct paper *p, struct span markdown);

#endif
