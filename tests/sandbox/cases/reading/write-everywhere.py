# does: writes, renames, links and unlinks in all that is read-only
# expect: exited:0
# flask: request
import os

from attack import FACTS, refused, syscall, unwritable, without_effect

bound = FACTS["bound"]
for path in (bound + "/attack.py", "/usr/bin/env", "/bin/sh", "/etc/passwd",
             "/etc/ld.so.cache", bound + "/writable-by-all"):
    unwritable(path)
    for name, call in (
            ("truncate", lambda: os.truncate(path, 0) or 0),
            ("chmod", lambda: without_effect(
                path, lambda: os.chmod(path, 0o757))),
            ("chown", lambda: without_effect(
                path, lambda: os.chown(path, os.getuid() + 1, -1))),
            ("utime", lambda: without_effect(path, lambda: os.utime(path))),
            ("unlink", lambda: os.unlink(path) or 0),
            ("rename", lambda: os.rename(path, path + ".x") or 0),
            ("link", lambda: os.link(path, path + ".y") or 0),
            ("xattr", lambda: os.setxattr(path, "user.x", b"y") or 0),
            ("fchmodat2", lambda: without_effect(path, lambda: syscall(
                452, -100, path.encode(), 0o757, 0))),
            ("setxattrat", lambda: syscall(463, -100, path.encode(), 0,
                                           b"user.x", bytes(16), 16))):
        refused("%s %s" % (name, path), call, here=True)
for folder in ("/", "/usr", "/usr/bin", "/etc", "/bin", "/lib", bound,
               "/dev", "/proc", "/usr/lib/python3", "/usr/local"):
    refused("a file in " + folder, lambda: os.open(
        folder + "/new", os.O_CREAT | os.O_WRONLY, 0o600), here=True)
    refused("a folder in " + folder,
            lambda: os.mkdir(folder + "/new.d") or 0, here=True)
    refused("a nameless file in " + folder, lambda: os.open(
        folder, os.O_TMPFILE | os.O_RDWR, 0o600), here=True)
