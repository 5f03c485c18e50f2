# does: looks for whatever a box running beside it offers
# limits: wall=5
# expect: exited:0
# beside: network/neighbour-offers
import os
import socket
import time

from attack import escaped, syscall


def reach():
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        one = socket.socket(socket.AF_UNIX, kind)
        one.connect("\0fumehood-neighbour-%d" % kind)
        escaped("the neighbour's abstract socket")


def connect():
    socket.create_connection(("127.0.0.1", 8123), 0.1)
    escaped("the neighbour's port")


end = time.monotonic() + 0.3
while time.monotonic() < end:
    for way in (reach, connect):
        try:
            way()
        except OSError:
            pass
    for folder in ("/tmp", "/dev/shm", "/var/tmp", "/run", "/dev"):
        if os.path.exists(folder + "/fumehood-neighbour"):
            escaped("the neighbour's file in " + folder)
    for name, args in (("shmget", (0x66756d65, 4096, 0)),
                       ("msgget", (0x66756d65, 0)),
                       ("semget", (0x66756d65, 1, 0)),
                       ("mq_open", (b"fumehood-neighbour", 2, 0, 0))):
        if syscall(name, *args) >= 0:
            escaped("the neighbour's " + name)
    time.sleep(0.02)
