# does: puts a byte of each of many huge pages into pipes and gives up what is
#       left of them: the pipes hold on to all of it
# limits: memory=96M files=256 wall=10
# expect: memory exited:0
import ctypes
import mmap
import os

from attack import LIBC, escaped, syscall

HUGE, SLOTS, PIPES = 2 << 20, 16, 24
LIBC.mmap.restype = ctypes.c_long


class Piece(ctypes.Structure):
    _fields_ = [("start", ctypes.c_void_p), ("length", ctypes.c_size_t)]


held, kept = 0, []
for _ in range(PIPES):
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    kept += [reader, writer]
    for _ in range(SLOTS):
        area = mmap.mmap(-1, 2 * HUGE, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        area.madvise(mmap.MADV_HUGEPAGE)
        view = ctypes.c_char.from_buffer(area)
        start = (ctypes.addressof(view) + HUGE - 1) // HUGE * HUGE
        ctypes.memset(start, 1, 1)
        if syscall("vmsplice", writer, Piece(start, 1), 1, 0) > 0:
            held += HUGE
        del view
        area.close()
if held > 192 << 20:
    escaped("%d MiB of pages in pipes" % (held >> 20))
