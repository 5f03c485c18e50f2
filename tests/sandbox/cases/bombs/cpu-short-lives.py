# does: spends its time in children that end before anybody looks
# limits: cpu=0.5 wall=10
# expect: cpu-time
import os
import time

for _ in range(1000):
    pid = os.fork()
    if pid == 0:
        end = time.process_time() + 0.004
        while time.process_time() < end:
            pass
        os._exit(0)
    os.waitpid(pid, 0)
