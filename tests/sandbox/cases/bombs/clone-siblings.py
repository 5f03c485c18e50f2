# does: makes processes without end that all are its parent's children
# limits: processes=32 wall=6
# expect: processes
# flask: after
import os
import time

from attack import bounded, syscall

CLONE_PARENT, SIGCHLD = 0x8000, 17
end = time.monotonic() + 10
while time.monotonic() < end:
    if syscall("clone", CLONE_PARENT | SIGCHLD, 0, 0, 0, 0) == 0:
        bounded(12)
        time.sleep(12)
        os._exit(0)
