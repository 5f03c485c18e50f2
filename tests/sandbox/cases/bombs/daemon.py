# does: leaves a daemon behind: forked twice, own session, deaf, no output
# limits: wall=10
# expect: exited:0
# flask: import
import os
import signal
import time

from attack import bounded

if os.fork() == 0:
    os.setsid()
    if os.fork():
        os._exit(0)
    bounded(8)
    for number in (1, 2, 3, 13, 15, 17, 18, 20):
        signal.signal(number, signal.SIG_IGN)
    for fd in range(3):
        os.close(fd)
    time.sleep(8)
    os._exit(0)
