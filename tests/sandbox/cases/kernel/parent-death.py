# does: asks for signals at deaths, becomes reaper and untraceable
# expect: exited:0
import os
import time

from attack import LIBC, bounded

PDEATHSIG, DUMPABLE, SUBREAPER, PTRACER = 1, 4, 36, 0x59616d61
LIBC.prctl(PDEATHSIG, 9, 0, 0, 0)
LIBC.prctl(DUMPABLE, 0, 0, 0, 0)
LIBC.prctl(SUBREAPER, 1, 0, 0, 0)
LIBC.prctl(PTRACER, -1, 0, 0, 0)
for _ in range(5):
    if os.fork() == 0:
        bounded(5)
        os.setsid()
        if os.fork():
            os._exit(0)
        time.sleep(5)
        os._exit(0)
time.sleep(0.05)
