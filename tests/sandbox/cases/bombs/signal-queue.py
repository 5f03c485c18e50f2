# does: queues real-time signals to itself until there is no room
# limits: wall=5
# expect: exited:0
import ctypes
import os
import signal

from attack import LIBC, escaped

signal.pthread_sigmask(signal.SIG_BLOCK, range(34, 64))
queued = 0
for _ in range(200000):
    if LIBC.sigqueue(os.getpid(), 40, ctypes.c_void_p(1)):
        break
    queued += 1
if queued == 200000:
    escaped("200000 queued signals")
