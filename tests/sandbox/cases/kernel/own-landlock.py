# does: stacks rulesets of its own, which may only forbid more
# expect: exited:0
import os
import struct

from attack import LIBC, escaped, syscall, unwritable

LIBC.prctl(38, 1, 0, 0, 0)
for _ in range(20):
    ruleset = syscall("landlock_create_ruleset", struct.pack("Q", 1), 8, 0)
    if ruleset < 0 or syscall("landlock_restrict_self", ruleset, 0) < 0:
        break
    os.close(ruleset)
for path in ("/usr/bin/env", "/etc/passwd", "/case/attack.py"):
    unwritable(path)
if os.access("/usr", os.W_OK):
    escaped("/usr is writable")
