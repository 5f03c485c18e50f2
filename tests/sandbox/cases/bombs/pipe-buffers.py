# does: fills pipes of the largest size, as many as it may have
# limits: memory=96M files=256 wall=10
# expect: exited:0 memory descriptors
import fcntl
import os

from attack import escaped

total = 0
try:
    for _ in range(400):
        reader, writer = os.pipe()
        os.set_blocking(writer, False)
        try:
            fcntl.fcntl(writer, 1031, 1 << 20)
        except OSError:
            pass
        try:
            while True:
                total += os.write(writer, b"x" * 65536)
        except BlockingIOError:
            pass
except OSError:
    pass
if total > 256 << 20:
    escaped("%d bytes in pipes" % total)
