#include "tests/unit/conformance.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "runner/base/arena.h"
#include "tests/unit/suite.h"

const char *conformance_path(struct arena *arena, const char *name, int count)
{
	const char *root = getenv("FUMEHOOD_CONFORMANCE");
	const char *path = arena_printf(
		arena, "%s/%s", root ? root : "../shared/conformance", name);
	struct stat st;

	if (!stat(path, &st))
		return path;
	printf("SKIPPED %s: %d cases, no folder %s "
	       "(set FUMEHOOD_CONFORMANCE)\n",
	       name, count, path);
	ck_assert_msg(!getenv("CI"), "conformance suite %s is missing", name);
	return NULL;
}

static int by_path(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool ends_in(const char *s, const char *suffix)
{
	size_t n = strlen(s), m = strlen(suffix);

	return n >= m && !strcmp(s + n - m, suffix);
}

const char **conformance_files(struct arena *arena, const char *dir,
			       const char *suffix, size_t *ret_n)
{
	const char **files = arena_array(arena, 1, sizeof(*files));
	size_t n = 0, cap = 1;
	DIR *d = opendir(dir);

	ck_assert_msg(d != NULL, "%s cannot be listed", dir);
	for (struct dirent *e; (e = readdir(d));) {
		if (!ends_in(e->d_name, suffix))
			continue;
		if (n + 1 == cap) {
			files = arena_grow(arena, files, n, cap * 2,
					   sizeof(*files));
			cap *= 2;
		}
		files[n++] = arena_printf(arena, "%s/%s", dir, e->d_name);
	}
	closedir(d);
	files[n] = NULL;
	qsort(files, n, sizeof(*files), by_path);
	*ret_n = n;
	return files;
}

struct span conformance_read(struct arena *arena, const char *path)
{
	FILE *f = fopen(path, "rb");
	struct stat st;
	char *data;

	ck_assert_msg(f && !fstat(fileno(f), &st), "%s cannot be read", path);
	data = arena_alloc(arena, (size_t)st.st_size + 1);
	ck_assert_uint_eq(fread(data, 1, (size_t)st.st_size, f), st.st_size);
	fclose(f);
	return (struct span){data, (size_t)st.st_size};
}

void conformance_count(const char *name, int good, int all)
{
	printf("conformance %s: %d of %d\n", name, good, all);
	fflush(stdout);
}
