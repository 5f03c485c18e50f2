# does: opens files until it may not any more, and dies of it
# limits: files=64 wall=5
# expect: descriptors exited:1 exited:3
# flask: request
import os

from attack import escaped

kept = []
try:
    for _ in range(100000):
        kept.append(os.open("/dev/null", os.O_RDONLY))
except OSError:
    raise SystemExit(1)
escaped("100000 descriptors")
