# does: looks what a careless parent handed down beside descriptors
# expect: exited:0
# bare-void: /proc cannot be opened
# needs: odd-parent
import os
import signal

from attack import LIBC, escaped

with open("/proc/self/status") as status:
    facts = dict(line.rstrip("\n").split(":", 1) for line in status)
if int(facts["SigBlk"], 16):
    escaped("blocked signals: %s" % facts["SigBlk"])
# Python itself ignores these two.
own = 1 << (signal.SIGPIPE - 1) | 1 << (signal.SIGXFSZ - 1)
if int(facts["SigIgn"], 16) & ~own:
    escaped("ignored signals: %s" % facts["SigIgn"])
if LIBC.personality(0xffffffff) not in (0, -1):
    escaped("personality %#x" % LIBC.personality(0xffffffff))
if os.umask(0o22) == 0o777:
    escaped("a file mask of 0777")
if "odd" in os.environ.get("ODD", ""):
    escaped("the parent's environment")
pid = os.fork()
if pid == 0:
    os._exit(4)
if os.waitpid(pid, 0)[1] != 4 << 8:
    escaped("children are not waited for")
