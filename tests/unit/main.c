#include <stdio.h>
#include <stdlib.h>

#include "tests/unit/suite.h"

#define SUITES_MAX 200

static struct {
	const char *name;
	void (*fill)(TCase *tcase);
} suites[SUITES_MAX];
static int n_suites;

void suite_register(const char *name, void (*fill)(TCase *tcase))
{
	if (n_suites == SUITES_MAX)
		abort();
	suites[n_suites].name = name;
	suites[n_suites++].fill = fill;
}

int main(void)
{
	SRunner *runner = srunner_create(NULL);
	int failed, all;

	for (int i = 0; i < n_suites; i++) {
		Suite *suite = suite_create(suites[i].name);
		TCase *tcase = tcase_create(suites[i].name);

		tcase_set_timeout(tcase, 60);
		suites[i].fill(tcase);
		suite_add_tcase(suite, tcase);
		srunner_add_suite(runner, suite);
	}
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	all = srunner_ntests_run(runner);
	srunner_free(runner);
	printf("%d passed, %d failed\n", all - failed, failed);
	return failed || !all;
}
