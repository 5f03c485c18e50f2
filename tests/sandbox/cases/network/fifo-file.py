# does: writes into a fifo of the host, which a read-only bind permits
# expect: exited:0
# only-by: landlock: a fifo below a bound folder, open to everybody
import os

from attack import FACTS, refused

path = FACTS["bound"] + "/service.fifo"
for flags in (os.O_WRONLY, os.O_RDWR):
    refused("the host's fifo", lambda: os.write(
        os.open(path, flags | os.O_NONBLOCK), b"hello from inside"))
refused("through /proc", lambda: os.write(os.open(
    "/proc/self/fd/%d" % os.open(path, os.O_PATH),
    os.O_WRONLY | os.O_NONBLOCK), b"hello from inside"))
