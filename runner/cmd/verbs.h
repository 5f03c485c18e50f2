/* verbs -- every verb of the command line; verbs.c puts them in order. */
#ifndef RUNNER_CMD_VERBS_H
#define RUNNER_CMD_VERBS_H

#include "runner/cmd/cmd.h"

extern const struct verb verb_box;
extern const struct verb verb_calibrate;
extern const struct verb verb_check;
extern const struct verb verb_completion;
extern const struct verb verb_diff;
extern const struct verb verb_doctor;
extern const struct verb verb_env;
extern const struct verb verb_explain;
extern const struct verb verb_grade;
extern const struct verb verb_keygen;
extern const struct verb verb_help;
extern const struct verb verb_hint;
extern const struct verb verb_lint;
extern const struct verb verb_list;
extern const struct verb verb_new;
extern const struct verb verb_probe;
extern const struct verb verb_regrade;
extern const struct verb verb_replay;
extern const struct verb verb_report;
extern const struct verb verb_reset;
extern const struct verb verb_show;
extern const struct verb verb_verify;
extern const struct verb verb_warm;
extern const struct verb verb_watch;

#endif
