# does: epoll, eventfd, timerfd, signalfd, inotify and pidfd until refused
# limits: files=128 wall=5
# expect: exited:0 descriptors
import ctypes
import os
import select

from attack import LIBC, escaped

makers = [
    lambda: select.epoll(), lambda: LIBC.eventfd(0, 0),
    lambda: LIBC.timerfd_create(1, 0), lambda: LIBC.inotify_init1(0),
    lambda: LIBC.signalfd(-1, (ctypes.c_ulong * 16)(), 0),
    lambda: os.pidfd_open(os.getpid()), lambda: os.pipe(),
]
kept, made = [], 0
for make in makers:
    try:
        for _ in range(5000):
            result = make()
            if result == -1:
                break
            kept.append(result)
            made += 1
    except OSError:
        pass
if made > 1000:
    escaped("%d descriptors" % made)
