# does: sets the clocks, or asks what setting them would do
# expect: exited:0
import struct
import time

from attack import refused, syscall

now = struct.pack("qq", int(time.time()), 0)
refused("settimeofday", lambda: syscall("settimeofday", now, 0))
refused("clock_settime", lambda: syscall("clock_settime", 0, now))
# ADJ_TICK with the value in force: it takes the right, and changes nothing.
refused("adjtimex", lambda: syscall(
    "adjtimex", struct.pack("I", 0x4000) + bytes(84) +
    struct.pack("q", 10000) + bytes(112)))
refused("clock_adjtime", lambda: syscall(
    "clock_adjtime", 0, struct.pack("I", 0x4000) + bytes(84) +
    struct.pack("q", 10000) + bytes(112)))
