# does: hides memory in orphans of sessions of their own; the parent is small
# limits: memory=128M processes=32 wall=10
# expect: memory
import os
import time

from attack import bounded

for _ in range(10):
    if os.fork() == 0:
        os.setsid()
        if os.fork():
            os._exit(0)
        bounded(5)
        kept = bytearray(b"\xa5") * (64 << 20)
        time.sleep(4)
        os._exit(0)
time.sleep(4)
raise SystemExit(1)
