# does: kills its parent, its group, its session and its waiter
# expect: exited:0
import os
import signal

signal.signal(signal.SIGTERM, signal.SIG_IGN)
for target in {os.getppid(), os.getsid(0), os.getpgid(0)}:
    if target not in (0, os.getpid()):
        for number in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.kill(target, number)
                os.killpg(target, number)
            except OSError:
                pass
