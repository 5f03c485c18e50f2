# does: processes that die, stop and are interrupted within refused calls
# limits: processes=48 wall=6
# expect: exited:0
import os
import signal
import time

from attack import LIBC, bounded

children = []
for child in range(20):
    pid = os.fork()
    if pid == 0:
        bounded(4)
        signal.signal(signal.SIGUSR1, lambda *_: None)
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        while True:
            LIBC.unshare(0x10000000)
    children.append(pid)
for turn in range(40):
    for pid in children:
        os.kill(pid, signal.SIGUSR1)
    os.kill(children[turn % 10], signal.SIGSTOP)
    time.sleep(0.002)
for pid in children:
    os.kill(pid, signal.SIGKILL)
for pid in children:
    os.waitpid(pid, 0)
