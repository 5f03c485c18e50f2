/* page -- what stands between the head and the keys of the screen. */
#ifndef RUNNER_WATCH_PAGE_H
#define RUNNER_WATCH_PAGE_H

struct paper;
struct screen;

/* All lines of the page that is turned to. */
void page_print(const struct screen *s, struct paper *p);

#endif
