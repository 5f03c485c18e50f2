# does: locks every other byte of a file, one lock in the kernel for each
# limits: memory=64M wall=2
# expect: exited:0 memory wall-time
import fcntl
import os

fd = os.open("/tmp/locked", os.O_RDWR | os.O_CREAT)
try:
    for i in range(1000000):
        fcntl.lockf(fd, fcntl.LOCK_EX, 1, i * 2)
except OSError:
    pass
