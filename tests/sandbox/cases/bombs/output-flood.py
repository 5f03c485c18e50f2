# does: 64 MiB to stdout as fast as it goes; must not be blocked by it
# limits: output=256K wall=10
# expect: exited:0
# also: output-cut
# flask: import request
import os

block = b"flood " * 10923
for _ in range(1024):
    os.write(1, block)
