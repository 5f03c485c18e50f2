# does: memory that even the kernel does not map (memfd_secret)
# limits: memory=96M wall=10
# expect: memory exited:0
import mmap
import os

from attack import escaped, syscall

fd = syscall("memfd_secret", 0)
if fd >= 0:
    os.ftruncate(fd, 512 << 20)
    try:
        area = mmap.mmap(fd, 512 << 20)
        for offset in range(0, 512 << 20, 4096):
            area[offset] = 1
        escaped("512 MiB of secret memory")
    except OSError:
        pass
