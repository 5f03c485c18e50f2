# does: POSIX message queues, filled
# limits: memory=96M wall=10
# expect: memory exited:0
import os

from attack import escaped, syscall

O_CREAT_RDWR = os.O_CREAT | os.O_RDWR | os.O_NONBLOCK
queued = 0
for number in range(64):
    queue = syscall("mq_open", b"bomb%d" % number, O_CREAT_RDWR, 0o666, 0)
    if queue < 0:
        break
    while syscall("mq_timedsend", queue, b"x" * 8000, 8000, 0, 0) == 0:
        queued += 8000
if queued > 64 << 20:
    escaped("%d bytes in message queues" % queued)
