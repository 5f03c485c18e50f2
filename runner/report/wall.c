#include "runner/report/wall.h"

#include <time.h>

#include "runner/base/arena.h"
#include "runner/report/facts.h"
#include "runner/transcript/record.h"

int64_t wall_begin_ms(const struct record *r)
{
	const char *text = fact_str(r->begin, "time", "");
	struct tm tm = { 0 };
	const char *rest = strptime(text, "%Y-%m-%dT%H:%M:%SZ", &tm);

	return rest && !*rest ? (int64_t)timegm(&tm) * 1000 : 0;
}

const char *wall_text(struct arena *arena, int64_t epoch_ms)
{
	time_t seconds = (time_t)(epoch_ms / 1000);
	struct tm tm;
	char text[32];

	gmtime_r(&seconds, &tm);
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
	return arena_printf(arena, "%s.%03dZ", text, (int)(epoch_ms % 1000));
}
