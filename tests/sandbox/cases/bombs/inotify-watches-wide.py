# does: watches file after file of the host's /usr: each keeps an inode in the
#       kernel's memory
# limits: memory=96M wall=10
# expect: exited:0 memory
import os

from attack import LIBC, escaped

BOUND = 20000
watcher = LIBC.inotify_init1(0)
watched = refused = 0
for place, _, files in os.walk("/usr"):
    for name in files:
        path = os.path.join(place, name).encode()
        if LIBC.inotify_add_watch(watcher, path, 0xfff) >= 0:
            watched += 1
        else:
            refused += 1
    if watched > BOUND or refused > 100:
        break
if watched > BOUND:
    escaped("%d watches" % watched)
