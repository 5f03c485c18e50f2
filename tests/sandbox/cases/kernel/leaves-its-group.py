# does: starts sessions and groups of its own, deaf ones; all must be found
# expect: exited:0 processes
# limits: processes=32
import os
import signal
import time

from attack import bounded

for number in range(12):
    if os.fork() == 0:
        bounded(10)
        for leave in (os.setsid, lambda: os.setpgid(0, 0),
                      lambda: os.setpgid(0, os.getppid())):
            try:
                leave()
            except OSError:
                pass
        for one in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            signal.signal(one, signal.SIG_IGN)
        if os.fork():
            os._exit(0)
        time.sleep(9)
        os._exit(0)
