/* wall -- wall-clock times of a record, for formats that want them. */
#ifndef RUNNER_REPORT_WALL_H
#define RUNNER_REPORT_WALL_H

#include <stdint.h>

struct arena;
struct record;

/* When the run began, in milliseconds since 1970; 0 when unknown. */
int64_t wall_begin_ms(const struct record *r);

/* "2026-11-22T18:54:10.125Z" */
const char *wall_text(struct arena *arena, int64_t epoch_ms);

#endif
