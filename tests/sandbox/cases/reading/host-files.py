# does: reads what must not be there: homes, shadow, secrets, other folders
# expect: exited:0
# denied: open
# says: /etc/shadow
# flask: import
import os
import sys

from attack import FACTS, escaped, unreadable


def shown(folder):
    """What is in it, but for the way to the environment of submissions, which
    may lie in somebody's home: that way, and nothing beside it, is there."""
    names = os.listdir(folder)
    for name in names:
        below = folder + "/" + name
        if len(names) > 1 or not (sys.prefix + "/").startswith(below + "/"):
            return names
        return [] if below == sys.prefix else shown(below)
    return names


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
