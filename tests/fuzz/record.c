/* A transcript from who knows where, and every report that is made of it. */
#include <stdint.h>
#include <stdio.h>

#include "runner/base/arena.h"
#include "runner/base/err.h"
#include "runner/report/report.h"
#include "runner/transcript/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span lines = { (const char *)data, size };
	static FILE *nowhere;

	if (!nowhere)
		nowhere = fopen("/dev/null", "w");
	for (int view = VIEW_INTERVIEWER; view <= VIEW_CANDIDATE; view++) {
		AUTO(arena_free) struct arena *arena = arena_new();
		struct report_options options = {
			.view = (enum report_view)view,
			.unicode = true,
			.color = true,
		};
		const struct record *record;
		struct err err;

		if (record_read(arena, lines, &record, &err) < 0)
			return 0;
		for (size_t i = 0; report_formats[i]; i++)
			report_write(report_formats[i], arena, nowhere, record,
				     &options, &err);
	}
	return 0;
}
