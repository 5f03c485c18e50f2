#!/usr/bin/python3 -B
"""usage: forbidden.py [--uid N] -- PROGRAM ARG...

Runs a program as in a container with its engine's default profile: a system
call filter that refuses namespaces, mounts and keys and knows no clone3, and
of root's capabilities only those that a container keeps.  With --uid as an
ordinary user there, without any.  The kernel is the real one; only what it
would refuse is refused here.
"""

import argparse
import ctypes
import os
import struct
import sys

from attack import number

LIBC = ctypes.CDLL(None, use_errno=True)
PR_SET_DUMPABLE, PR_CAPBSET_DROP, PR_SET_SECCOMP, PR_SET_NNP = 4, 24, 22, 38
CAPABILITIES_MAX = 41
# chown dac_override fowner fsetid kill setgid setuid setpcap net_bind_service
# net_raw sys_chroot mknod audit_write setfcap
KEPT = (0, 1, 3, 4, 5, 6, 7, 8, 10, 13, 18, 27, 29, 31)
EPERM, ENOSYS = 1, 38
REFUSED = (
    "unshare", "setns", "mount", "umount2", "pivot_root", "keyctl", "add_key",
    "request_key", "bpf", "perf_event_open", "userfaultfd", "quotactl",
    "open_by_handle_at", "kcmp", "process_vm_readv", "process_vm_writev",
    "open_tree", "move_mount", "fsopen", "fsconfig", "fsmount", "fspick",
    "pidfd_getfd", "mount_setattr", "io_uring_setup")
NAMESPACES = 0x7e020080
LOAD, EQUAL, BITS, GIVE = 0x20, 0x15, 0x45, 0x06
ERRNO, ALLOW = 0x50000, 0x7fff0000


def _filter(refused, absent):
    code = [(LOAD, 0, 0, 0)]
    for name in absent:
        code += [(EQUAL, 0, 1, number(name)), (GIVE, 0, 0, ERRNO | ENOSYS)]
    for name in refused:
        code += [(EQUAL, 0, 1, number(name)), (GIVE, 0, 0, ERRNO | EPERM)]
    return code + [(EQUAL, 0, 3, number("clone")), (LOAD, 0, 0, 16),
                   (BITS, 0, 1, NAMESPACES), (GIVE, 0, 0, ERRNO | EPERM),
                   (GIVE, 0, 0, ALLOW)]


def _load(code):
    program = b"".join(struct.pack("HBBI", *line) for line in code)
    text = ctypes.create_string_buffer(program)
    if LIBC.prctl(PR_SET_SECCOMP, 2, struct.pack(
            "HxxxxxxP", len(code), ctypes.addressof(text)), 0, 0):
        raise OSError(ctypes.get_errno(), "no filter")


def _keep(capabilities):
    for capability in range(CAPABILITIES_MAX):
        if capability not in capabilities:
            LIBC.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)
    bits = sum(1 << bit for bit in capabilities)
    low, high = bits & 0xffffffff, bits >> 32
    header = struct.pack("Ii", 0x20080522, 0)
    if LIBC.syscall(number("capset"), header, struct.pack(
            "6I", low, low, 0, high, high, 0)):
        raise OSError(ctypes.get_errno(), "capset")


def enter(uid=0, capabilities=KEPT, landlock=True):
    """From here on this process is in such a container; for preexec_fn."""
    if os.geteuid():
        LIBC.prctl(PR_SET_NNP, 1, 0, 0, 0)
    absent = ["clone3"] + ([] if landlock else ["landlock_create_ruleset"])
    _load(_filter(REFUSED, absent))
    if os.geteuid():
        return
    if not uid:
        _keep(capabilities)
        return
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    LIBC.prctl(PR_SET_DUMPABLE, 1, 0, 0, 0)


def landlock():
    """The version that the kernel has; 0: none."""
    return max(0, LIBC.syscall(number("landlock_create_ruleset"), None, 0, 1))


def main():
    parser = argparse.ArgumentParser(usage=__doc__.partition("\n")[0][7:])
    parser.add_argument("--uid", type=int, default=0)
    parser.add_argument("command", nargs="+")
    options = parser.parse_args()
    enter(options.uid)
    os.execvp(options.command[0], options.command)


if __name__ == "__main__":
    sys.exit(main())
