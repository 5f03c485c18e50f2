# does: reads what must not be there: homes, shadow, secrets, other folders
# expect: exited:0
# denied: open
# says: /etc/shadow
# flask: import
import os

from attack import FACTS, escaped, unreadable

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
        if os.listdir(folder):
            escaped("%s shows %s" % (folder, os.listdir(folder)[:3]))
    except OSError:
        pass
