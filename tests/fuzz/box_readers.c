/* What the keeper reads in /proc and cgroups; names in it are the program's. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "sandbox/bare.h"
#include "sandbox/cgroup.h"
#include "sandbox/features.h"
#include "sandbox/net.h"
#include "sandbox/proc.h"

#define PORTS_MAX 8

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char text[8192];
	struct proc_usage usage = { 0 };
	struct proc_identity identity = { 0 };
	uint16_t ports[PORTS_MAX];
	char path[64];
	uint64_t inode;
	int child;

	if (size >= sizeof(text))
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	if (proc_parse_status(text, &usage) && usage.threads < 0)
		__builtin_trap();
	if (proc_parse_stat(text, &usage) && usage.cpu_us < 0)
		__builtin_trap();
	if (proc_parse_rollup(text, &usage) && usage.memory_bytes < 0)
		__builtin_trap();
	if (proc_parse_session(text) < 0 || proc_parse_sockstat(text) < 0)
		__builtin_trap();
	if (bare_parse_mapping(text, "/tmp/fumehood-box-", &inode) < -1)
		__builtin_trap();
	if (proc_parse_identity(text, &identity) && identity.session < 0)
		__builtin_trap();
	for (const char *s = text; (s = proc_next_child(s, &child)) != NULL;) {
		if (child <= 0)
			__builtin_trap();
	}
	(void)features_kernel_will_do(text);
	(void)cgroup_value(text, "oom_kill");
	if (cgroup_path(text, "memory", path, sizeof(path)) &&
	    strnlen(path, sizeof(path)) == sizeof(path))
		__builtin_trap();
	if (net_listeners(text, 8000, ports, 0, PORTS_MAX) > PORTS_MAX)
		__builtin_trap();
	return 0;
}
