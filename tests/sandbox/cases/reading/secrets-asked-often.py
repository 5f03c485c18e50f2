# does: asks for files that are watched, 20000 times, in three processes
# limits: cpu=8 wall=10
# expect: exited:0
# denied: open
import os

from attack import bounded

children = []
for _ in range(2):
    pid = os.fork()
    if pid == 0:
        bounded(8)
        children = []
        break
    children.append(pid)
for number in range(20000 // 3):
    for path in ("/etc/shadow", "/root"):
        try:
            os.close(os.open(path, os.O_RDONLY))
        except OSError:
            pass
if not children:
    os._exit(0)
for pid in children:
    os.waitpid(pid, 0)
