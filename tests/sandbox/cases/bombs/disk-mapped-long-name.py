# does: fills the scratch with files that only mappings hold, below folders
#       whose path no line has room for
# limits: disk=16M wall=20
# expect: disk-bytes
import ctypes
import os
import time

from attack import LIBC

LIBC.mmap.restype = ctypes.c_void_p
folder = "/tmp"
for depth in range(4):
    folder += "/" + "x" * 250
    os.mkdir(folder)
for number in range(64):
    path = folder + "/mapped"
    fd = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    os.unlink(path)
    try:
        os.write(fd, b"\xa5" * (1 << 20))
    except OSError:
        break
    if LIBC.mmap(None, ctypes.c_size_t(1 << 20), 3, 1, fd, 0) in (
            None, ctypes.c_void_p(-1).value):
        raise RuntimeError("no mapping")
    os.close(fd)
time.sleep(3)  # whoever counts now and then has time to
os._exit(1)
