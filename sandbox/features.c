#include "sandbox/features.h"

#include <errno.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox/cgroup.h"
#include "sandbox/ids.h"
#include "sandbox/landlock.h"
#include "sandbox/sandbox.h"

#define FILES_WANTED      1024
#define PRESSURE_NOISY    10.0 /* per cent of the time that somebody waits */
#define LANDLOCK_ABI_GOOD 6    /* keeps signals inside */

static const char fix_userns[] =
	"sysctl user.max_user_namespaces=15000; on Ubuntu 24.04 and later also "
	"kernel.apparmor_restrict_unprivileged_userns=0; in a container, have "
	"its engine allow namespaces";

__attribute__((format(printf, 3, 4)))
static void found(struct feature *f, enum feature_status status,
		  const char *fmt, ...)
{
	va_list ap;

	f->status = status;
	va_start(ap, fmt);
	vsnprintf(f->detail, sizeof(f->detail), fmt, ap);
	va_end(ap);
	if (status == FEATURE_FOUND)
		f->fix = NULL;
}

bool features_kernel_will_do(const char *release)
{
	char *end;
	long major = strtol(release, &end, 10);
	long minor = *end == '.' ? strtol(end + 1, NULL, 10) : 0;

	return major > 5 || (major == 5 && minor >= 13);
}

static void look_at_kernel(struct feature *f)
{
	struct utsname name;

	uname(&name);
	f->fix = "Linux 5.13 or later is needed, 6.12 or later is best";
	if (features_kernel_will_do(name.release))
		found(f, FEATURE_FOUND, "%s %s, %s", name.sysname,
		      name.release, name.machine);
	else
		found(f, FEATURE_MISSING, "%s", name.release);
}

/* A child in new namespaces that ends at once: 0, or the errno. */
static int try_namespaces(uint64_t flags)
{
	struct clone_args args = { .flags = flags, .exit_signal = SIGCHLD };
	pid_t pid = (pid_t)syscall(SYS_clone3, &args, sizeof(args));

	if (pid < 0)
		return errno;
	if (pid == 0)
		_exit(0);
	waitpid(pid, NULL, 0);
	return 0;
}

static void look_at_userns(struct feature *f)
{
	int error = try_namespaces(CLONE_NEWUSER);

	f->fix = fix_userns;
	if (error)
		found(f, FEATURE_MISSING, "%s", strerror(error));
	else
		found(f, FEATURE_FOUND, "can be made");
}

static void look_at_namespaces(struct feature *f)
{
	static const struct {
		const char *name;
		uint64_t flag;
	} all[] = {
		{ "pid", CLONE_NEWPID },   { "mount", CLONE_NEWNS },
		{ "network", CLONE_NEWNET }, { "ipc", CLONE_NEWIPC },
		{ "uts", CLONE_NEWUTS },   { "cgroup", CLONE_NEWCGROUP },
	};

	f->fix = "a kernel with CONFIG_*_NS, and sysctl user.max_*_namespaces";
	found(f, FEATURE_FOUND, "pid, mount, network, ipc, uts, cgroup");
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		int error = try_namespaces(CLONE_NEWUSER | all[i].flag);

		if (error) {
			f->fix = fix_userns;
			found(f, FEATURE_MISSING, "%s: %s", all[i].name,
			      strerror(error));
			return;
		}
	}
}

static void look_at_ids(struct feature *f)
{
	struct ids ids;

	f->fix = "run as root: then no id outside is behind the box's";
	if (ids_choose(&ids) < 0)
		found(f, FEATURE_MISSING,
		      "root here can map no id but itself");
	else if (!ids.pair)
		found(f, FEATURE_WEAKER,
		      "outside, the program has your own uid %u",
		      ids.outside_app);
	else
		found(f, FEATURE_FOUND, "the program is uid %u outside",
		      ids.outside_app);
}

static void look_at_mounts(struct feature *f)
{
	f->fix = "Linux 5.12 or later";
	errno = 0;
	if (syscall(SYS_mount_setattr, -1, "", 0, NULL, 0) < 0 &&
	    errno == ENOSYS)
		found(f, FEATURE_MISSING, "no mount_setattr");
	else
		found(f, FEATURE_FOUND, "by descriptor, recursive read-only");
}

static void look_at_landlock(struct feature *f)
{
	int abi = landlock_abi();

	f->fix = "Linux 5.13 or later with landlock in lsm=; 6.12 or later "
		 "keeps signals inside too";
	if (!abi)
		found(f, FEATURE_MISSING, "not in this kernel, or not on");
	else
		found(f, abi < LANDLOCK_ABI_GOOD ? FEATURE_WEAKER
						 : FEATURE_FOUND,
		      "version %d", abi);
}

static bool has_action(uint32_t action)
{
	return syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0;
}

static void look_at_seccomp(struct feature *f)
{
	f->fix = "a kernel with CONFIG_SECCOMP_FILTER";
	if (has_action(SECCOMP_RET_KILL_PROCESS))
		found(f, FEATURE_FOUND, "filters");
	else
		found(f, FEATURE_MISSING, "%s", strerror(errno));
}

static void look_at_notify(struct feature *f)
{
	f->fix = "Linux 5.0 or later";
	if (has_action(SECCOMP_RET_USER_NOTIF))
		found(f, FEATURE_FOUND, "denied calls are reported");
	else
		found(f, FEATURE_MISSING, "denied calls stay unseen");
}

static void look_at_cgroup(struct feature *f)
{
	static const struct sandbox_spec spec = SANDBOX_SPEC_INIT;
	struct cgroup cg;
	bool memory, pids, cpu;

	cgroup_open(&cg, false);
	cgroup_limit(&cg, &spec.limits);
	memory = *cg.dirs[CGROUP_MEMORY];
	pids = *cg.dirs[CGROUP_PIDS];
	cpu = *cg.dirs[CGROUP_V2] || *cg.dirs[CGROUP_CPU];
	f->fix = "as root limits are counted by the kernel; without, the "
		 "keeper samples them";
	found(f, memory && pids && cpu ? FEATURE_FOUND : FEATURE_WEAKER,
	      "%s: memory %s, processes %s, cpu %s", cg.world,
	      memory ? "counted" : "sampled", pids ? "counted" : "sampled",
	      cpu ? "counted" : "sampled");
	cgroup_close(&cg);
}

static void look_at_files(struct feature *f)
{
	struct rlimit limit = { 0 };

	getrlimit(RLIMIT_NOFILE, &limit);
	f->fix = "ulimit -n 1024";
	found(f, limit.rlim_cur < FILES_WANTED ? FEATURE_WEAKER
					       : FEATURE_FOUND,
	      "%llu descriptors", (unsigned long long)limit.rlim_cur);
}

/* First line of a small file; "" where there is none. */
static void read_line(const char *path, char *ret, int bytes)
{
	FILE *file = fopen(path, "re");

	if (!file || !fgets(ret, bytes, file))
		*ret = '\0';
	ret[strcspn(ret, "\n")] = '\0';
	if (file)
		fclose(file);
}

static void look_at_load(struct feature *f)
{
	double load[3] = { 0 };
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);

	f->fix = "time limits are generous, but a quiet machine is fairer";
	if (getloadavg(load, 3) < 1)
		load[0] = 0;
	found(f, load[0] > (double)cpus ? FEATURE_WEAKER : FEATURE_FOUND,
	      "load %.2f on %ld processors", load[0], cpus);
}

static void look_at_pressure(struct feature *f)
{
	char line[200];
	const char *avg;
	double some;

	read_line("/proc/pressure/cpu", line, sizeof(line));
	avg = strstr(line, "avg10=");
	f->fix = "boot with psi=1 to see who waits for processors";
	if (!avg) {
		found(f, FEATURE_WEAKER, "not known");
		return;
	}
	some = strtod(avg + 6, NULL);
	f->fix = "something else needs the processors now";
	found(f, some > PRESSURE_NOISY ? FEATURE_WEAKER : FEATURE_FOUND,
	      "somebody waits for a processor %.1f %% of the time", some);
}

static void look_at_governor(struct feature *f)
{
	char line[64];

	read_line("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor",
		  line, sizeof(line));
	f->fix = "cpupower frequency-set -g performance, for steady times";
	found(f, *line && strcmp(line, "performance") ? FEATURE_WEAKER
						       : FEATURE_FOUND,
	      "%s", *line ? line : "not scaled here");
}

static void describe_failure(struct feature *f,
			     const struct sandbox_failure *failure)
{
	found(f, FEATURE_MISSING, "%s: %s (%s)",
	      sandbox_stage_name(failure->stage), failure->msg,
	      strerror(failure->code));
}

static void describe_success(struct feature *f,
			     const struct sandbox_state *state)
{
	size_t n = 0;

	found(f, FEATURE_FOUND, "built, and a program ran in it");
	if (!*state->folder)
		return;
	found(f, FEATURE_FOUND,
	      "seccomp, Landlock %d and limits; no namespaces, and so without",
	      state->landlock_abi);
	for (int i = 0; i < SANDBOX_N_LAYERS; i++) {
		n = strlen(f->detail);
		if (!(state->layers >> i & 1))
			snprintf(f->detail + n, sizeof(f->detail) - n, " %s",
				 sandbox_layer_name((enum sandbox_layer)i));
	}
}

static void run_in_box(struct feature *f, const struct sandbox_spec *spec)
{
	static const char *const argv[] = { "/bin/true", NULL };
	static const char *const env[] = { NULL };
	static const struct sandbox_program program = { .argv = argv,
							.env = env };
	struct sandbox_failure failure = { 0 };
	struct sandbox_state state;
	struct sandbox *sb;

	f->fix = "see the lines above";
	if (sandbox_open(&sb, spec, &failure) < 0) {
		describe_failure(f, &failure);
		return;
	}
	if (sandbox_start(sb, &program, &failure) < 0)
		describe_failure(f, &failure);
	else
		sandbox_wait(sb, -1);
	sandbox_close(sb, &state);
	if (state.reason == SANDBOX_EXITED && !state.exit_code)
		describe_success(f, &state);
	else if (!failure.code)
		found(f, FEATURE_MISSING, "the program in it ended with %s",
		      sandbox_reason_name(state.reason));
}

/* The folder that is laid over is empty: it may have to be copied. */
static void try_box(struct feature *f, bool reduced)
{
	char empty[] = "/tmp/fumehood-doctor-XXXXXX";
	bool made = mkdtemp(empty) != NULL;
	const struct sandbox_mount mounts[] = {
		{ SANDBOX_SCRATCH, NULL, "/data" },
		{ SANDBOX_OVERLAY, empty, "/submission" },
	};
	struct sandbox_spec spec = SANDBOX_SPEC_INIT;

	spec.reduced = reduced;
	spec.mounts = mounts;
	spec.n_mounts = made ? 2 : 1;
	run_in_box(f, &spec);
	if (made)
		rmdir(empty);
}

static void look_at_box(struct feature *f)
{
	try_box(f, false);
}

static void look_at_reduced(struct feature *f)
{
	try_box(f, true);
}

static const struct {
	const char *name;
	bool required;
	void (*look)(struct feature *f);
} looks[] = {
	{ "kernel", true, look_at_kernel },
	{ "userns", true, look_at_userns },
	{ "namespaces", true, look_at_namespaces },
	{ "uid", true, look_at_ids },
	{ "mounts", true, look_at_mounts },
	{ "landlock", true, look_at_landlock },
	{ "seccomp", true, look_at_seccomp },
	{ "notify", true, look_at_notify },
	{ "cgroup", false, look_at_cgroup },
	{ "files", false, look_at_files },
	{ "load", false, look_at_load },
	{ "pressure", false, look_at_pressure },
	{ "governor", false, look_at_governor },
	{ "box", true, look_at_box },
	{ "reduced", false, look_at_reduced },
};

size_t features_find(struct feature ret[FEATURES_MAX])
{
	size_t n = sizeof(looks) / sizeof(looks[0]);

	for (size_t i = 0; i < n; i++) {
		ret[i] = (struct feature){ .name = looks[i].name,
					   .required = looks[i].required };
		looks[i].look(&ret[i]);
	}
	return n;
}
