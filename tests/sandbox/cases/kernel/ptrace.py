# does: traces itself, its child, its parent and init
# expect: exited:0
# denied: ptrace
# rests-on: seccomp: its own children, nobody else is there
import os
import signal

from attack import bounded, refused, syscall

TRACEME, PEEKDATA, ATTACH, SEIZE = 0, 2, 16, 0x4206
child = os.fork()
if child == 0:
    bounded(5)
    signal.pause()
refused("PTRACE_TRACEME", lambda: syscall("ptrace", TRACEME, 0, 0, 0))
for pid in (1, child, os.getpid(), os.getppid()):
    refused("attach to %d" % pid, lambda: syscall("ptrace", ATTACH, pid, 0, 0))
    refused("seize %d" % pid, lambda: syscall("ptrace", SEIZE, pid, 0, 0))
    refused("peek %d" % pid, lambda: syscall("ptrace", PEEKDATA, pid, 0, 0))
os.kill(child, signal.SIGKILL)
