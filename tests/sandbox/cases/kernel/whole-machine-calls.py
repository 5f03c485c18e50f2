# does: calls whose work is the whole machine's: writing back its file
#       systems, forgetting its files, merging its equal pages
# expect: exited:0
# bare-void: / cannot be opened
# rests-on: seccomp: the work is done, and nothing is gained
import ctypes
import mmap
import os

from attack import filtered, syscall

for path in ("/", "/usr", "/tmp"):
    fd = os.open(path, os.O_RDONLY)
    filtered("syncfs of " + path, lambda: syscall("syncfs", fd))
filtered("sync", lambda: syscall("sync"))
for path in ("/usr/bin/python3", "/bin/sh"):
    fd = os.open(path, os.O_RDONLY)
    filtered("forgetting " + path, lambda: syscall("fadvise64", fd, 0, 0, 4))
area = mmap.mmap(-1, 1 << 20, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
start = ctypes.addressof(ctypes.c_char.from_buffer(area))
for advice, name in ((12, "MADV_MERGEABLE"), (100, "MADV_HWPOISON"),
                     (101, "MADV_SOFT_OFFLINE")):
    filtered(name, lambda: syscall("madvise", start, 4096, advice))
