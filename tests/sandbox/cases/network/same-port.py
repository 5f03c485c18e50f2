# does: listens on port 8000 while another box does: both can
# limits: wall=5
# expect: exited:0
# bare-void: it gets no socket
# beside: network/same-port
import socket
import time

server = socket.socket(socket.AF_INET)
server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
try:
    server.bind(("127.0.0.1", 8000))
    server.listen()
except PermissionError:
    pass
time.sleep(0.2)
