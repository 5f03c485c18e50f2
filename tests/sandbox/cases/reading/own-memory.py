# does: overwrites its own code through /proc, to no avail but its own
# expect: exited:0
import ctypes
import os

room = ctypes.create_string_buffer(b"before")
try:
    fd = os.open("/proc/self/mem", os.O_RDWR)
    os.pwrite(fd, b"after!", ctypes.addressof(room))
except OSError:
    pass
