#include <string.h>

#include "runner/cmd/cmd.h"
#include "runner/cmd/verbs.h"

const struct verb *const verb_table[] = {
	/* grading */
	&verb_grade,
	&verb_calibrate,
	/* transcripts */
	&verb_report,
	&verb_regrade,
	&verb_replay,
	&verb_verify,
	&verb_diff,
	&verb_keygen,
	/* exercises */
	&verb_list,
	&verb_show,
	&verb_probe,
	&verb_lint,
	/* practice */
	&verb_new,
	&verb_watch,
	&verb_check,
	&verb_hint,
	&verb_explain,
	&verb_reset,
	/* the box and its surroundings */
	&verb_box,
	&verb_doctor,
	&verb_warm,
	&verb_env,
	/* about the program */
	&verb_help,
	&verb_completion,
	NULL,
};

const struct verb *verb_find(const char *name)
{
	for (size_t i = 0; verb_table[i]; i++)
		if (!strcmp(verb_table[i]->name, name))
			return verb_table[i];
	return NULL;
}
