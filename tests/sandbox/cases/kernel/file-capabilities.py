# does: gives its own file capabilities and trusted attributes
# expect: exited:0
import os
import shutil
import struct

from attack import refused

shutil.copy("/bin/cat", "/tmp/cat")
CAPABLE = struct.pack("IIIII", 0x2000001, 0xffffffff, 0, 0xffffffff, 0)
ROOTED = struct.pack("IIIIII", 0x3000001, 0xffffffff, 0, 0xffffffff, 0, 0)
for data in (CAPABLE, ROOTED):
    refused("file capabilities", lambda: os.setxattr(
        "/tmp/cat", "security.capability", data) or 0)
for name in ("trusted.overlay.opaque", "trusted.x", "security.x"):
    refused(name, lambda: os.setxattr("/tmp/cat", name, b"y") or 0)
