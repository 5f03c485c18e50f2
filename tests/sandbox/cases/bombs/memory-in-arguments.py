# does: carries memory in the arguments of programs that sleep
# limits: memory=128M processes=48 wall=10
# expect: memory processes exited:0
import os
import time

from attack import FACTS, bounded, escaped

words, started = ["x" * 100000] * 18, 0
for _ in range(200):
    try:
        pid = os.fork()
    except OSError:
        break
    if pid == 0:
        bounded(6)
        try:
            os.execv("/bin/sleep", ["sleep", "3"] + words)
        except OSError:
            os._exit(0)
    started += 1
time.sleep(0.5)
if started * 1800000 > FACTS["limits"]["memory"] + (64 << 20):
    escaped("%d programs with 1.8 MB of arguments" % started)
