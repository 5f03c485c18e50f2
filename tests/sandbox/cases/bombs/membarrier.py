# does: interrupts every processor with membarrier, and syncs every disk
# limits: cpu=3 wall=6
# expect: exited:0 cpu-time wall-time
import os
import time

from attack import syscall

end = time.monotonic() + 0.3
for _ in range(2000):
    syscall("membarrier", 1, 0, 0)
    if time.monotonic() > end:
        break
for _ in range(3):
    os.sync()
