# does: each process forks a successor and ends: never many, always new
# limits: processes=32 wall=0.6
# expect: wall-time exited:0 cpu-time
import os
import time

from attack import bounded

# The first process stays, so that the chain has a box to live in.
if os.fork() == 0:
    end = time.monotonic() + 3
    for _ in range(3000):
        if os.fork() or time.monotonic() > end:
            os._exit(0)
        bounded(3)
    os._exit(0)
time.sleep(5)
