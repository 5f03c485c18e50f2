# does: forks with tens of thousands of mappings, which each fork copies
# limits: memory=128M wall=8 processes=20
# expect: exited:0 memory wall-time
import mmap
import os
import time

from attack import bounded

kept = []
try:
    while len(kept) < 40000:
        kept.append(mmap.mmap(-1, 4096, prot=1 + len(kept) % 2 * 2))
except OSError:
    pass
for _ in range(10):
    try:
        if os.fork() == 0:
            bounded(8)
            time.sleep(8)
            os._exit(0)
    except OSError:
        break
