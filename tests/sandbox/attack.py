"""What the cases share: raw system calls, evidence, and facts of the host.

    python3 -I attack.py CASE.py [FACTS]

prints ARMED, runs the case, and prints CONTAINED if nothing that it tried
worked.  What worked is printed as ESCAPED; a case that is itself wrong ends
as BROKEN.  FACTS is a JSON object of what the suite put on the host for cases
to look for: they are told where to aim, so that a miss is not luck.

Every case is bounded here too: no process of it outlives BOUND_SECONDS.
"""

import ctypes
import errno
import json
import os
import re
import runpy
import signal
import sys
import traceback

BOUND_SECONDS = 15
SLOW = 1  # an emulated machine's is set where this is copied to
LIBC = ctypes.CDLL(None, use_errno=True)
LIBC.syscall.restype = ctypes.c_long

FACTS = {
    "witness_pid": 1, "secret_file": "/root/.secret", "secret": "unset",
    "tcp4": 22, "tcp6": 22, "udp4": 53, "abstract": "host-service",
    "bound": "/case", "host_name": "?", "shield": False, "cgroup": "none", "without": "",
    # In a box without namespaces: where things are that are elsewhere in others.
    "places": {},
    "limits": {"memory": 512 << 20, "disk": 64 << 20, "processes": 64,
               "inodes": 20000, "files": 256},
}

# Calls by name: on x86_64, elsewhere (the generic table); None: not there.
# From 424 on all machines agree.
NUMBERS = {
    "acct": (163, 89), "add_key": (248, 217), "adjtimex": (159, 171),
    "afs_syscall": (183, None), "bpf": (321, 280), "capset": (126, 91),
    "chroot": (161, 51), "clock_adjtime": (305, 266),
    "clock_settime": (227, 112), "clone": (56, 220),
    "create_module": (174, None), "delete_module": (176, 106),
    "execveat": (322, 281), "fadvise64": (221, 223), "fallocate": (285, 47),
    "fanotify_init": (300, 262), "fanotify_mark": (301, 263),
    "finit_module": (313, 273), "get_kernel_syms": (177, None),
    "getpid": (39, 172), "getpmsg": (181, None), "init_module": (175, 105),
    "ioctl": (16, 29), "ioperm": (173, None), "iopl": (172, None),
    "ioprio_set": (251, 30), "kcmp": (312, 272),
    "kexec_file_load": (320, 294), "kexec_load": (246, 104),
    "keyctl": (250, 219), "lookup_dcookie": (212, 18), "mbind": (237, 235),
    "membarrier": (324, 283), "memfd_create": (319, 279),
    "migrate_pages": (256, 238), "modify_ldt": (154, None),
    "mount": (165, 40), "move_pages": (279, 239), "mq_open": (240, 180),
    "mq_timedsend": (242, 182), "msgget": (68, 186), "msgsnd": (69, 189),
    "name_to_handle_at": (303, 264), "nfsservctl": (180, 42),
    "open_by_handle_at": (304, 265), "perf_event_open": (298, 241),
    "personality": (135, 92), "pivot_root": (155, 41), "prctl": (157, 167),
    "prlimit64": (302, 261), "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271), "ptrace": (101, 117),
    "putpmsg": (182, None), "query_module": (178, None),
    "quotactl": (179, 60), "reboot": (169, 142), "request_key": (249, 218),
    "rt_sigqueueinfo": (129, 138), "rt_tgsigqueueinfo": (297, 240),
    "sched_setattr": (314, 274), "seccomp": (317, 277), "security": (185, None),
    "semget": (64, 190), "set_mempolicy": (238, 237),
    "setdomainname": (171, 162), "sethostname": (170, 161),
    "setns": (308, 268), "settimeofday": (164, 170), "shmat": (30, 196),
    "shmget": (29, 194), "socket": (41, 198), "splice": (275, 76),
    "madvise": (28, 233), "sync": (162, 81), "syncfs": (306, 267),
    "swapoff": (168, 225), "swapon": (167, 224), "sysfs": (139, None),
    "syslog": (103, 116), "tgkill": (234, 131), "timer_create": (222, 107),
    "tuxcall": (184, None), "umount2": (166, 39), "unshare": (272, 97),
    "uselib": (134, None), "userfaultfd": (323, 282), "ustat": (136, None),
    "vhangup": (153, 58), "vmsplice": (278, 75),
    "uretprobe": (335, None), "uprobe": (336, None),
    "pidfd_send_signal": 424, "io_uring_setup": 425, "io_uring_enter": 426,
    "io_uring_register": 427, "open_tree": 428, "move_mount": 429,
    "fsopen": 430, "fsconfig": 431, "fsmount": 432, "fspick": 433,
    "pidfd_open": 434, "clone3": 435, "openat2": 437, "pidfd_getfd": 438,
    "process_madvise": 440, "mount_setattr": 442, "quotactl_fd": 443,
    "landlock_create_ruleset": 444, "landlock_restrict_self": 446,
    "memfd_secret": 447, "process_mrelease": 448,
    "set_mempolicy_home_node": 450, "statmount": 457, "listmount": 458,
    "lsm_set_self_attr": 460, "open_tree_attr": 467, "listns": 470,
}

POLICY_REFUSES = {errno.ENOSYS, errno.EPERM, errno.EACCES}

_escapes = 0


def say(word, what=""):
    os.write(1, ("%s %s\n" % (word, what)).encode("utf-8", "replace"))


def escaped(what):
    """Something worked that must not."""
    global _escapes
    _escapes += 1
    say("ESCAPED", what)


def bounded(seconds=BOUND_SECONDS):
    """This process ends by itself, whatever becomes of the box."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(seconds * SLOW)


def fill_by_mappings(folder):
    """64 files of 1 MiB, or as many as there is room for, that have no name
    and no descriptor any more: only mappings hold them."""
    LIBC.mmap.restype = ctypes.c_void_p
    for _ in range(64):
        path = folder + "/mapped"
        fd = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
        os.unlink(path)
        try:
            os.write(fd, b"\xa5" * (1 << 20))
        except OSError:
            return
        if LIBC.mmap(None, ctypes.c_size_t(1 << 20), 3, 1, fd, 0) in (
                None, ctypes.c_void_p(-1).value):
            raise RuntimeError("no mapping")
        os.close(fd)


def number(name):
    entry = NUMBERS[name]
    if isinstance(entry, tuple):
        entry = entry[0 if os.uname().machine == "x86_64" else 1]
    return entry


def syscall(name, *args):
    """The call's result, or the negative errno; `name` may be a number."""
    nr = name if isinstance(name, int) else number(name)
    if nr is None:
        return -errno.ENOSYS
    ctypes.set_errno(0)
    words = [a if isinstance(a, (bytes, ctypes.Array, ctypes.Structure))
             else ctypes.c_long(a) for a in args]
    words = [ctypes.byref(w) if isinstance(w, ctypes.Structure) else w
             for w in words]
    result = LIBC.syscall(ctypes.c_long(nr), *words)
    return -ctypes.get_errno() if result == -1 else result


def outcome(call):
    """Run `call` here: negative errno if it was refused, else 0 or more."""
    try:
        result = call()
    except OSError as error:
        return -(error.errno or errno.EIO)
    return result if isinstance(result, int) else 0


def forked(call, seconds=5):
    """What `call` gave in a child of ours, or the -signal-1000 it died of."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        bounded(seconds)
        try:
            result = outcome(call)
        except BaseException:
            result = -errno.EBADMSG
            traceback.print_exc()
        os.write(writer, str(result).encode())
        os._exit(0)
    os.close(writer)
    text = os.read(reader, 64)
    os.close(reader)
    status = os.waitpid(pid, 0)[1]
    if os.WIFSIGNALED(status) and not text:
        return -1000 - os.WTERMSIG(status)
    return int(text or -errno.EIO)


def refused(what, call, here=False):
    """`call` must fail: with an exception, a negative result or a signal.

    `here`: without a child of its own, for what can neither kill nor hang.
    """
    result = outcome(call) if here else forked(call)
    if result >= 0:
        escaped("%s gave %d" % (what, result))
    return result


def without_effect(path, call):
    """As the call's outcome; but who is told yes and got nothing was refused
    as well."""
    def facts():
        found = os.stat(path)
        return found.st_mode, found.st_uid, found.st_mtime_ns
    before = facts()
    result = outcome(call)
    return -errno.EPERM if result >= 0 and facts() == before else result


def filtered(what, call):
    """As refused(), and the kernel must not have looked at arguments.

    Where the filter was left out, whatever it says is for other layers.
    """
    result = forked(call)
    if FACTS["without"] == "seccomp":
        return
    if result == -1000 - signal.SIGSYS or -result in POLICY_REFUSES:
        return
    escaped("%s reached the kernel: %s" % (
        what, errno.errorcode.get(-result, result)))


def unreadable(path, size=64):
    """A file that must not be opened, or has nothing in it."""
    def read():
        fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        data = os.read(fd, size)
        return len(data) if data else -errno.ENODATA
    return refused("reading " + path, read, here=True)


def unwritable(path, data=b"x", flags=0):
    def write():
        return os.write(os.open(path, os.O_WRONLY | os.O_NONBLOCK | flags),
                        data)
    return refused("writing " + path, write, here=True)


def fill(fd, limit, chunk=1 << 20):
    """Write to `fd` until refused or `limit`; how many bytes went in."""
    block, written = b"\xa5" * chunk, 0
    while written < limit:
        try:
            written += os.write(fd, block)
        except OSError as error:
            if error.errno not in (errno.ENOSPC, errno.EFBIG, errno.EDQUOT):
                raise
            break
    return written


def run_placed(path):
    """As a program that was told where its folders are."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    places = {"/tmp": os.environ["TMPDIR"], **FACTS["places"]}
    for there, here in places.items():
        text = re.sub("([\"'])%s(?=[\"'/])" % there, r"\1" + here, text)
    code = compile(text, path, "exec")
    try:
        exec(code, {"__name__": "<run_path>", "__file__": path})
    except PermissionError as error:
        say("REFUSED", error)


def run(path, facts=None):
    """Run one case in this process; true if nothing escaped."""
    FACTS.update(facts or {})
    say("ARMED", os.path.basename(path))
    if FACTS["places"]:
        run_placed(path)
    else:
        runpy.run_path(path)
    if not _escapes:
        say("CONTAINED")
    return not _escapes


def main():
    try:
        facts = json.loads(sys.argv[2]) if len(sys.argv) > 2 else None
        bounded()
        held = run(sys.argv[1], facts)
    except Exception:
        say("BROKEN", traceback.format_exc())
        sys.exit(3)
    sys.exit(0 if held else 9)


if __name__ == "__main__":
    # Cases say `from attack import ...`: they must get this very module.
    sys.modules["attack"] = sys.modules["__main__"]
    main()
