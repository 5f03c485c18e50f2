# does: looks for keys that somebody else left
# expect: exited:0
from attack import escaped, refused, syscall

for path in ("/proc/keys", "/proc/key-users"):
    try:
        with open(path) as keys:
            if "fumehood" in keys.read():
                escaped("found the message in " + path)
    except OSError:
        pass
refused("request_key", lambda: syscall(
    "request_key", b"user", b"fumehood:message", 0, -3))
refused("search of the user's keyring", lambda: syscall(
    "keyctl", 10, -4, b"user", b"fumehood:message", 0))
