/*
 * calibrate -- does an exercise tell right answers from flawed ones?
 *
 * calibrate.c runs and judges, calibrate_report.c prints.
 */
#ifndef RUNNER_CMD_CALIBRATE_H
#define RUNNER_CMD_CALIBRATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct exercise;
struct jsonout;

#define CALIBRATE_STARTER_PERCENT 25

enum sample_kind { SAMPLE_RIGHT, SAMPLE_STARTER, SAMPLE_FLAWED };

#define CALIBRATE_CRITERIA_MAX  200
#define CALIBRATE_PROBLEM_BYTES 240

/* What grading one answer came to; filled by a worker, in shared memory. */
struct sample_result {
	bool lost[CALIBRATE_CRITERIA_MAX]; /* with the first seed */
	int points, max_points;            /* the same; hundredths */
	size_t n_runs;
	int64_t total_ms, max_ms;
	char problem[CALIBRATE_PROBLEM_BYTES]; /* "": as it should be */
};

/* One answer that the exercise comes with, graded once per seed. */
struct sample {
	enum sample_kind kind;
	const char *name; /* "model", "starter", "flawed/no-allow" */
	const struct exercise_flaw *flaw;
	struct sample_result *result;
};

struct calibration {
	const struct exercise *ex;
	struct sample *samples;
	size_t n_samples;
	const char **problems; /* of the exercise as a whole */
	size_t n_problems;
	size_t n_seeds;
};

bool calibration_holds(const struct calibration *cal);
void calibration_print(FILE *out, const struct calibration *cal);
struct jsonout *calibration_json(const struct calibration *cal);

#endif
