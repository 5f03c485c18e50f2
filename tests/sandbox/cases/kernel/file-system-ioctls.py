# does: freezes, clones, trims and marks read-only files with ioctls
# expect: exited:0
import fcntl
import os
import struct

from attack import FACTS, refused

for path in ("/", "/usr", "/case", FACTS["bound"] + "/attack.py",
             "/usr/bin/env", "/etc"):
    try:
        fd = os.open(path, os.O_RDONLY)
    except OSError:
        continue
    for name, request in (("FIFREEZE", 0xc0045877), ("FITHAW", 0xc0045878),
                          ("FITRIM", 0xc0185879), ("FICLONE", 0x40049409),
                          ("FS_IOC_SETFLAGS", 0x40086602),
                          ("FS_IOC_FSSETXATTR", 0x401c5820),
                          ("FS_IOC_SET_ENCRYPTION_POLICY", 0x800c6613),
                          ("FS_IOC_ENABLE_VERITY", 0x40806685)):
        refused("%s on %s" % (name, path), lambda: fcntl.ioctl(
            fd, request, struct.pack("Q", 0x10) + bytes(120)))
