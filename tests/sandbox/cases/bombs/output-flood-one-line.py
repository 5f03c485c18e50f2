# does: one line of 32 MiB, to stderr, with zeros and broken text in it
# limits: output=256K wall=10
# expect: exited:0
# also: output-cut
import os

block = bytes(range(10)) + bytes(range(11, 256))
block = block * 256
for _ in range((32 << 20) // len(block)):
    os.write(2, block)
