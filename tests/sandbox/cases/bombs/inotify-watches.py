# does: watches, locks and epoll entries: kernel memory by the handful
# limits: memory=96M inodes=2000 wall=5
# expect: exited:0 memory
import fcntl
import os

from attack import LIBC, escaped

watcher = LIBC.inotify_init1(0)
if watcher >= 0:
    for i in range(1000):
        name = b"/tmp/w%d" % i
        os.close(os.open(name, os.O_CREAT | os.O_WRONLY, 0o600))
        LIBC.inotify_add_watch(watcher, name, 0xfff)
fd = os.open("/tmp/locks", os.O_CREAT | os.O_RDWR, 0o600)
try:
    for offset in range(0, 8000, 2):
        fcntl.lockf(fd, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, offset)
except OSError:
    pass
