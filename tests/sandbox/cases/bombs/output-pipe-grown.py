# does: makes its output pipe larger, non-blocking, and tries to read it
# limits: output=64K wall=5
# expect: exited:0
import fcntl
import os

from attack import refused

for fd in (1, 2):
    try:
        fcntl.fcntl(fd, 1031, 1 << 20)
        os.set_blocking(fd, False)
    except OSError:
        pass
try:
    while True:
        os.write(2, b"x" * 4096)
        if os.fstat(2).st_size < 0:
            break
        os.set_blocking(2, True)
        break
except OSError:
    pass
os.set_blocking(1, True)
refused("reading its own output", lambda: len(os.read(
    os.open("/proc/self/fd/2", os.O_RDONLY | os.O_NONBLOCK), 10)) or -1)
