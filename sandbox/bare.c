#include "sandbox/bare.h"

#include <errno.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <sys/fsuid.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox/caps.h"
#include "sandbox/landlock.h"

/*
 * In a child, because there is no way back.  A system may give a namespace
 * and no right in it, which shows at the first mount.
 */
static bool can_have(int flags)
{
	pid_t pid = fork();
	int status = 1;

	if (pid < 0)
		return true; /* and the box will say what is wrong */
	if (pid == 0)
		_exit(unshare(flags) < 0 ||
		      (flags & CLONE_NEWNS &&
		       mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0));
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return status == 0;
}

bool bare_is_all(void)
{
	static const int kinds[] = { CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET,
				     CLONE_NEWNS, CLONE_NEWPID, CLONE_NEWNET };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (can_have(kinds[i] | CLONE_NEWUSER) ||
		    (geteuid() == 0 && can_have(kinds[i])))
			return false;
	}
	return true;
}

const char *bare_refusal(int landlock_abi, bool root, bool has_ids,
			 enum sandbox_layer *ret_layer)
{
	*ret_layer = SANDBOX_LAYER_LANDLOCK;
	if (landlock_abi < BARE_LANDLOCK_ABI)
		return "no namespace can be had here, so files and TCP need "
		       "Landlock of version 4 (Linux 6.7) or later";
	if (!root && landlock_abi < LANDLOCK_ABI_SCOPED)
		return "no namespace can be had here, and before version 6 of "
		       "Landlock (Linux 6.12) a program with your uid could "
		       "signal your processes";
	*ret_layer = SANDBOX_LAYER_UID;
	if (root && !has_ids)
		return "no namespace can be had here, and to give a program "
		       "another uid than root's takes the capabilities setuid, "
		       "setgid, chown, kill, fowner and dac_override";
	return NULL;
}

bool bare_has_ids(void)
{
	const uint64_t needed = CAP_BIT(CAP_SETUID) | CAP_BIT(CAP_SETGID) |
				CAP_BIT(CAP_CHOWN) | CAP_BIT(CAP_KILL) |
				CAP_BIT(CAP_DAC_OVERRIDE) |
				CAP_BIT(CAP_FOWNER);

	return (caps_held() & needed) == needed;
}

void bare_end_group(pid_t leader)
{
	siginfo_t info;

	/* The signal reaches all of them at once: whoever is about to fork
	 * does not get to it. */
	if (leader > 0 && waitid(P_PID, (id_t)leader, &info,
				 WEXITED | WNOHANG | WNOWAIT) == 0)
		kill(-leader, SIGKILL);
}

void bare_look_as(const struct ids *ids, bool begin)
{
	if (!ids->pair)
		return;
	setfsgid(begin ? ids->app_gid : getegid());
	setfsuid(begin ? ids->app : geteuid());
}
