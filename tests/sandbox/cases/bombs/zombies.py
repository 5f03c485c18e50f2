# does: forks children that end at once and are never reaped
# limits: processes=32 wall=5
# expect: processes
import os
import time

for _ in range(3000):
    try:
        if os.fork() == 0:
            os._exit(0)
    except OSError:
        pass
time.sleep(5)
