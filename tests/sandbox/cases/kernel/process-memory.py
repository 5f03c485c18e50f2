# does: reads and writes the memory of init and of others
# expect: exited:0
import ctypes
import os

from attack import refused, syscall


class Span(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]


room = ctypes.create_string_buffer(64)
local = Span(ctypes.addressof(room), 64)
for pid in {1, os.getppid(), os.getpid() + 1}:
    for name in ("process_vm_readv", "process_vm_writev"):
        refused("%s %d" % (name, pid), lambda: syscall(
            name, pid, local, 1, local, 1, 0))
    for mode in ("rb", "r+b"):
        refused("/proc/%d/mem %s" % (pid, mode), lambda: open(
            "/proc/%d/mem" % pid, mode) and 0)
