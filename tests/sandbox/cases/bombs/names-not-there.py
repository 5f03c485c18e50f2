# does: asks a shared folder for names that it has not, to be remembered
# limits: memory=64M wall=5
# expect: exited:0 memory
import os
import time

end, number = time.monotonic() + 1, 0
while time.monotonic() < end:
    number += 1
    try:
        os.stat("/usr/lib/%0200d" % number)
    except OSError:
        pass
