# does: eight children that share the memory of their parent, as workers do
# limits: memory=128M processes=32 wall=10
# expect: exited:0
import os
import time

from attack import bounded

memory = b"\1" * (64 << 20)
ready, done = os.pipe(), os.pipe()
for _ in range(8):
    if os.fork() == 0:
        bounded(8)
        os.write(ready[1], memory[:1])
        os.close(done[1])
        os.read(done[0], 1)
        os._exit(0)
for _ in range(8):
    os.read(ready[0], 1)
time.sleep(0.5)  # for the samples: one of them sees them all
os.close(done[1])
for _ in range(8):
    os.wait()
