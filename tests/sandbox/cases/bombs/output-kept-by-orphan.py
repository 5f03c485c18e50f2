# does: ends, and leaves an orphan that keeps the output open and writes on
# limits: output=64K wall=10
# expect: exited:5
import os
import time

from attack import bounded

if os.fork() == 0:
    bounded(10)
    os.setsid()
    for _ in range(1000):
        try:
            os.write(1, b"still here\n")
        except OSError:
            pass
        time.sleep(0.01)
    os._exit(0)
os._exit(5)
