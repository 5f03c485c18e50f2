# does: looks at its rights, and asks for more
# expect: exited:0
# bare-void: /proc cannot be opened
# rests-on: seccomp: it looks for the filter itself
# flask: import
import os
import struct

from attack import escaped, refused, syscall

with open("/proc/self/status") as status:
    facts = dict(line.rstrip("\n").split(":", 1) for line in status)
for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
    if int(facts[name], 16):
        escaped("%s is %s" % (name, facts[name].strip()))
if facts["NoNewPrivs"].strip() != "1":
    escaped("no_new_privs is not set")
if facts["Seccomp"].strip() != "2":
    escaped("no seccomp filter")
if 0 in os.getresuid() or 0 in os.getresgid():
    escaped("uid or gid 0")
if 0 in os.getgroups():
    escaped("groups %s" % os.getgroups())
refused("capset", lambda: syscall("capset", struct.pack(
    "II", 0x20080522, 0), b"\xff" * 24))
for capability in (0, 6, 7, 12, 19, 21, 38):
    refused("ambient %d" % capability,
            lambda: syscall("prctl", 47, 2, capability, 0, 0))
refused("securebits", lambda: syscall("prctl", 28, 0x10, 0, 0, 0))
