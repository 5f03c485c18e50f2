#include "runner/cmd/outcome.h"

#include "runner/cmd/cmd.h"

int outcome_status(enum outcome outcome)
{
	switch (outcome) {
	case OUTCOME_PASSED:
		return EXIT_STATUS_OK;
	case OUTCOME_FAILED:
		return EXIT_STATUS_BELOW;
	case OUTCOME_FLAKY:
		return EXIT_STATUS_FLAKY;
	case OUTCOME_NOT_GRADABLE:
		return EXIT_STATUS_NOT_GRADABLE;
	case OUTCOME_TIME_OVER:
		return EXIT_STATUS_TIME_OVER;
	case OUTCOME_INTERRUPTED:
		return EXIT_STATUS_INTERRUPTED;
	case OUTCOME_ISOLATION:
		return EXIT_STATUS_ISOLATION;
	case OUTCOME_BROKEN:
		return EXIT_STATUS_INTERNAL;
	}
	return EXIT_STATUS_INTERNAL;
}
