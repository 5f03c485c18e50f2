# does: is refused by several limits, copes with it, and ends well
# limits: files=64 disk=16M wall=10
# expect: exited:0 disk-bytes descriptors
import os

from attack import fill

fill(os.open("/tmp/much", os.O_CREAT | os.O_WRONLY, 0o600), 64 << 20)
os.unlink("/tmp/much")
kept = []
try:
    while True:
        kept.append(os.open("/dev/null", os.O_RDONLY))
except OSError:
    pass
for fd in kept:
    os.close(fd)
