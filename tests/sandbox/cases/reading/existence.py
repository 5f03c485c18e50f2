# does: asks whether files of the host exist, without opening them
# expect: exited:0
# bare-open: Landlock does not cover stat(), access() and readlink()
import os

from attack import FACTS, escaped

path = FACTS["secret_file"]
try:
    escaped("%s has %d bytes" % (path, os.stat(path).st_size))
except OSError:
    pass
if os.access(path, os.F_OK):
    escaped(path + " exists")
