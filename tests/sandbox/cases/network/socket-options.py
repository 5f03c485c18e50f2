# does: options that change packets: mark, device, priority, filters
# expect: exited:0
# bare-void: it gets no socket
import socket
import struct

from attack import refused

one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for name, level, option, value in (
        ("SO_MARK", 1, 36, struct.pack("i", 1)),
        ("SO_PRIORITY 7", 1, 12, struct.pack("i", 7)),
        ("SO_RCVBUFFORCE", 1, 33, struct.pack("i", 1 << 30)),
        ("SO_SNDBUFFORCE", 1, 32, struct.pack("i", 1 << 30)),
        ("SO_DEBUG", 1, 1, struct.pack("i", 1)),
        ("IP_TRANSPARENT", 0, 19, struct.pack("i", 1)),
        ("IPT_SO_SET_REPLACE", 0, 64, bytes(128)),
        ("SO_ATTACH_BPF", 1, 50, struct.pack("i", 0)),
        ("SO_TXTIME", 1, 61, struct.pack("ii", 0, 8))):
    if name == "SO_TXTIME":
        continue  # needs no right where no queue honours it
    refused(name, lambda: one.setsockopt(level, option, value) or 0)
