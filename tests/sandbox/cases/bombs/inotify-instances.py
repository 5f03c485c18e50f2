# does: takes one instance of inotify after the other, of which a user has 128
#       with all programs, boxes and the desktop together
# limits: files=256 wall=10
# expect: exited:0
import os

from attack import LIBC, escaped

taken = 0
while LIBC.inotify_init1(0) >= 0:
    taken += 1
if taken > 32:
    escaped("%d instances" % taken)
