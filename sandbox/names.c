#include "sandbox/sandbox.h"

static const char *const stage_names[] = {
	[SANDBOX_STAGE_SPAWN] = "spawn",
	[SANDBOX_STAGE_CGROUP] = "cgroup",
	[SANDBOX_STAGE_NAMESPACES] = "namespaces",
	[SANDBOX_STAGE_MOUNTS] = "mounts",
	[SANDBOX_STAGE_NETWORK] = "network",
	[SANDBOX_STAGE_LIMITS] = "limits",
	[SANDBOX_STAGE_PRIVILEGES] = "privileges",
	[SANDBOX_STAGE_LANDLOCK] = "landlock",
	[SANDBOX_STAGE_SECCOMP] = "seccomp",
	[SANDBOX_STAGE_ENTER] = "enter",
	[SANDBOX_STAGE_EXEC] = "exec",
};

static const char *const reason_names[] = {
	[SANDBOX_RUNNING] = "running",
	[SANDBOX_EXITED] = "exited",
	[SANDBOX_SIGNALLED] = "signalled",
	[SANDBOX_CPU_TIME] = "cpu-time",
	[SANDBOX_WALL_TIME] = "wall-time",
	[SANDBOX_IDLE] = "idle",
	[SANDBOX_MEMORY] = "memory",
	[SANDBOX_PROCESSES] = "processes",
	[SANDBOX_DISK_BYTES] = "disk-bytes",
	[SANDBOX_DISK_INODES] = "disk-inodes",
	[SANDBOX_DESCRIPTORS] = "descriptors",
	[SANDBOX_STOPPED] = "stopped",
	[SANDBOX_ERROR] = "sandbox-error",
};

static const char *const layer_names[] = {
	[SANDBOX_LAYER_USERNS] = "userns",
	[SANDBOX_LAYER_PIDNS] = "pidns",
	[SANDBOX_LAYER_MOUNTNS] = "mountns",
	[SANDBOX_LAYER_NETNS] = "netns",
	[SANDBOX_LAYER_IPCNS] = "ipcns",
	[SANDBOX_LAYER_UTSNS] = "utsns",
	[SANDBOX_LAYER_CGROUPNS] = "cgroupns",
	[SANDBOX_LAYER_ROOT] = "root",
	[SANDBOX_LAYER_UID] = "uid",
	[SANDBOX_LAYER_CAPS] = "caps",
	[SANDBOX_LAYER_NNP] = "nnp",
	[SANDBOX_LAYER_LANDLOCK] = "landlock",
	[SANDBOX_LAYER_SECCOMP] = "seccomp",
	[SANDBOX_LAYER_NOTIFY] = "notify",
};

#define NAME(list, i)                                                          \
	((size_t)(i) < sizeof(list) / sizeof((list)[0]) ? (list)[i] : "?")

const char *sandbox_stage_name(enum sandbox_stage stage)
{
	return NAME(stage_names, stage);
}

const char *sandbox_reason_name(enum sandbox_reason reason)
{
	return NAME(reason_names, reason);
}

const char *sandbox_layer_name(enum sandbox_layer layer)
{
	return NAME(layer_names, layer);
}
