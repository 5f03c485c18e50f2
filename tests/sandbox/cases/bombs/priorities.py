# does: asks for more of the processor than others get
# limits: wall=5
# expect: exited:0
import os
import struct

from attack import refused, syscall

refused("nice -20", lambda: os.nice(-20) and 0)
for policy in (os.SCHED_FIFO, os.SCHED_RR):
    refused("policy %d" % policy, lambda: os.sched_setscheduler(
        0, policy, os.sched_param(1)) or 0)
refused("deadline", lambda: syscall("sched_setattr", 0, struct.pack(
    "IIQiIQQQ", 48, 6, 0, 0, 0, 10 ** 6, 10 ** 7, 10 ** 7), 0))
refused("ioprio", lambda: syscall("ioprio_set", 1, 0, 1 << 13))
