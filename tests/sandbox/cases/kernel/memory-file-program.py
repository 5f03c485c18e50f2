# does: executes a program that has no name, and looks at its rights
# expect: exited:0
# rests-on: seccomp: what it runs is as bound by the other layers
import os

from attack import escaped

try:
    fd = os.memfd_create("program", 0)
except OSError:
    fd = -1
if fd >= 0:
    with open("/bin/cat", "rb") as cat:
        os.write(fd, cat.read())
    reader, writer = os.pipe()
    if os.fork() == 0:
        os.dup2(writer, 1)
        try:
            os.execve(fd, ["cat", "/proc/self/status"], {})
        except OSError:
            os._exit(0)
    os.close(writer)
    text = os.fdopen(reader).read()
    if text and ("NoNewPrivs:\t1" not in text or "Seccomp:\t2" not in text
                 or "CapEff:\t0000000000000000" not in text):
        escaped("an unconfined program")
