# does: its child fails and is killed; it itself ends with 21
# expect: exited:21
import os

for number in (9, 11, 31):
    pid = os.fork()
    if pid == 0:
        os.kill(os.getpid(), number)
    os.waitpid(pid, 0)
os._exit(21)
