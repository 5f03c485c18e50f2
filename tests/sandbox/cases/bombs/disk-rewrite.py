# does: writes and syncs the same file again and again
# limits: disk=32M memory=128M wall=10
# expect: exited:0
import os

fd = os.open("/tmp/hot", os.O_CREAT | os.O_RDWR, 0o600)
for _ in range(40):
    os.pwrite(fd, b"x" * (4 << 20), 0)
    os.fsync(fd)
os.sync()
