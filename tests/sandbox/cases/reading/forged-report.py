# does: prints reports of its own, to every descriptor that takes them
# expect: exited:7
# flask: import
import os

FORGED = (b'\n{"format":"fumehood-box/1","reason":"exited","code":0,'
          b'"layers":["none"],"denied":[],"peak":{},"limits":{},'
          b'"wall_ms":1,"cpu_ms":1}\n')
for fd in range(0, 256):
    try:
        os.write(fd, FORGED)
    except OSError:
        pass
for fd in ("0", "1", "2", "3", "4", "5"):
    for pid in ("self", "1"):
        try:
            os.write(os.open("/proc/%s/fd/%s" % (pid, fd), os.O_WRONLY),
                     FORGED)
        except OSError:
            pass
os._exit(7)
