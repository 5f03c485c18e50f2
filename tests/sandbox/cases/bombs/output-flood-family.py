# does: eight children flood both outputs at once
# limits: output=128K processes=32 wall=10
# expect: exited:0
# also: output-cut
import os

from attack import bounded

for child in range(8):
    if os.fork() == 0:
        bounded(8)
        for _ in range(64):
            os.write(1 + child % 2, b"%d" % child * 65536)
        os._exit(0)
for _ in range(8):
    os.wait()
