# does: every process forks two more: doubles until 4096 at most
# limits: processes=32 wall=5
# expect: processes
# flask: import
import os
import time

from attack import bounded

for _ in range(12):
    try:
        if os.fork() == 0:
            bounded(5)
    except OSError:
        pass
time.sleep(4)
