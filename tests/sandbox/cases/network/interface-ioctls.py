# does: configures interfaces with ioctls, and makes tunnels
# expect: exited:0
# bare-void: it gets no socket
import fcntl
import os
import socket
import struct

from attack import refused

one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
address = struct.pack("16sHH4s8x", b"lo:1", 2, 0, b"\xc6\x33\x64\x07")
for name, request, data in (
        ("SIOCSIFADDR", 0x8916, address), ("SIOCSIFFLAGS", 0x8914,
                                           struct.pack("16sh14x", b"lo", 0)),
        ("SIOCADDRT", 0x890b, bytes(120)), ("SIOCSIFMTU", 0x8922,
                                            struct.pack("16si12x", b"lo", 99)),
        ("SIOCETHTOOL", 0x8946, bytes(40)), ("SIOCBRADDBR", 0x89a0, b"br0"),
        ("SIOCDELRT", 0x890c, bytes(120))):
    refused(name, lambda: fcntl.ioctl(one, request, data))
refused("TUN", lambda: fcntl.ioctl(os.open("/dev/net/tun", os.O_RDWR),
                                   0x400454ca, struct.pack("16sH", b"t", 2)))
