# does: looks beside, above and below of what was bound for it
# expect: exited:0
# bare-void: / cannot be listed
import os

from attack import FACTS, escaped, unreadable

for path in ("/case/../secret", "/case/../outside/secret",
             FACTS["bound"] + "/../secret", FACTS["bound"] + "/link-to-secret",
             FACTS["bound"] + "/link-to-root/etc/shadow",
             FACTS["bound"] + "/link-up/secret"):
    unreadable(path)
names = set(os.listdir("/"))
extra = names - {"usr", "bin", "sbin", "lib", "lib32", "lib64", "libx32",
                 "programs", "etc", "dev", "proc", "tmp", "case", "work", "data", "var",
                 "run", "home", "root", "sys", "opt", "mnt"}
if extra:
    escaped("in the root: %s" % sorted(extra))
