# does: mounts, remounts, unmounts and pivots with the old calls
# expect: exited:0
# denied: mount
# flask: import
from attack import refused, syscall

MS_RDONLY, MS_REMOUNT, MS_BIND, MS_REC = 1, 32, 4096, 16384
for what, args in {
    "tmpfs": (b"none", b"/tmp", b"tmpfs", 0, 0),
    "proc": (b"proc", b"/tmp", b"proc", 0, 0),
    "sysfs": (b"sysfs", b"/tmp", b"sysfs", 0, 0),
    "cgroup": (b"none", b"/tmp", b"cgroup", 0, b"memory"),
    "cgroup2": (b"none", b"/tmp", b"cgroup2", 0, 0),
    "devpts": (b"none", b"/tmp", b"devpts", 0, 0),
    "overlay": (b"none", b"/tmp", b"overlay", 0,
                b"lowerdir=/usr,upperdir=/tmp,workdir=/tmp"),
    "mqueue": (b"none", b"/tmp", b"mqueue", 0, 0),
    "bind of /": (b"/", b"/tmp", 0, MS_BIND | MS_REC, 0),
    "/ writable": (0, b"/", 0, MS_REMOUNT | MS_BIND, 0),
    "/usr writable": (0, b"/usr", 0, MS_REMOUNT | MS_BIND, 0),
    "shared propagation": (0, b"/", 0, 1 << 20, 0),
}.items():
    refused("mount " + what, lambda: syscall("mount", *args))
for path in (b"/", b"/usr", b"/proc", b"/tmp", b"/dev"):
    refused("umount", lambda: syscall("umount2", path, 0))
    refused("umount, detached", lambda: syscall("umount2", path, 2))
refused("pivot_root", lambda: syscall("pivot_root", b".", b"."))
