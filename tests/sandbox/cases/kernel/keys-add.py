# does: leaves a key with a message for whoever comes next
# expect: exited:0
# denied: add_key
# rests-on: seccomp: keyrings belong to the box's user namespace, see keys-hunt
# then: kernel/keys-hunt
from attack import refused, syscall

for ring in (-1, -2, -3, -4, -5):
    for kind in (b"user", b"logon", b"big_key", b"keyring"):
        refused("add_key %d" % ring, lambda: syscall(
            "add_key", kind, b"fumehood:message", b"secret", 6, ring))
    refused("request_key", lambda: syscall(
        "request_key", b"user", b"fumehood:message", b"x", ring))
for operation in (0, 1, 6, 8, 11, 17, 22, 28, 32):
    refused("keyctl %d" % operation, lambda: syscall(
        "keyctl", operation, -5, 0, 0, 0))
