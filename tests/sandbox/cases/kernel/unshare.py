# does: makes namespaces of every kind
# expect: exited:0
# denied: unshare
# flask: import
from attack import refused, syscall

for name, flag in (("user", 0x10000000), ("pid", 0x20000000),
                   ("net", 0x40000000), ("mount", 0x20000),
                   ("ipc", 0x8000000), ("uts", 0x4000000),
                   ("cgroup", 0x2000000), ("time", 0x80),
                   ("user and mount", 0x10020000),
                   ("all", 0x7e020080)):
    refused("unshare " + name, lambda: syscall("unshare", flag))
