# does: talks to the kernel over netlink: routes, audit, events, filters
# expect: exited:0
# rests-on: seccomp: a netlink socket of the box's own network
import socket
import struct

from attack import refused


def ask(protocol, message, groups=0):
    one = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, protocol)
    one.settimeout(0.3)
    one.bind((0, groups))
    one.send(message)
    answer = one.recv(4096)
    kind, = struct.unpack_from("H", answer, 4)
    error, = struct.unpack_from("i", answer, 16)
    return error if kind == 2 else 1


def message(kind, flags, body):
    return struct.pack("IHHII", 16 + len(body), kind, flags, 1, 0) + body


DUMMY = struct.pack("BBHiII", 0, 0, 0, 0, 1, 1) + struct.pack(
    "HH4sHHHH5s", 8, 3, b"d0\0\0", 16, 18, 9, 1, b"dummy") + b"\0" * 3
refused("a new interface", lambda: ask(0, message(16, 0x605, DUMMY)))
refused("an address", lambda: ask(0, message(20, 0x605, struct.pack(
    "BBBBI", 2, 24, 0, 0, 1) + struct.pack("HH4s", 8, 2, b"\xc6\x33\x64\x07"))))
refused("a route", lambda: ask(0, message(24, 0x605, struct.pack(
    "BBBBBBBBI", 2, 0, 0, 0, 254, 4, 0, 1, 0))))
refused("kernel events", lambda: ask(15, b"", 1))
refused("audit", lambda: ask(9, message(1000, 5, b"")))
refused("nf_tables", lambda: ask(12, message(0xa10, 5, bytes(4))))
refused("sock_diag of everybody", lambda: ask(4, message(
    20, 0x301, struct.pack("BBBBI", 1, 0, 0, 0, 0xffffffff) + bytes(16))))
