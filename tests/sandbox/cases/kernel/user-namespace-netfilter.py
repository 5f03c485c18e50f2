# does: the way of many of 2022 to 2026: user and net namespace, nf_tables
# expect: exited:0
# rests-on: seccomp: a netlink socket without any capability
import socket

from attack import escaped, refused, syscall


def whole_way():
    result = syscall("unshare", 0x50000000)
    if result >= 0:
        escaped("user and net namespace")
    socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 12)
    return 1


refused("nf_tables over netlink", whole_way)
