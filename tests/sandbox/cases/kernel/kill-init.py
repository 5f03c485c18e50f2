# does: every signal to init, by every call; then everything still works
# expect: exited:0
# flask: request
import os

from attack import escaped, syscall

for number in range(1, 65):
    for call in (lambda: os.kill(1, number),
                 lambda: syscall("tgkill", 1, 1, number),
                 lambda: syscall("rt_sigqueueinfo", 1, number, bytes(128)),
                 lambda: syscall("pidfd_send_signal", os.pidfd_open(1),
                                 number, 0, 0)):
        try:
            call()
        except OSError:
            pass
pid = os.fork()
if pid == 0:
    os._exit(7)
if os.waitpid(pid, 0)[1] != 7 << 8:
    escaped("a child was not waited for")
