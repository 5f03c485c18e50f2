# does: asks for a personality that makes exploits easier
# expect: exited:0
# rests-on: seccomp: it weakens nobody but itself
from attack import refused, syscall

for name, value in (("no randomisation", 0x40000), ("read means execute",
                    0x400000), ("map page zero", 0x100000),
                    ("32 bit", 8), ("SVR4", 0x4100001)):
    refused("personality: " + name, lambda: syscall("personality", value))
