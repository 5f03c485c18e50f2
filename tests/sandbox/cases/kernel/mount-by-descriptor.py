# does: the mount calls of 2019 and later, open_tree_attr included
# expect: exited:0
import os

from attack import refused, syscall

AT_FDCWD = -100
for kind in (b"tmpfs", b"proc", b"ext4", b"overlay", b"cgroup2", b"fuse",
             b"sysfs", b"nfs"):
    refused("fsopen " + kind.decode(), lambda: syscall("fsopen", kind, 0))
refused("fspick", lambda: syscall("fspick", AT_FDCWD, b"/", 0))
refused("open_tree", lambda: syscall("open_tree", AT_FDCWD, b"/", 1 | 0x8000))
refused("open_tree_attr", lambda: syscall(
    "open_tree_attr", AT_FDCWD, b"/", 1 | 0x8000, bytes(32), 32))
refused("move_mount", lambda: syscall(
    "move_mount", AT_FDCWD, b"/usr", AT_FDCWD, b"/tmp", 0))
refused("mount_setattr", lambda: syscall(
    "mount_setattr", AT_FDCWD, b"/usr", 0x8000,
    bytes(8) + b"\1" + bytes(23), 32))
refused("fsmount", lambda: syscall(
    "fsmount", os.open("/", os.O_RDONLY), 0, 0))
