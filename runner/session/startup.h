/* startup -- why an app did not come up, and whose fault that is. */
#ifndef RUNNER_SESSION_STARTUP_H
#define RUNNER_SESSION_STARTUP_H

#include "runner/session/service.h"

/*
 * Look at how the program ended, and at what it printed from `output_at`.
 * `again`: not the first start, so it began in what the app had left, and no
 * way to end speaks against us.
 */
struct service_failure startup_failure(struct arena *arena,
				       const struct service_spec *spec,
				       struct sandbox *box, int64_t output_at,
				       bool again);

#endif
