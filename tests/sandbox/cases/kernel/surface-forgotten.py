# does: calls that nobody remembers, some of them still there
# expect: exited:0
from attack import filtered, syscall

BAD = (-1, -1, -1, -1, -1, -1)
for name in ("uselib", "ustat", "sysfs", "create_module", "get_kernel_syms",
             "query_module", "nfsservctl", "afs_syscall", "tuxcall",
             "security", "getpmsg", "putpmsg"):
    filtered(name, lambda: syscall(name, *BAD))
