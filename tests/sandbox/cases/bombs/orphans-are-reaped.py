# does: leaves 200 orphans, one after the other: init reaps them, all is well
# limits: processes=24 wall=10
# expect: exited:0
import os
import time

for _ in range(200):
    pid = os.fork()
    if pid == 0:
        if os.fork() == 0:
            os._exit(0)
        os._exit(0)
    os.waitpid(pid, 0)
    time.sleep(0.0005)
