# does: asks name servers and others with datagrams, sent in five ways
# expect: exited:0
# bare-void: it gets no socket
import socket

from attack import FACTS, escaped

query = b"\x12\x34\1\0\0\1\0\0\0\0\0\0\7example\0\0\1\0\1"
for host, port in (("198.51.100.7", 53), ("127.0.0.1", FACTS["udp4"]),
                   ("127.0.0.53", 53), ("203.0.113.255", 9)):
    one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    one.settimeout(0.02)
    for send in (lambda: one.sendto(query, (host, port)),
                 lambda: one.sendmsg([query], [], 0, (host, port)),
                 lambda: one.sendto(query, socket.MSG_DONTWAIT, (host, port)),
                 lambda: one.connect((host, port)) or one.send(query)):
        try:
            send()
            escaped("an answer from %s: %r" % (host, one.recv(99)))
        except OSError:
            pass
