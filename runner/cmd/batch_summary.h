/* batch_summary -- what a batch came to: a table, CSV and JSON. */
#ifndef RUNNER_CMD_BATCH_SUMMARY_H
#define RUNNER_CMD_BATCH_SUMMARY_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "runner/transcript/record.h"

struct arena;
struct err;

#define BATCH_CSV  "summary.csv"
#define BATCH_JSON "summary.json"

/* Fixed size: a worker fills it in memory that it shares with the parent. */
struct batch_row {
	char name[256]; /* of the folder of its result */
	bool ended;     /* false: it was never begun */
	bool kept;      /* graded by an earlier batch */
	int status;     /* exit status of its grade */
	enum outcome outcome;
	int points, max_points; /* hundredths */
	int64_t took_ms;
	char reason[240];
};

void batch_print(struct arena *arena, FILE *out, const struct batch_row *rows,
		 size_t n);

/* FOLDER/summary.csv (RFC 4180) and FOLDER/summary.json. */
int batch_write(struct arena *arena, const char *folder,
		const struct batch_row *rows, size_t n, struct err *err);

/* 0 when all reached the threshold, 1 when some did not or could not be
 * graded, the status of isolation or our own failure when there was one. */
int batch_status(const struct batch_row *rows, size_t n);

#endif
