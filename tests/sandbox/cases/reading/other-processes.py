# does: reads the command lines of everybody
# expect: exited:0
# bare-void: /proc cannot be opened
import os

from attack import FACTS, escaped

for pid in filter(str.isdigit, os.listdir("/proc")):
    try:
        with open("/proc/%s/cmdline" % pid, "rb") as file:
            line = file.read().replace(b"\0", b" ").decode()
    except OSError:
        continue
    if int(pid) not in (os.getpid(), 1) and "fumehood" in line:
        escaped("process %s: %s" % (pid, line))
    if FACTS["secret"] != "unset" and FACTS["secret"] in line \
            and int(pid) != os.getpid():
        escaped("the secret is in the command line of %s" % pid)
