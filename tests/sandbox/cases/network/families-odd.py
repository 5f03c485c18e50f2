# does: the kernel's own families: crypto, machines, packets, drivers
# expect: exited:0
# denied: socket
# rests-on: seccomp: sockets of families that have no namespace
import errno

from attack import escaped, forked, syscall

for name, family, kind, protocol in (
        ("AF_ALG", 38, 5, 0), ("AF_VSOCK", 40, 1, 0), ("AF_PACKET", 17, 3, 0),
        ("AF_XDP", 44, 3, 0), ("AF_BLUETOOTH", 31, 3, 1), ("AF_CAN", 29, 3, 1),
        ("AF_TIPC", 30, 5, 0), ("AF_RDS", 21, 5, 0), ("AF_KCM", 41, 2, 0),
        ("AF_KEY", 15, 3, 2), ("AF_QIPCRTR", 42, 2, 0), ("AF_SMC", 43, 1, 0),
        ("AF_NFC", 39, 5, 0), ("AF_PPPOX", 24, 2, 0), ("AF_LLC", 26, 2, 0),
        ("AF_RXRPC", 33, 2, 2), ("AF_PHONET", 35, 2, 0), ("AF_MCTP", 45, 2, 0)):
    result = forked(lambda: syscall("socket", family, kind, protocol))
    if result not in (-errno.EAFNOSUPPORT, -errno.EPERM, -errno.EACCES,
                      -errno.EPROTONOSUPPORT):
        escaped("%s gave %d" % (name, result))
