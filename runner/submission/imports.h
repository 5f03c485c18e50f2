/* imports -- which packages a submission will import, for those who wait. */
#ifndef RUNNER_SUBMISSION_IMPORTS_H
#define RUNNER_SUBMISSION_IMPORTS_H

struct arena;
struct submission;

/* Top-level names of all absolute imports of all modules: "flask,jwt".  A
 * guess that is wrong costs time and nothing else. */
const char *imports_list(struct arena *arena, const struct submission *sub);

#endif
