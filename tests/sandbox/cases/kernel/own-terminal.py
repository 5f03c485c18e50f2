# does: makes a terminal of its own and takes line disciplines to it
# expect: exited:0
import fcntl
import os
import struct

from attack import refused


def pair():
    master = os.open("/dev/ptmx", os.O_RDWR | os.O_NOCTTY)
    fcntl.ioctl(master, 0x40045431, struct.pack("i", 0))
    number = struct.unpack("i", fcntl.ioctl(master, 0x80045430, bytes(4)))[0]
    return os.open("/dev/pts/%d" % number, os.O_RDWR | os.O_NOCTTY)


for discipline in (3, 13, 15, 17, 21, 25):  # n_hdlc, gsm, slcan ...
    refused("line discipline %d" % discipline, lambda: fcntl.ioctl(
        pair(), 0x5423, struct.pack("i", discipline)))
refused("TIOCSTI into its own", lambda: fcntl.ioctl(pair(), 0x5412, b"x"))
