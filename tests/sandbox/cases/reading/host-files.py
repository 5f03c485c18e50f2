# does: reads what must not be there: homes, shadow, secrets, other folders
# expect: exited:0
# denied: open
# says: /etc/shadow
# flask: import
import os
import sys

from attack import FACTS, escaped, unreadable


# What a submission is served with may lie in somebody's home: the way there,
# and nothing beside it, is in the box.
SERVER = os.path.abspath(sys.modules["__main__"].__file__)
WAYS = [sys.prefix, os.path.dirname(SERVER)]


def shown(folder):
    found = []
    for name in os.listdir(folder):
        below = folder + "/" + name
        if below in WAYS:
            continue
        if any(way.startswith(below + "/") for way in WAYS):
            found += shown(below)
        else:
            found.append(below)
    return found


unreadable(FACTS["secret_file"])
for path in ("/etc/shadow", "/etc/gshadow", "/etc/sudoers", "/etc/crontab",
             "/root/.bashrc", "/root/.ssh/id_rsa", "/etc/ssh/sshd_config",
             "/etc/machine-id", "/etc/fstab",
             "/var/log/syslog", "/var/log/dpkg.log", "/var/lib/dpkg/status",
             "/boot/grub/grub.cfg", "/proc/1/environ", "/.dockerenv",
             "/etc/hosts.allow", "/etc/environment"):
    unreadable(path)
for folder in ("/root", "/home", "/srv", "/opt", "/mnt", "/media", "/boot",
               "/var/lib", "/var/log", "/var/spool", "/sys", "/lost+found"):
    try:
        if shown(folder):
            escaped("%s shows %s" % (folder, shown(folder)[:3]))
    except OSError:
        pass
