# does: opens the machine's devices, and makes some
# expect: exited:0
# bare-void: /dev cannot be listed
# flask: request
import os
import stat

from attack import escaped, refused, syscall

HARMLESS = {"null", "zero", "full", "random", "urandom", "tty", "ptmx",
            "pts", "shm", "fd", "stdin", "stdout", "stderr", "mqueue",
            "core", "console"}
for name in os.listdir("/dev"):
    if name not in HARMLESS:
        escaped("/dev/%s is there" % name)
for name in ("kvm", "vda", "sda", "nvme0n1", "fuse", "net/tun", "mem", "kmsg",
             "loop0", "loop-control", "userfaultfd", "vsock", "vhost-net",
             "port", "hwrng", "input/event0", "dri/card0", "tty0", "ttyS0",
             "console", "btrfs-control", "cpu_dma_latency", "autofs"):
    refused("/dev/" + name,
            lambda: os.open("/dev/" + name, os.O_RDONLY | os.O_NONBLOCK))
for kind, major, minor in ((stat.S_IFCHR, 1, 1), (stat.S_IFCHR, 1, 11),
                           (stat.S_IFBLK, 254, 0), (stat.S_IFBLK, 8, 0),
                           (stat.S_IFCHR, 10, 229)):
    def make():
        path = "/tmp/device%d-%d" % (major, minor)
        os.mknod(path, kind | 0o666, os.makedev(major, minor))
        return os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    refused("device %d:%d" % (major, minor), make)
refused("a whiteout", lambda: os.open("/dev/../dev/mem", os.O_RDWR))
