# does: spreads 1 GiB over 16 children, each of them modest
# limits: memory=128M processes=32 wall=10
# expect: memory
# flask: import
import os
import time

from attack import bounded

for _ in range(16):
    if os.fork() == 0:
        bounded(5)
        kept = bytearray(b"\xa5") * (64 << 20)
        time.sleep(4)
        os._exit(0)
time.sleep(3)
while True:
    try:
        os.waitpid(-1, 0)
    except ChildProcessError:
        break
raise SystemExit(1)
