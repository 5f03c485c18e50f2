# does: overwrites the program that keeps it, through /proc (CVE-2019-5736)
# expect: exited:0
import os

from attack import refused

for pid in ("1", str(os.getppid())):
    if pid == str(os.getpid()):
        continue
    path = "/proc/%s/exe" % pid
    for flags in (os.O_RDONLY, os.O_WRONLY, os.O_RDWR, os.O_PATH):
        refused("opening " + path, lambda: os.open(path, flags))
refused("writing its own interpreter",
        lambda: os.open("/proc/self/exe", os.O_WRONLY))
refused("removing its own interpreter",
        lambda: os.unlink(os.readlink("/proc/self/exe")) or 0)
