# does: calls that nothing under test needs: mounts, power, modules, quota
# expect: exited:0
from attack import filtered, syscall

BAD = (-1, -1, -1, -1, -1, -1)
for name in ("mount", "umount2", "pivot_root", "swapon", "swapoff",
             "sethostname", "setdomainname", "init_module", "finit_module",
             "delete_module", "quotactl", "quotactl_fd", "acct", "kexec_load",
             "kexec_file_load", "vhangup", "fsopen", "fsconfig", "fsmount",
             "fspick", "open_tree", "open_tree_attr", "move_mount",
             "mount_setattr", "statmount", "listmount", "listns",
             "iopl", "ioperm", "modify_ldt"):
    filtered(name, lambda: syscall(name, *BAD))
# A command that changes nothing that matters, should it get through.
filtered("reboot", lambda: syscall("reboot", 0xfee1dead, 672274793, 0, 0))
