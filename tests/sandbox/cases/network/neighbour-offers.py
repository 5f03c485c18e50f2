# does: offers a neighbour all that could connect two boxes
# limits: wall=5
# expect: exited:0
import os
import socket
import time

from attack import syscall

kept = []
for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
    try:
        one = socket.socket(socket.AF_UNIX, kind)
        one.bind("\0fumehood-neighbour-%d" % kind)
        if kind == socket.SOCK_STREAM:
            one.listen()
        kept.append(one)
    except OSError:
        pass
for host in ("127.0.0.1", "0.0.0.0"):
    try:
        kept.append(socket.create_server((host, 8123), reuse_port=True))
    except OSError:
        pass
for folder in ("/tmp", "/dev/shm", "/var/tmp", "/run", "/dev"):
    try:
        with open(folder + "/fumehood-neighbour", "w") as file:
            file.write("hello")
    except OSError:
        pass
syscall("shmget", 0x66756d65, 4096, 0o1666)
syscall("msgget", 0x66756d65, 0o1666)
syscall("semget", 0x66756d65, 1, 0o1666)
syscall("mq_open", b"fumehood-neighbour", os.O_CREAT | os.O_RDWR, 0o666, 0)
time.sleep(0.5)
