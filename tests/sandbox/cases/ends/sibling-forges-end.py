# does: makes a process that is its parent's child too, whose end comes first
# expect: exited:3
import os
import time

from attack import syscall

CLONE_PARENT, SIGCHLD = 0x8000, 17
if syscall("clone", CLONE_PARENT | SIGCHLD, 0, 0, 0, 0) == 0:
    os._exit(0)
time.sleep(0.2)
os._exit(3)
