/*
 * claimed -- what a folder of practice that was handed in tells of itself.
 *
 * It lies with the submission, so the candidate could have written anything:
 * only numbers and the ids of public criteria are taken from it, they are
 * recorded as an event of their own, and no verdict looks at them.
 */
#ifndef RUNNER_SESSION_CLAIMED_H
#define RUNNER_SESSION_CLAIMED_H

struct run;

/* Record the event "practice", when the submission is such a folder. */
void run_event_practice(struct run *run);

#endif
