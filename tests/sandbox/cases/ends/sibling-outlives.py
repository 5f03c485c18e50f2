# does: leaves a process behind that is its parent's child, not its own
# limits: wall=8
# expect: exited:5
import os
import time

from attack import bounded, syscall

CLONE_PARENT, SIGCHLD = 0x8000, 17
if syscall("clone", CLONE_PARENT | SIGCHLD, 0, 0, 0, 0) == 0:
    bounded(20)
    time.sleep(20)
os._exit(5)
