# does: makes the kernel work: reads zeros by the gigabyte
# limits: cpu=0.4 wall=10
# expect: cpu-time
import os

fd = os.open("/dev/zero", os.O_RDONLY)
buffer = bytearray(4 << 20)
for _ in range(20000):
    os.readv(fd, [buffer])
