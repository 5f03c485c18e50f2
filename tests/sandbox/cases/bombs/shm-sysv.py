# does: System V shared memory, which outlives processes
# limits: memory=96M wall=10
# expect: memory exited:0
import ctypes

from attack import LIBC, escaped, syscall

IPC_CREAT = 0o1000
LIBC.shmat.restype = ctypes.c_void_p
touched = 0
for key in range(1, 17):
    shm = syscall("shmget", 0x70000000 + key, 64 << 20, IPC_CREAT | 0o666)
    if shm < 0:
        continue
    address = LIBC.shmat(shm, None, 0)
    if address in (None, ctypes.c_void_p(-1).value):
        continue
    ctypes.memset(address, 1, 64 << 20)
    touched += 64 << 20
if touched > 192 << 20:
    escaped("%d bytes of System V memory" % touched)
