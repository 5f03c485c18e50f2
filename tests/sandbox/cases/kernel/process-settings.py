# does: prctl that changes how the machine treats it
# expect: exited:0
from attack import refused, syscall

for name, args in (("PR_SET_MM", (35, 1, 0, 0, 0)),
                   ("PR_SET_MM_MAP", (35, 14, 0, 0, 0)),
                   ("PR_MCE_KILL early", (33, 1, 1, 99, 0)),
                   ("PR_SCHED_CORE of init", (62, 1, 1, 0, 0)),
                   ("PR_SET_IO_FLUSHER", (57, 1, 0, 0, 0)),
                   ("PR_SET_SECUREBITS", (28, 3, 0, 0, 0)),
                   ("PR_SET_NO_NEW_PRIVS off", (38, 0, 0, 0, 0))):
    refused(name, lambda: syscall("prctl", *args))
