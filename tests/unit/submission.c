#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "runner/base/arena.h"
#include "runner/base/buf.h"
#include "runner/base/err.h"
#include "runner/base/file.h"
#include "runner/submission/intake.h"
#include "runner/submission/submission.h"
#include "tests/unit/suite.h"

static struct arena *arena;
static char *top; /* a fresh folder of each test */

static void set_up(void)
{
	arena = arena_new();
	top = arena_strdup(arena, "/tmp/fumehood-unit-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(top));
}

static void tear_down(void)
{
	intake_remove(top);
	arena_free(arena);
}

static const char *at(const char *name)
{
	return arena_printf(arena, "%s/%s", top, name);
}

static void put(const char *name, const char *text)
{
	char *slash = strrchr(name, '/');

	if (slash)
		ck_assert_int_eq(file_make_dirs(at(arena_printf(arena, "%.*s",
			(int)(slash - name), name)), NULL), 0);
	ck_assert_int_eq(file_write(at(name), span_of(text), NULL), 0);
}

static const struct submission *opened(const char *path)
{
	const struct submission *sub;
	struct err err;

	if (submission_open(arena, path, &sub, &err) < 0)
		ck_abort_msg("%s", err.msg);
	return sub;
}

/* Its paths, each with a space behind it. */
static const char *paths(const struct submission *sub)
{
	struct buf out = BUF_INIT(10000);
	const char *text;

	for (size_t i = 0; i < sub->n_files; i++)
		buf_printf(&out, "%s ", sub->files[i].path);
	text = arena_strdup(arena, buf_str(&out));
	buf_release(&out);
	return text;
}

static bool noted(const struct submission *sub, const char *part)
{
	for (size_t i = 0; i < sub->n_notes; i++)
		if (strstr(sub->notes[i], part))
			return true;
	return false;
}

/* A ustar member, written by hand: this must not depend on what it tests. */
static void add_tar(struct buf *tar, const char *name, char type,
		    const char *target, const char *text)
{
	char head[512] = "", zeros[512] = "";
	unsigned sum = 0;
	size_t n = text ? strlen(text) : 0;

	snprintf(head, 100, "%s", name);
	memcpy(head + 100, "0000644\0" "0000000\0" "0000000", 23);
	snprintf(head + 124, 12, "%011o", (unsigned)n % 01000000);
	snprintf(head + 136, 12, "%011o", 0u);
	memset(head + 148, ' ', 8);
	head[156] = type;
	snprintf(head + 157, 100, "%s", target ? target : "");
	memcpy(head + 257, "ustar\0" "00", 8);
	for (size_t i = 0; i < sizeof(head); i++)
		sum += (unsigned char)head[i];
	snprintf(head + 148, 8, "%06o", sum);
	buf_add(tar, head, sizeof(head));
	buf_add(tar, text ? text : "", n);
	buf_add(tar, zeros, (512 - n % 512) % 512);
}

static const char *finish_tar(struct buf *tar)
{
	char zeros[1024] = "";

	buf_add(tar, zeros, sizeof(zeros));
	ck_assert_int_eq(file_write(at("a.tar"), buf_span(tar), NULL), 0);
	buf_release(tar);
	return at("a.tar");
}

START_TEST(a_folder_is_copied_without_caches_and_links)
{
	const struct submission *sub;
	struct stat st;
	bool has_disk;

	put("s/app.py", "app = 1");
	put("s/pkg/__init__.py", "");
	put("s/.git/config", "x");
	put("s/pkg/__pycache__/a.pyc", "x");
	put("s/my-env/pyvenv.cfg", "x");
	put("s/my-env/lib/a.py", "x");
	put("secret", "secret");
	ck_assert_int_eq(symlink("/etc/passwd", at("s/link")), 0);
	ck_assert_int_eq(symlink("..", at("s/up")), 0);
	ck_assert_int_eq(link(at("secret"), at("s/hard")), 0);
	ck_assert_int_eq(mkfifo(at("s/fifo"), 0600), 0);
	/* Root alone can make one; to open it fails in many places. */
	has_disk = mknod(at("s/disk"), S_IFBLK | 0600, makedev(254, 0)) == 0;
	ck_assert(has_disk || errno == EPERM);
	sub = opened(at("s"));
	ck_assert_str_eq(paths(sub), "app.py pkg/__init__.py ");
	ck_assert(noted(sub, ".git") && noted(sub, "__pycache__") &&
		  noted(sub, "my-env") && noted(sub, "link") &&
		  noted(sub, "hard") && noted(sub, "fifo"));
	ck_assert(noted(sub, "disk") == has_disk);
	submission_close(sub);
	ck_assert_int_eq(stat(sub->base, &st), -1);
}
END_TEST

START_TEST(the_digest_is_of_names_and_contents_alone)
{
	const struct submission *a, *b, *c;

	put("a/app.py", "1");
	put("a/b/c", "2");
	put("z/b/c", "2");
	put("z/app.py", "1");
	put("c/app.py", "1");
	put("c/b/d", "2");
	ck_assert_int_eq(chmod(at("z/app.py"), 0600), 0);
	a = opened(at("a"));
	b = opened(at("z"));
	c = opened(at("c"));
	ck_assert_str_eq(a->digest, b->digest);
	ck_assert_str_ne(a->digest, c->digest);
	submission_close(a);
	submission_close(b);
	submission_close(c);
}
END_TEST

START_TEST(one_python_file_of_any_name_is_the_app)
{
	const struct submission *sub;

	put("answer.py", "app = 1");
	sub = opened(at("answer.py"));
	ck_assert_str_eq(paths(sub), "app.py ");
	ck_assert(noted(sub, "answer.py"));
	submission_close(sub);
}
END_TEST

START_TEST(the_one_folder_of_an_archive_becomes_the_top)
{
	struct buf tar = BUF_INIT(100000);
	const struct submission *sub;
	struct span text;

	add_tar(&tar, "answer/", '5', NULL, NULL);
	add_tar(&tar, "./answer/app.py", '0', NULL, "app = 1");
	add_tar(&tar, "answer/x/y.py", '0', NULL, "y");
	add_tar(&tar, "answer/.git/config", '0', NULL, "y");
	add_tar(&tar, "answer/inside", '2', "x/y.py", NULL);
	sub = opened(finish_tar(&tar));
	ck_assert_str_eq(paths(sub), "app.py x/y.py ");
	ck_assert(noted(sub, "inside"));
	ck_assert_int_eq(file_read(arena,
				   arena_printf(arena, "%s/app.py", sub->dir),
				   100, &text, NULL), 0);
	ck_assert(span_is(text, "app = 1"));
	submission_close(sub);
}
END_TEST

static const struct {
	const char *name;
	char type;
	const char *target, *message;
} bad_members[] = {
	{ "../up.py", '0', NULL, "leaves the submission" },
	{ "a/../../up.py", '0', NULL, "leaves the submission" },
	{ "/etc/cron.d/x", '0', NULL, "is absolute" },
	{ "a/link", '2', "../../etc/passwd", "leads out" },
	{ "link", '2', "/etc/passwd", "leads out" },
	{ "hard", '1', "../x", "leads out" },
	{ "dev", '3', NULL, "is no file but a device" },
	{ "fifo", '6', NULL, "is no file but a device" },
	{ "app.py", '0', NULL, "is there twice" },
	{ "app.py/x", '0', NULL, "is there twice" },
};

START_TEST(an_archive_that_reaches_out_is_refused)
{
	struct buf tar = BUF_INIT(100000);
	const struct submission *sub;
	struct err err;

	add_tar(&tar, "app.py", '0', NULL, "app = 1");
	add_tar(&tar, bad_members[_i].name, bad_members[_i].type,
		bad_members[_i].target,
		bad_members[_i].type == '0' ? "x" : NULL);
	ck_assert_int_eq(submission_open(arena, finish_tar(&tar), &sub, &err),
			 -EINVAL);
	ck_assert_msg(strstr(err.msg, bad_members[_i].message), "%s", err.msg);
}
END_TEST

START_TEST(what_is_no_submission_is_told_from_what_is_not_there)
{
	const struct submission *sub;
	struct err err;

	put("notes.txt", "hello");
	put("broken.zip", "PK\3\4 and nothing more");
	put("empty/.git/config", "x");
	ck_assert_int_eq(submission_open(arena, at("no"), &sub, &err), -ENOENT);
	ck_assert_int_eq(submission_open(arena, at("notes.txt"), &sub, &err),
			 -EINVAL);
	ck_assert_int_eq(submission_open(arena, at("broken.zip"), &sub, &err),
			 -EINVAL);
	ck_assert_int_eq(submission_open(arena, at("empty"), &sub, &err),
			 -EINVAL);
	ck_assert_msg(strstr(err.msg, "no files"), "%s", err.msg);
}
END_TEST

START_TEST(ceilings_hold_for_depth_count_and_bytes)
{
	const struct submission *sub;
	const char *deep = "deep";
	struct err err;
	int fd;

	for (int i = 0; i < SUBMISSION_DEPTH_MAX + 1; i++)
		deep = arena_printf(arena, "%s/d", deep);
	ck_assert_int_eq(file_make_dirs(at(deep), NULL), 0);
	ck_assert_int_eq(submission_open(arena, at("deep"), &sub, &err),
			 -E2BIG);
	put("big/app.py", "");
	fd = open(at("big/app.py"), O_WRONLY);
	ck_assert_int_eq(ftruncate(fd, SUBMISSION_BYTES_MAX + 1), 0);
	close(fd);
	ck_assert_int_eq(submission_open(arena, at("big"), &sub, &err), -EFBIG);
}
END_TEST

START_TEST(copies_of_killed_runners_are_removed_and_others_are_not)
{
	const struct timespec old[2] = { { .tv_sec = 1000 },
					 { .tv_sec = 1000 } };
	const struct submission *sub, *again;
	struct stat st;

	setenv("TMPDIR", top, 1);
	put("s/app.py", "1");
	ck_assert_int_eq(mkdir(at("fumehood-sub-dead"), 0700), 0);
	put("fumehood-sub-dead/tree/app.py", "1");
	ck_assert_int_eq(mkdir(at("fumehood-sub-young"), 0700), 0);
	utimensat(AT_FDCWD, at("fumehood-sub-dead"), old, 0);
	sub = opened(at("s"));
	utimensat(AT_FDCWD, sub->base, old, 0);
	ck_assert_int_eq(stat(at("fumehood-sub-dead"), &st), -1);
	ck_assert_int_eq(stat(at("fumehood-sub-young"), &st), 0);
	again = opened(at("s"));
	ck_assert_int_eq(stat(sub->dir, &st), 0);
	submission_close(again);
	submission_close(sub);
	unsetenv("TMPDIR");
}
END_TEST

SUITE(submission)
{
	tcase_add_checked_fixture(tcase, set_up, tear_down);
	TEST(a_folder_is_copied_without_caches_and_links);
	TEST(the_digest_is_of_names_and_contents_alone);
	TEST(one_python_file_of_any_name_is_the_app);
	TEST(the_one_folder_of_an_archive_becomes_the_top);
	TEST_LOOP(an_archive_that_reaches_out_is_refused,
		  ARRAY_LEN(bad_members));
	TEST(what_is_no_submission_is_told_from_what_is_not_there);
	TEST(copies_of_killed_runners_are_removed_and_others_are_not);
	TEST(ceilings_hold_for_depth_count_and_bytes);
}
