# does: leaves by ..: of descriptors, of its folder, of links in /proc
# expect: exited:0
import os

from attack import FACTS, escaped, refused

target = FACTS["secret_file"].lstrip("/")
for fd in list(range(0, 64)):
    for path in ("/proc/self/fd/%d/../../../../%s", "/proc/self/fd/%d/%s"):
        refused("stairs %d" % fd,
                lambda: os.open(path % (fd, target), os.O_RDONLY), here=True)
    refused("openat %d" % fd, lambda: os.open(
        "../" * 12 + target, os.O_RDONLY, dir_fd=fd), here=True)
for root in ("/proc/self/root", "/proc/self/cwd", "/proc/1/root",
             "/proc/self/task/%d/root" % os.getpid(), "/..", "/case/.."):
    refused(root, lambda: os.open(root + "/" + "../" * 12 + target,
                                  os.O_RDONLY), here=True)
if os.getcwd().startswith("(unreachable)"):
    escaped("its folder is outside of its root")
