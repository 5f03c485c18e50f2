# does: calls that look into others: tracing, probing, comparing
# expect: exited:0
# The kernel lets uprobe and uretprobe pass every filter: they are not here.
from attack import filtered, syscall

BAD = (-1, -1, -1, -1, -1, -1)
for name in ("ptrace", "process_vm_readv", "process_vm_writev", "kcmp",
             "pidfd_getfd", "process_madvise", "process_mrelease", "bpf",
             "perf_event_open", "userfaultfd", "lookup_dcookie", "syslog", "io_uring_setup", "io_uring_enter",
             "io_uring_register", "add_key", "request_key", "keyctl",
             "unshare", "setns", "lsm_set_self_attr"):
    filtered(name, lambda: syscall(name, *BAD))
