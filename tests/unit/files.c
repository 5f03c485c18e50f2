#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runner/watch/files.h"
#include "tests/unit/suite.h"

/* Each test runs in a process of its own, so these are its own too. */
static char dir[PATH_MAX] = "/tmp/fumehood-files-XXXXXX";
static struct files *files;
static int saves;

static int remove_one(const char *path, const struct stat *st, int flag,
		      struct FTW *ftw)
{
	(void)st, (void)flag, (void)ftw;
	return remove(path);
}

static void end(void)
{
	files_free(files);
	nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static void begin(bool poll)
{
	atexit(end); /* also when a check fails */
	ck_assert_ptr_nonnull(mkdtemp(dir));
	ck_assert_int_eq(files_new(&files, dir, poll, NULL), 0);
	ck_assert(!files_changed(files));
}

static const char *at(const char *name)
{
	static char path[2][PATH_MAX + 64];
	static int i;

	i = !i;
	snprintf(path[i], sizeof(path[i]), "%s/%s", dir, name);
	return path[i];
}

/* Never twice the same size, so that a coarse clock does not matter. */
static void save(const char *name)
{
	FILE *out = fopen(at(name), "w");

	ck_assert_ptr_nonnull(out);
	saves++;
	fprintf(out, "%*d", saves, saves);
	fclose(out);
}

START_TEST(a_save_is_seen_once)
{
	begin(_i);
	save("app.py");
	save("app.py");
	ck_assert(files_changed(files));
	ck_assert(!files_changed(files));
}
END_TEST

START_TEST(a_save_by_renaming_is_seen)
{
	begin(_i);
	save("app.py");
	ck_assert(files_changed(files));
	save("app.py.tmp");
	ck_assert(!files_changed(files));
	ck_assert_int_eq(rename(at("app.py.tmp"), at("app.py")), 0);
	ck_assert(files_changed(files));
}
END_TEST

START_TEST(a_save_in_a_new_folder_is_seen)
{
	begin(_i);
	ck_assert_int_eq(mkdir(at("pkg"), 0777), 0);
	files_changed(files);
	save("pkg/models.py");
	ck_assert(files_changed(files));
}
END_TEST

START_TEST(a_deleted_file_is_seen)
{
	begin(_i);
	save("app.py");
	files_changed(files);
	ck_assert_int_eq(unlink(at("app.py")), 0);
	ck_assert(files_changed(files));
}
END_TEST

static const struct {
	const char *name;
	bool source;
} names[] = {
	{ "app.py", true },    { "templates", true },  { "x", true },
	{ ".app.py.swp", false }, { "app.py~", false }, { "4913", false },
	{ "a.pyc", false },    { "__pycache__", false }, { ".git", false },
	{ ".#app.py", false }, { "app.db", true },
};

START_TEST(what_editors_and_python_leave_behind_is_no_save)
{
	begin(false);
	ck_assert_int_eq(files_is_source(names[_i].name), names[_i].source);
	save(names[_i].name);
	ck_assert_int_eq(files_changed(files), names[_i].source);
}
END_TEST

SUITE(files)
{
	TEST_LOOP(a_save_is_seen_once, 2);
	TEST_LOOP(a_save_by_renaming_is_seen, 2);
	TEST_LOOP(a_save_in_a_new_folder_is_seen, 2);
	TEST_LOOP(a_deleted_file_is_seen, 2);
	TEST_LOOP(what_editors_and_python_leave_behind_is_no_save,
		  ARRAY_LEN(names));
}
