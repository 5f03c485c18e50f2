# does: spends its time in orphans that init reaps before anybody looks
# limits: cpu=0.5 wall=10
# expect: cpu-time
import os
import time

for _ in range(700):
    pid = os.fork()
    if pid == 0:
        if os.fork():
            os._exit(0)
        end = time.process_time() + 0.004
        while time.process_time() < end:
            pass
        os._exit(0)
    os.waitpid(pid, 0)
    time.sleep(0.003)
