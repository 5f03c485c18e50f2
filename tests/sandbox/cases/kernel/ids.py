# does: becomes somebody else
# expect: exited:0
# bare-void: /proc cannot be opened
# rests-on: landlock: an id map that maps nothing
import os

from attack import escaped, refused

for uid in (0, 1, 65534, os.getuid() + 1):
    refused("setuid %d" % uid, lambda: os.setuid(uid) or 0)
    refused("setresuid %d" % uid, lambda: os.setresuid(-1, uid, -1) or 0)
    refused("setgid %d" % uid, lambda: os.setgid(uid) or 0)
    refused("setresgid %d" % uid, lambda: os.setresgid(uid, uid, uid) or 0)
    refused("setgroups %d" % uid, lambda: os.setgroups([uid]) or 0)
for path, text in (("uid_map", "0 0 1"), ("gid_map", "0 0 1"),
                   ("setgroups", "allow"), ("projid_map", "0 0 1")):
    def write():
        with open("/proc/self/" + path, "w") as file:
            file.write(text)
        return 1
    refused("writing " + path, write)
with open("/proc/self/uid_map") as uid_map:
    for line in uid_map:
        inside, outside, count = map(int, line.split())
        if inside <= os.getuid() < inside + count and outside == 0 \
                and os.getuid() == inside:
            escaped("is uid 0 of the namespace above")
