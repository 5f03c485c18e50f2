# does: SIGKILL to itself just below the memory limit: still no limit's
# limits: memory=128M wall=10
# expect: signalled:9
import os

kept = bytearray(b"\xa5") * (64 << 20)
os.kill(os.getpid(), 9)
