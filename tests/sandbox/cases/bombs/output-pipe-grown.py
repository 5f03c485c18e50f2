# does: makes its output pipe larger and non-blocking, and tries to read it
# limits: output=64K wall=5
# expect: exited:0
import fcntl
import os

from attack import outcome

try:
    fcntl.fcntl(1, 1031, 1 << 20)
    os.set_blocking(1, False)
    os.write(1, b"x" * 4096 + b"\n")
except OSError:
    pass
os.set_blocking(1, True)
# As an ordinary user it may get some: its own, and no end of the pipe.
outcome(lambda: len(os.read(
    os.open("/proc/self/fd/1", os.O_RDONLY | os.O_NONBLOCK), 10)))
print("ARMED")
