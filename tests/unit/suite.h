/*
 * suite -- how a unit test file joins the program `unit`.
 *
 *	START_TEST(refuses_to_grow_beyond_its_limit) { ... } END_TEST
 *	SUITE(buf)
 *	{
 *		TEST(refuses_to_grow_beyond_its_limit);
 *	}
 *
 * No list to keep: each file registers itself.  CK_RUN_SUITE=buf runs one.
 */
#ifndef TESTS_UNIT_SUITE_H
#define TESTS_UNIT_SUITE_H

#include <check.h>

/* Makes the suite `name` known; called before main(). */
void suite_register(const char *name, void (*fill)(TCase *tcase));

#define SUITE(name)                                                            \
	static void fill_##name(TCase *tcase);                                 \
	__attribute__((constructor)) static void register_##name(void)         \
	{                                                                      \
		suite_register(#name, fill_##name);                            \
	}                                                                      \
	static void fill_##name(TCase *tcase)

#define TEST(fn)          tcase_add_test(tcase, fn)
#define TEST_LOOP(fn, n)  tcase_add_loop_test(tcase, fn, 0, (int)(n))

#endif
