# does: forks into sessions of their own that ignore every signal they can
# limits: processes=32 wall=5
# expect: processes
import os
import signal
import time

from attack import bounded

for number in range(1, signal.NSIG):
    try:
        if number != signal.SIGALRM:
            signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
for _ in range(2000):
    try:
        if os.fork() == 0:
            bounded(5)
            os.setsid()
            time.sleep(5)
            os._exit(0)
    except OSError:
        pass
time.sleep(5)
