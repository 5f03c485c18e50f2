# does: stops twenty children and then itself
# limits: wall=0.5 processes=40
# expect: wall-time
import os
import signal

from attack import bounded

for _ in range(20):
    if os.fork() == 0:
        bounded(10)
        os.kill(os.getpid(), signal.SIGSTOP)
        os._exit(0)
os.kill(os.getpid(), signal.SIGSTOP)
