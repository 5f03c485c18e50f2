/* style -- how the HTML report looks: light, dark and on paper. */
#ifndef RUNNER_REPORT_STYLE_H
#define RUNNER_REPORT_STYLE_H

extern const char html_css[];

#endif
