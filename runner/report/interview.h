/*
 * interview -- what an interviewer reads first: red flags, questions, and how
 * somebody got there.  None of it is worth a point, and none of it belongs in
 * a candidate's view.
 */
#ifndef RUNNER_REPORT_INTERVIEW_H
#define RUNNER_REPORT_INTERVIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct record;
struct record_check;

#define RED_FLAG_EVIDENCE_MAX 5

/* Something to look at, with the events that show it. */
struct red_flag {
	const char *id;        /* "traceback-shown" */
	const char *text;      /* one line */
	size_t count;          /* how often it was seen */
	const char *criterion; /* that asked when it was seen first, or NULL */
	size_t evidence[RED_FLAG_EVIDENCE_MAX]; /* numbers of events */
	size_t n_evidence;
};

/* The gravest first; *ret_n of them. */
const struct red_flag *interview_flags(struct arena *arena,
				       const struct record *r, size_t *ret_n);

#define QUESTIONS_FEW 5

struct question {
	const char *criterion, *title; /* of the criterion */
	const char *text;
	const struct record_check *check; /* that failed; NULL: none did */
	bool is_about_loss; /* else it is there to go deeper */
	const char *why;    /* one line, about the check or the criterion */
	int lost;           /* hundredths of a point */
};

/*
 * Those of what failed, the greatest loss first; then of what was lost without
 * being asked.  Where that makes few, some to go deeper, about what is worth
 * most of what passed, until there are QUESTIONS_FEW.
 */
const struct question *interview_questions(struct arena *arena,
					   const struct record *r,
					   size_t *ret_n);

/*
 * What the folder of practice that was handed in tells of itself.  It comes
 * from the candidate's side, who could have written anything there.
 */
struct claimed_practice {
	int64_t runs;       /* whole grades */
	int64_t minutes;    /* of the time box; 0: none */
	int64_t took_s;     /* from the beginning to the last grade */
	struct claimed_pass {
		const char *criterion;
		int64_t after_s; /* the first grade in which it passed */
	} const *passes;
	size_t n_passes;
};

/* False when the transcript holds none. */
bool interview_practice(struct arena *arena, const struct record *r,
			struct claimed_practice *ret);

/* "4:10", "1:02:33" */
const char *interview_time(struct arena *arena, int64_t seconds);

#endif
