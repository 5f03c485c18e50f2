# does: executes from a thread while other threads fork
# limits: processes=48 wall=6
# expect: exited:0 exited:4
import os
import threading
import time

from attack import bounded


def fork():
    for _ in range(40):
        try:
            pid = os.fork()
        except OSError:
            continue
        if pid == 0:
            bounded(4)
            os._exit(0)
        os.waitpid(pid, 0)


for _ in range(4):
    threading.Thread(target=fork, daemon=True).start()
time.sleep(0.01)
os.write(1, b"CONTAINED\n")
os.execv("/bin/sh", ["/bin/sh", "-c", "exit 4"])
