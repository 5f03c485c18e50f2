# does: reads what /proc and /sys tell of the machine and its other tenants
# expect: exited:0
from attack import unreadable

for path in ("/proc/kcore", "/proc/kmsg", "/proc/kallsyms", "/proc/iomem",
             "/proc/ioports", "/proc/timer_list", "/proc/sched_debug",
             "/proc/slabinfo", "/proc/vmallocinfo", "/proc/modules",
             "/proc/keys", "/proc/key-users", "/proc/config.gz",
             "/proc/interrupts", "/proc/partitions", "/proc/diskstats",
             "/proc/net/unix", "/proc/bus/pci/devices", "/proc/crypto",
             "/proc/sysvipc/shm", "/proc/zoneinfo", "/proc/pagetypeinfo",
             "/sys/kernel/debug/x", "/sys/kernel/notes", "/sys/power/state",
             "/sys/firmware/acpi/tables/DSDT", "/sys/kernel/uevent_helper",
             "/sys/fs/cgroup/cgroup.procs", "/sys/kernel/vmcoreinfo"):
    unreadable(path)
