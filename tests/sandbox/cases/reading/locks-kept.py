# does: locks a shared file that the host locks too, and keeps the lock
# limits: wall=0.5
# expect: wall-time
# flask: -
import fcntl
import os
import time

from attack import FACTS

fd = os.open(FACTS["bound"] + "/attack.py", os.O_RDONLY)
try:
    fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
except OSError:
    pass
time.sleep(10)
