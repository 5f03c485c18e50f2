# does: kills the pid that an innocent process outside has
# expect: exited:0
import os
import signal

from attack import FACTS, syscall

pid = FACTS["witness_pid"]
for number in (signal.SIGTERM, signal.SIGKILL, signal.SIGSTOP):
    for call in (lambda: os.kill(pid, number), lambda: os.killpg(pid, number),
                 lambda: syscall("tgkill", pid, pid, number),
                 lambda: syscall("pidfd_send_signal", os.pidfd_open(pid),
                                 number, 0, 0)):
        if pid <= 1 or pid == os.getpid():
            continue  # within the box that number may be its own
        try:
            call()
        except OSError:
            pass
