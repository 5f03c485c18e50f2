# does: adopts its grandchildren, which spin in sessions of their own
# limits: processes=32 cpu=0.5 wall=9
# expect: cpu-time
# flask: after
import os

from attack import LIBC, bounded

PR_SET_CHILD_SUBREAPER = 36
LIBC.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
for _ in range(6):
    if os.fork() == 0:
        if os.fork():
            os._exit(0)
        os.setsid()
        bounded(12)
        while True:
            pass
while True:
    pass
