#include <sys/statfs.h>
#include <time.h>
#include <unistd.h>

#include "sandbox/bare.h"
#include "sandbox/keeper.h"
#include "sandbox/proc.h"

#define SAMPLE_FIRST_NS 5000000
/* Without counters, what is not seen was not there. */
#define SAMPLE_FIRST_BLIND_NS 1000000
#define SAMPLE_BLIND_NS       20000000
#define BUSY_US               2000 /* more than none, less than any work */
/* Reading all counters takes longer than an app takes for a request. */
#define SAMPLE_AGAIN_NS       50000000
/* Looking takes at most one part of so many, where it may take long. */
#define SAMPLE_COST_SHARE     20

static void raise(int64_t *peak, int64_t value)
{
	if (value > *peak)
		*peak = value;
}

static void raise_int(int *peak, int64_t value)
{
	if (value > *peak)
		*peak = (int)value;
}

/*
 * No counter says that a write was refused.  Full is when next to nothing is
 * left: unlinked files give back what they held as soon as a process ends.
 */
static bool is_full(uint64_t all, uint64_t left)
{
	return left <= all / 64;
}

/* The box's processes; in a bare one none until the program is known. */
static struct proc_box box_of(const struct keeper *k)
{
	if (!k->bare)
		return (struct proc_box){ k->box[INIT_FD_PROC], 1, 0 };
	return (struct proc_box){ k->session ? k->box[INIT_FD_PROC] : -1,
				  k->init, k->session };
}

/* Not all that /proc says of another user is for root, in a container. */
static void look_as(const struct keeper *k, bool begin)
{
	if (k->bare)
		bare_look_as(&k->ids, begin);
}

/* Of ours alone: on a busy machine looking takes longer, and no more work. */
static int64_t cpu_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

static uint64_t left_of(int64_t limit, int64_t used)
{
	return used < limit ? (uint64_t)(limit - used) : 0;
}

/* A folder on the machine's disk has no size: what is in it is counted. */
static void measure_folder(struct keeper *k)
{
	const struct sandbox_limits *limits = &k->spec->limits;
	struct sandbox_state *s = &k->state;
	struct proc_box box = box_of(k);
	int64_t now_ns = keeper_now_ns(), begin_ns = cpu_ns();
	struct bare_usage usage;
	struct bare_open files;

	if (!k->ended && now_ns < k->measured_ns)
		return;
	bare_measure(k->root.folder,
		     limits->inodes ? k->inodes_base + limits->inodes
				    : INT32_MAX, &usage);
	look_as(k, true);
	bare_look_at_open(&box, k->root.folder, k->root.scratch, &files);
	look_as(k, false);
	k->measured_ns = now_ns + (cpu_ns() - begin_ns) * SAMPLE_COST_SHARE;
	k->sockets_bytes = files.sockets_bytes;
	usage.bytes += files.unlinked_bytes - k->disk_base_bytes;
	usage.inodes -= k->inodes_base;
	raise(&s->peak.disk_bytes, usage.bytes);
	raise_int(&s->peak.inodes, usage.inodes);
	if (limits->disk_bytes && is_full((uint64_t)limits->disk_bytes,
					  left_of(limits->disk_bytes,
						  usage.bytes)))
		s->limits_hit[SANDBOX_DISK_BYTES] = true;
	/* Nothing refuses the byte that is too much, so it ends the program. */
	if (limits->disk_bytes && usage.bytes > limits->disk_bytes)
		keeper_end(k, SANDBOX_DISK_BYTES, true);
	if (limits->inodes && usage.inodes >= limits->inodes)
		keeper_end(k, SANDBOX_DISK_INODES, true);
}

void keeper_sample_files(struct keeper *k)
{
	struct sandbox_state *s = &k->state;
	struct statfs fs;

	if (k->bare) {
		measure_folder(k);
		return;
	}

	if (k->box[INIT_FD_SCRATCH] < 0 ||
	    fstatfs(k->box[INIT_FD_SCRATCH], &fs) < 0)
		return;
	if (k->spec->limits.disk_bytes && is_full(fs.f_blocks, fs.f_bfree))
		s->limits_hit[SANDBOX_DISK_BYTES] = true;
	if (k->spec->limits.inodes && is_full(fs.f_files, fs.f_ffree))
		s->limits_hit[SANDBOX_DISK_INODES] = true;
	raise(&s->peak.disk_bytes,
	      (int64_t)(fs.f_blocks - fs.f_bfree) * fs.f_bsize);
	raise_int(&s->peak.inodes,
		  (int64_t)(fs.f_files - fs.f_ffree) - k->inodes_base);
}

/* Before memory: who forks without end runs out of both. */
static void check_processes(struct keeper *k, int threads)
{
	int limit = k->spec->limits.processes;

	if (!limit)
		return;
	/* The one that was refused has often gone; its siblings are there. */
	if (threads >= limit - 1)
		k->state.limits_hit[SANDBOX_PROCESSES] = true;
	if (threads >= limit)
		keeper_end(k, SANDBOX_PROCESSES, true);
}

/*
 * What processes share, each has its part of.  Who is looked at after others
 * have ended has more of it, and the sum is too much: the lesser of two.
 */
static int64_t count_memory(const struct keeper *k,
			    const struct proc_box *box)
{
	int64_t once = proc_memory_bytes(box), again = once;

	if (once > k->spec->limits.memory_bytes)
		again = proc_memory_bytes(box);
	return again < once ? again : once;
}

static int64_t sockets_bytes(const struct keeper *k)
{
	return k->bare ? k->sockets_bytes
		       : proc_sockets_bytes(k->box[INIT_FD_PROC]);
}

/* `bytes` counts what forks share for each of them: count again when it
 * matters, so that eight workers of one app are not taken for a bomb. */
static void check_memory(struct keeper *k, int64_t bytes)
{
	struct proc_box box = box_of(k);
	int64_t sockets = sockets_bytes(k);
	int64_t limit = k->spec->limits.memory_bytes;

	look_as(k, true);
	if (limit && bytes + sockets > limit)
		bytes = count_memory(k, &box);
	look_as(k, false);
	bytes += sockets;
	raise(&k->state.peak.memory_bytes, bytes);
	if (limit && bytes > limit)
		keeper_end(k, SANDBOX_MEMORY, true);
}

/* No cgroup counts connections that nobody has accepted. */
static void check_sockets(struct keeper *k)
{
	int64_t limit = k->spec->limits.memory_bytes;

	if (limit && sockets_bytes(k) > limit)
		keeper_end(k, SANDBOX_MEMORY, true);
}

/* What cgroups do not count, and where there is none, everything. */
static void sample_processes(struct keeper *k,
			     struct cgroup_counters *counters)
{
	const struct sandbox_limits *limits = &k->spec->limits;
	struct sandbox_state *s = &k->state;
	struct proc_box box = box_of(k);
	struct proc_sum sum;

	if (box.proc < 0)
		return;
	look_as(k, true);
	proc_sum(&box, &sum);
	look_as(k, false);
	raise_int(&s->peak.files, sum.files_max);
	/* A pipe wants two: who has room for one of them was refused, too. */
	if (limits->files && sum.files_max >= limits->files - 1)
		s->limits_hit[SANDBOX_DESCRIPTORS] = true;
	raise_int(&s->peak.processes, sum.threads);
	if (counters->cpu_us < 0)
		counters->cpu_us = sum.cpu_us;
	if (counters->pids_refused < 0)
		check_processes(k, sum.threads);
	if (counters->memory_peak_bytes < 0)
		check_memory(k, sum.memory_bytes);
	else
		check_sockets(k);
}

void keeper_sample_end(struct keeper *k, int64_t max_rss_bytes)
{
	int64_t limit = k->spec->limits.memory_bytes;

	if (*k->cg.dirs[CGROUP_MEMORY])
		return;
	raise(&k->state.peak.memory_bytes, max_rss_bytes);
	if (limit && max_rss_bytes > limit)
		k->state.limits_hit[SANDBOX_MEMORY] = true;
}

static int64_t processors(void)
{
	static int64_t n;

	if (!n)
		n = sysconf(_SC_NPROCESSORS_ONLN);
	return n > 0 ? n : 1;
}

/* Who only waits uses a little, for a timer or a signal. */
static void check_idle(struct keeper *k, int64_t used_us)
{
	int64_t limit_ns = k->spec->limits.idle_ms * 1000000;

	if (!limit_ns || !k->confined || k->ended)
		return;
	if (!k->idle_since_ns || used_us - k->idle_cpu_us >= BUSY_US) {
		k->idle_cpu_us = used_us;
		k->idle_since_ns = k->sampled_ns;
	} else if (k->sampled_ns - k->idle_since_ns >= limit_ns) {
		keeper_end(k, SANDBOX_IDLE, true);
	}
}

static void check_counters(struct keeper *k, const struct cgroup_counters *c)
{
	const struct sandbox_limits *limits = &k->spec->limits;
	struct sandbox_state *s = &k->state;
	int64_t used_us = c->cpu_us - k->base.cpu_us;

	raise(&s->peak.cpu_ms, used_us / 1000);
	raise_int(&s->peak.processes, c->pids_peak);
	if (c->memory_peak_bytes >= 0)
		raise(&s->peak.memory_bytes, c->memory_peak_bytes);
	if (c->oom_kills > k->base.oom_kills)
		keeper_end(k, SANDBOX_MEMORY, false);
	if (c->pids_refused > k->base.pids_refused)
		keeper_end(k, SANDBOX_PROCESSES, false);
	check_idle(k, used_us);
	if (limits->cpu_ms && used_us >= limits->cpu_ms * 1000)
		keeper_end(k, SANDBOX_CPU_TIME, false);
	else if (limits->cpu_ms && !k->ended) {
		/* When all processors together could have used it up. */
		int64_t left_ns = (limits->cpu_ms * 1000 - used_us) * 1000 /
				  processors();

		if (left_ns < k->sample_interval_ns)
			k->sample_interval_ns = left_ns / 2 + 1000000;
	}
}

/* In the machine's own /proc there may be many to look at. */
static void slow_down(struct keeper *k, int64_t begin_ns)
{
	int64_t cost_ns = cpu_ns() - begin_ns;

	if (k->bare && k->sample_interval_ns < cost_ns * SAMPLE_COST_SHARE / 2)
		k->sample_interval_ns = cost_ns * SAMPLE_COST_SHARE / 2;
}

void keeper_sample(struct keeper *k)
{
	struct cgroup_counters counters;
	int64_t begin_ns = cpu_ns();

	if (!k->ready)
		return;
	k->sampled_ns = keeper_now_ns();
	cgroup_read(&k->cg, &counters);
	keeper_sample_files(k);
	if (!k->ended && !k->lost)
		sample_processes(k, &counters);
	else if (counters.cpu_us < 0) /* the last sample stands */
		counters.cpu_us = k->base.cpu_us;
	check_counters(k, &counters);
	if (*k->cg.world == 'n' && k->sample_interval_ns > SAMPLE_BLIND_NS / 2)
		k->sample_interval_ns = SAMPLE_BLIND_NS / 2; /* is doubled */
	slow_down(k, begin_ns);
}

/* Without a cgroup there is nothing cheap: then each look is a whole one. */
void keeper_sample_again(struct keeper *k)
{
	int64_t strikes = cgroup_strikes(&k->cg);

	if ((strikes < 0 && !k->bare) ||
	    strikes > k->base.oom_kills + k->base.pids_refused ||
	    keeper_now_ns() - k->sampled_ns >= SAMPLE_AGAIN_NS)
		keeper_sample(k);
}

void keeper_sample_begin(struct keeper *k)
{
	struct cgroup_counters counters = { -1, 0, -1, 0, -1 };
	struct proc_sum sum = { 0 };

	/* Before the first program only init was there, and only for a moment;
	 * what that took is not worth the reading. */
	if (k->started_ns)
		cgroup_read(&k->cg, &counters);
	else if (*k->cg.world != 'n')
		counters.cpu_us = 0;
	if (counters.cpu_us < 0 && k->box[INIT_FD_PROC] >= 0) {
		/* None is there yet but init, in a bare box too. */
		struct proc_box box = { k->box[INIT_FD_PROC],
					k->bare ? k->init : 1,
					k->bare ? k->init : 0 };

		proc_sum(&box, &sum);
		counters.cpu_us = sum.cpu_us;
	}
	k->measured_ns = k->sockets_bytes = 0;
	k->sampled_ns = k->idle_since_ns = 0; /* of the program before */
	k->base = (struct keeper_base){ counters.cpu_us, counters.oom_kills,
					counters.pids_refused };
	k->sample_interval_ns = *k->cg.world == 'n' ? SAMPLE_FIRST_BLIND_NS
						    : SAMPLE_FIRST_NS;
	k->next_sample_ns = keeper_now_ns() + k->sample_interval_ns;
}
