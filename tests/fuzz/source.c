/* What is read in a submission's own files and never run. */
#include <stdint.h>

#include "runner/base/arena.h"
#include "runner/exercise/brief.h"
#include "runner/submission/pysource.h"
#include "runner/submission/startline.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	struct span text = { (const char *)data, size };
	struct pysource source;
	struct startline line;

	pysource_look(text, &source);
	for (size_t i = 0; i < source.n_imports; i++) {
		struct span name = source.imports[i];

		if (name.data < text.data ||
		    name.data + name.len > text.data + text.len)
			__builtin_trap();
	}
	pysource_setting(text, "wsgi_app");
	startline_procfile(arena, text, &line);
	startline_gunicorn(arena, text, &line);
	startline_dotenv(arena, text, &line);
	brief_clause(arena, text, "R1.1");
	return 0;
}
