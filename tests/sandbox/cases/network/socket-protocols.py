# does: options that bring in the rarely used parts of the kernel's network:
#       other protocols above TCP, packet filters, repair, signatures
# expect: exited:0
# bare-void: it gets no socket
# rests-on: seccomp: what is set is its own
import socket
import struct

from attack import filtered

server = socket.create_server(("127.0.0.1", 0))
client = socket.create_connection(server.getsockname())
six = socket.socket(socket.AF_INET6, socket.SOCK_STREAM)
for name, one, level, option, value in (
        ("TCP_ULP tls", client, 6, 31, b"tls"),
        ("TCP_ULP smc", client, 6, 31, b"smc"),
        ("TCP_ULP espintcp", client, 6, 31, b"espintcp"),
        ("TCP_REPAIR", client, 6, 19, struct.pack("i", 1)),
        ("TCP_MD5SIG", client, 6, 14, bytes(216)),
        ("TCP_AO_ADD_KEY", client, 6, 38, bytes(280)),
        ("TCP_TX_DELAY", client, 6, 37, struct.pack("i", 1)),
        ("TCP_REPAIR_WINDOW", client, 6, 29, bytes(20)),
        ("SOL_TLS", client, 282, 1, bytes(40)),
        ("SOL_MPTCP", client, 284, 1, bytes(4)),
        ("IPT_SO_SET_REPLACE", client, 0, 64, bytes(128)),
        ("ARPT_SO_SET_REPLACE", client, 0, 96, bytes(128)),
        ("EBT_SO_SET_ENTRIES", client, 0, 128, bytes(128)),
        ("IP_XFRM_POLICY", client, 0, 17, bytes(168)),
        ("IP_OPTIONS", client, 0, 4, b"\7\7\4" + bytes(5)),
        ("IP6T_SO_SET_REPLACE", six, 41, 64, bytes(128)),
        ("IPV6_ADDRFORM", six, 41, 1, struct.pack("i", 2)),
        ("IPV6_FLOWLABEL_MGR", six, 41, 32, bytes(32)),
        ("IPV6_XFRM_POLICY", six, 41, 35, bytes(168)),
        ("IPV6_RTHDR", six, 41, 57, bytes(24))):
    filtered(name, lambda: one.setsockopt(level, option, value) or 0)
