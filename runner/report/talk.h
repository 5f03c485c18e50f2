/* talk -- what a terminal shows to the interviewer alone. */
#ifndef RUNNER_REPORT_TALK_H
#define RUNNER_REPORT_TALK_H

struct paper;
struct record;

/* Red flags, questions, time to first pass, notes (NULL: none). */
void talk_print(struct paper *p, const struct record *r, const char *notes);

#endif
