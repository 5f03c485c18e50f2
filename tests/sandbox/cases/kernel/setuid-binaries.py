# does: runs programs that would gain rights: the system's and its own
# expect: exited:0
import os
import shutil
import subprocess

from attack import FACTS, escaped, unreadable

KEYS = ("Uid", "Gid", "CapPrm", "CapEff")


def rights(command):
    try:
        text = subprocess.run(command, capture_output=True, text=True,
                              timeout=5).stdout
    except OSError:
        return None
    return {line.split(":")[0]: line.split(":")[1].split()
            for line in text.splitlines() if line.split(":")[0] in KEYS}


mine = rights(["/bin/cat", "/proc/self/status"])
shutil.copy("/bin/cat", "/tmp/cat")
for mode in (0o4755, 0o6755, 0o2755):
    try:
        os.chmod("/tmp/cat", mode)
    except OSError:
        pass
    for cat in ("/tmp/cat", FACTS["bound"] + "/setuid-cat",
                FACTS["bound"] + "/capable-cat"):
        got = rights([cat, "/proc/self/status"])
        if got and got != mine:
            escaped("%s gives %s" % (cat, got))
for program in ("su", "sudo", "newuidmap", "fusermount3", "mount", "passwd",
                "pkexec", "unix_chkpwd", "ssh-keysign", "chsh"):
    path = shutil.which(program, path="/bin:/sbin:/usr/bin:/usr/sbin")
    if path:
        unreadable("/etc/shadow")
