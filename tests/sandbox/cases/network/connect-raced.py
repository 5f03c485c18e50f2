# does: connects while a thread changes the address, and the links on the way
#       to it, from its own socket to the host's and back
# limits: wall=10
# expect: exited:0
# bare-void: it gets no socket
# only-by: seccomp: a socket file below a bound folder, open to everybody
import ctypes
import os
import socket
import struct
import threading

from attack import FACTS, LIBC, escaped

TRIES = 300
own, link, spare = "/tmp/own.sock", "/tmp/link", "/tmp/spare"
outside = FACTS["bound"] + "/service.sock"
server = socket.socket(socket.AF_UNIX)
server.bind(own)
server.listen(2 * TRIES)
addresses = [struct.pack("H108s", 1, path.encode()) for path in (own, outside)]
shown = ctypes.create_string_buffer(addresses[0], len(addresses[0]))
over = False


def change_address():
    while not over:
        for address in addresses:
            ctypes.memmove(shown, address, len(address))


def change_link():
    while not over:
        for path in (own, outside):
            os.symlink(path, spare)
            os.replace(spare, link)


def connect(address):
    one = socket.socket(socket.AF_UNIX)
    if LIBC.connect(one.fileno(), address, len(addresses[0])) == 0:
        if one.getpeername() != own:
            escaped("connected to %r" % one.getpeername())


through_link = struct.pack("H108s", 1, link.encode())
threads = [threading.Thread(target=change_address),
           threading.Thread(target=change_link)]
for thread in threads:
    thread.start()
for _ in range(TRIES):
    connect(shown)
    connect(through_link)
over = True
for thread in threads:
    thread.join()
