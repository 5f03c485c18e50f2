# does: leaves folders that nobody may enter, and files made unchangeable
# limits: wall=5
# expect: exited:0
import fcntl
import os
import struct

os.chdir("/tmp")
folders = []
for depth in range(50):
    os.mkdir("locked")
    fd = os.open("locked/file", os.O_CREAT | os.O_WRONLY, 0o000)
    for flag in (0x10, 0x20):  # immutable, append-only
        try:
            fcntl.ioctl(fd, 0x40086602, struct.pack("l", flag))
        except OSError:
            pass
    os.close(fd)
    folders.append(os.open("locked", os.O_RDONLY | os.O_DIRECTORY))
    os.chdir("locked")
for folder in reversed(folders):
    os.fchmod(folder, 0o000)
