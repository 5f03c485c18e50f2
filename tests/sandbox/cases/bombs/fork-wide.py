# does: forks children that sleep, and goes on when it is refused
# limits: processes=32 wall=5
# expect: processes
# flask: import request after
import os
import time

from attack import bounded

for _ in range(3000):
    try:
        if os.fork() == 0:
            bounded(5)
            time.sleep(5)
            os._exit(0)
    except OSError:
        pass
time.sleep(5)
