/* outcome -- how a record's outcome becomes the program's exit status. */
#ifndef RUNNER_CMD_OUTCOME_H
#define RUNNER_CMD_OUTCOME_H

#include "runner/transcript/record.h"

int outcome_status(enum outcome outcome);

#endif
