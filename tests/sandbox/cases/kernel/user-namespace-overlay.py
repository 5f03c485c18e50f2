# does: the way of CVE-2023-0386: own user namespace, then an overlay in it
# expect: exited:0
import os

from attack import escaped, refused, syscall


def whole_way():
    uid = os.getuid()
    result = syscall("unshare", 0x10020000)
    if result < 0:
        return result
    escaped("an own user namespace")
    with open("/proc/self/uid_map", "w") as uid_map:
        uid_map.write("0 %d 1" % uid)
    for name in "lower", "upper", "work", "merged":
        os.mkdir("/tmp/" + name)
    return syscall("mount", b"overlay", b"/tmp/merged", b"overlay", 0,
                   b"lowerdir=/usr/bin,upperdir=/tmp/upper,"
                   b"workdir=/tmp/work")


refused("user namespace with an overlay", whole_way)
