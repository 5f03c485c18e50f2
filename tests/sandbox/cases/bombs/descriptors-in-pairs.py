# does: makes pipes until there is room for one end of another, stays, fails
# limits: files=64 wall=5
# expect: descriptors
import os
import time

from attack import escaped

kept = []
try:
    while len(kept) < 1000:
        kept.append(os.pipe())
    escaped("%d pipes" % len(kept))
except OSError:
    pass
try:
    os.close(os.open("/dev/null", os.O_RDONLY))
except OSError: # it came out even
    os.close(kept[-1][0])
time.sleep(1)
raise SystemExit(3)
