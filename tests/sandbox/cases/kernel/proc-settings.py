# does: writes the settings of the machine below /proc/sys
# expect: exited:0
# flask: request
import os

from attack import escaped, unwritable

for name in ("kernel/core_pattern", "kernel/modprobe", "kernel/hotplug",
             "kernel/hostname", "kernel/domainname", "kernel/sysrq",
             "kernel/poweroff_cmd", "kernel/ns_last_pid", "kernel/pid_max",
             "kernel/randomize_va_space", "kernel/yama/ptrace_scope",
             "kernel/io_uring_disabled", "kernel/keys/maxkeys",
             "kernel/msgmax", "kernel/shmmax", "kernel/dmesg_restrict",
             "kernel/unprivileged_bpf_disabled", "vm/overcommit_memory",
             "vm/drop_caches", "vm/mmap_min_addr", "fs/binfmt_misc/register",
             "fs/protected_symlinks", "fs/suid_dumpable", "fs/file-max",
             "net/ipv4/ip_forward", "net/ipv4/ip_unprivileged_port_start",
             "net/core/somaxconn", "user/max_user_namespaces"):
    # Nothing is written: that it opens for writing is enough.
    unwritable("/proc/sys/" + name, b"")
for path in ("/proc/sysrq-trigger", "/proc/self/loginuid", "/proc/1/oom_adj",
             "/proc/1/oom_score_adj", "/proc/1/comm", "/proc/irq",
             "/proc/1/coredump_filter", "/proc/self/timens_offsets",
             "/proc/latency_stats", "/proc/mtrr", "/proc/acpi/wakeup"):
    unwritable(path, b"")
if os.access("/proc/sys/kernel/core_pattern", os.W_OK):
    escaped("core_pattern is writable")
