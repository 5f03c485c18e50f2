#include "runner/cmd/console.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "runner/report/report.h"

#define COLUMNS_DEFAULT 80
#define COLUMNS_MAX     1000

static const char *env(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? value : NULL;
}

bool console_has_color(FILE *stream)
{
	const char *term = env("TERM");

	return isatty(fileno(stream)) && !env("NO_COLOR") && term &&
	       strcmp(term, "dumb") != 0;
}

/* Without setlocale(): its other effects (decimal commas) are not wanted. */
bool console_has_unicode(void)
{
	const char *locale = env("LC_ALL");

	if (!locale)
		locale = env("LC_CTYPE");
	if (!locale)
		locale = env("LANG");
	return locale && (strcasestr(locale, "UTF-8") ||
			  strcasestr(locale, "UTF8"));
}

int console_columns(FILE *stream)
{
	struct winsize size;
	const char *columns = env("COLUMNS");
	long n;

	if (!ioctl(fileno(stream), TIOCGWINSZ, &size) && size.ws_col)
		return size.ws_col;
	n = columns ? strtol(columns, NULL, 10) : 0;
	return n > 0 && n <= COLUMNS_MAX ? (int)n : COLUMNS_DEFAULT;
}

struct paper console_paper(struct arena *arena)
{
	struct report_options own = {
		.color = console_has_color(stdout),
		.unicode = console_has_unicode(),
		.columns = isatty(STDOUT_FILENO) ? console_columns(stdout)
						 : CONSOLE_ENDLESS,
	};

	return paper_new(arena, stdout, &own);
}
