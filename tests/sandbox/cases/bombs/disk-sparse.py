# does: a file of 8 EiB that holds nothing, and one byte at its end
# limits: disk=16M wall=5
# expect: exited:0 signalled:25
# flask: request
import os

fd = os.open("/tmp/sparse", os.O_CREAT | os.O_RDWR, 0o600)
for size in ((1 << 63) - 1, 1 << 50, 1 << 40):
    try:
        os.ftruncate(fd, size)
        os.pwrite(fd, b"x", size - 1)
        break
    except OSError:
        pass
