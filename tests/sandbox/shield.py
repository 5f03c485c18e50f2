"""Where the suite runs its boxes from, and what is there to be attacked.

As root every worker has a shield: namespaces of its own for mounts, processes,
network, IPC and host name, with nothing in them but the worker.  A case that
gets out of its box is then still nowhere, and what it leaves is plain to see.
As an ordinary user there is no shield; cases that need it are skipped.

The host is what cases are told to aim at: services, files, a process.  All of
it answers, so that an attack which gets through is noticed from outside.
"""

import ctypes
import fcntl
import os
import shutil
import signal
import socket
import struct
import time

CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWIPC = 0x20000, 0x4000000, 0x8000000
CLONE_NEWPID, CLONE_NEWNET = 0x20000000, 0x40000000
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_BIND = 1, 2, 4, 4096
MS_REC, MS_PRIVATE = 16384, 1 << 18
PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
# Addresses of the world, for documentation, that lo has within a shield.
WORLD = ("198.51.100.7", "203.0.113.9", "169.254.169.254")
BOUNDS = {"memory": ("memory.limit_in_bytes", 6 << 30),
          "pids": ("pids.max", 9000)}
LIBC = ctypes.CDLL(None, use_errno=True)


def check(result):
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return result


def mount(source, target, kind, flags, data=None):
    check(LIBC.mount(source, target, kind, ctypes.c_ulong(flags), data))


def private_mounts():
    check(LIBC.unshare(CLONE_NEWNS))
    mount(b"none", b"/", None, MS_REC | MS_PRIVATE)


def _network():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, 0x8914, struct.pack("16sh14x", b"lo", 0x49))
        for number, address in enumerate(WORLD):
            name = b"lo:%d" % (number + 1)
            for request, value in ((0x8916, address),
                                   (0x891c, "255.255.255.255")):
                fcntl.ioctl(control, request, struct.pack(
                    "16sHH4s8x", name, socket.AF_INET, 0,
                    socket.inet_aton(value)))


def raise_shield():
    """Fork into a shield; returns in the child, which is its pid 1."""
    check(LIBC.unshare(CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC |
                       CLONE_NEWPID | CLONE_NEWNET))
    pid = os.fork()
    if pid:
        LIBC.prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
        os._exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) & 0xff)
    LIBC.prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
    mount(b"none", b"/", None, MS_REC | MS_PRIVATE)
    mount(b"proc", b"/proc", b"proc", MS_NOSUID | MS_NODEV)
    for folder in (b"/tmp", b"/var/tmp", b"/dev/shm", b"/run"):
        mount(b"tmpfs", folder, b"tmpfs", MS_NOSUID | MS_NODEV,
              b"mode=1777,size=1g")
    # Everybody may listen on the ports that attacks are aimed at.
    _write("/proc/sys/net/ipv4/ip_unprivileged_port_start", 0)
    check(LIBC.sethostname(b"shielded", 8))
    _network()


def privileged_files(folder):
    """Programs with rights to gain; made by root, the rest by the worker."""
    for name in ("setuid-cat", "capable-cat"):
        shutil.copy("/bin/cat", os.path.join(folder, name))
    if os.getuid() == 0:
        os.chmod(os.path.join(folder, "setuid-cat"), 0o6755)
        os.setxattr(os.path.join(folder, "capable-cat"),
                    "security.capability", struct.pack(
                        "IIIII", 0x2000001, 0xffffffff, 0, 0xffffffff, 0))


def own_cgroups():
    """Folders of the version 1 cgroups that this process is in."""
    found = []
    with open("/proc/self/cgroup", encoding="utf-8") as file:
        for line in file.read().splitlines():
            _, controller, path = line.split(":", 2)
            folder = os.path.join("/sys/fs/cgroup", controller,
                                  path.lstrip("/"))
            if controller in BOUNDS and os.path.isdir(folder):
                found.append(folder)
    return found


def make_cgroups(name):
    """Version 1 cgroups of our own, below ours: their folders.

    Boxes put theirs below, so that what they leave is told from what others
    on the machine do; and there is a bound even for what gets out.
    """
    made = []
    try:
        for above in own_cgroups():
            folder = os.path.join(above, name)
            os.mkdir(folder)
            made.append(folder)
            bound, value = BOUNDS[above.split("/")[4]]
            _write(os.path.join(folder, bound), value)
    except OSError:
        remove_cgroups(made)
        return []
    return made


def enter_cgroups(folders):
    for folder in folders:
        _write(os.path.join(folder, "cgroup.procs"), os.getpid())


def remove_cgroups(folders):
    for folder in folders:
        end = time.monotonic() + 3
        while os.path.isdir(folder) and time.monotonic() < end:
            try:
                for place, _, _ in os.walk(folder, topdown=False):
                    os.rmdir(place)
            except OSError:
                time.sleep(0.01)  # who has just been killed is still in it


def _write(path, value):
    with open(path, "w", encoding="ascii") as file:
        file.write(str(value))


def join_session_keyring():
    """As a login does: what is started inherits it, across user namespaces."""
    number = {"x86_64": 250}.get(os.uname().machine, 219)
    LIBC.syscall(number, 1, None)


def become(uid):
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    # Dropping rights made this process undumpable, its /proc root's, and
    # forgot the signal at its parent's death.
    LIBC.prctl(4, 1, 0, 0, 0)
    LIBC.prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)


def overlay(folder, uid):
    """An overlay of the host below what is bound, the user's own."""
    layers = folder + "-layers"
    for name in ("", "/lower", "/upper", "/work"):
        os.mkdir(layers + name)
        os.chown(layers + name, uid, uid)
    os.mkdir(folder)
    mount(b"overlay", folder.encode(), b"overlay", MS_NOSUID | MS_NODEV, (
        "lowerdir=%s/lower,upperdir=%s/upper,workdir=%s/work" % (
            layers, layers, layers)).encode())


class Host:
    """What is there to be attacked; visits() tells what was reached."""

    def __init__(self, folder, shielded):
        self.folder, self.shielded = folder, shielded
        self.case = os.path.join(folder, "case")
        self.secret = "secret-" + os.urandom(8).hex()
        self.listeners, self.readers = [], []
        self._files()
        self._sockets()
        self.witness = os.fork()
        if self.witness == 0:
            LIBC.prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
            while True:
                signal.pause()
        # What a careless runner would leave open to the box.
        self.leaks = [os.open(self.secret_file, os.O_RDONLY),
                      os.open("/", os.O_RDONLY | os.O_DIRECTORY),
                      os.dup(self.listeners[0].fileno())]
        self.before = self._state()

    def _files(self):
        self.secret_file = os.path.join(self.folder, "secret")
        with open(self.secret_file, "w", encoding="ascii") as file:
            file.write(self.secret)
        inside = os.path.join(self.case, "")
        os.symlink(self.secret_file, inside + "link-to-secret")
        os.symlink("/", inside + "link-to-root")
        os.symlink("..", inside + "link-up")
        os.mkfifo(inside + "service.fifo")
        os.chmod(inside + "service.fifo", 0o666)
        with open(inside + "writable-by-all", "w", encoding="ascii") as file:
            file.write("as it was\n")
        os.chmod(inside + "writable-by-all", 0o666)

    def _sockets(self):
        self.tcp4 = self._listen(socket.AF_INET, ("0.0.0.0", 0))
        self.tcp6 = self._listen(socket.AF_INET6, ("::", 0))
        self.udp4 = self._receive(socket.AF_INET, ("0.0.0.0", 0))
        if self.shielded:
            for port in (22, 53, 80, 443):
                self._listen(socket.AF_INET, ("0.0.0.0", port))
            self._receive(socket.AF_INET, ("0.0.0.0", 53))
        self.abstract = "fumehood-" + os.urandom(4).hex()
        self._listen(socket.AF_UNIX, "\0" + self.abstract)
        self._listen(socket.AF_UNIX, self.case + "/service.sock")
        self._receive(socket.AF_UNIX, self.case + "/datagrams.sock")
        names = ["service.sock", "datagrams.sock"]
        if os.path.ismount(self.case + "/overlaid"):
            names.append("overlaid/service.sock")
            self._listen(socket.AF_UNIX, self.case + "/" + names[-1])
        for name in names:
            os.chmod(os.path.join(self.case, name), 0o777)
        self.fifo = os.open(self.case + "/service.fifo",
                            os.O_RDWR | os.O_NONBLOCK)

    def _listen(self, family, address):
        one = socket.socket(family, socket.SOCK_STREAM)
        if family == socket.AF_INET6:
            one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        one.bind(address)
        one.listen(64)
        one.setblocking(False)
        self.listeners.append(one)
        return one.getsockname()[1]

    def _receive(self, family, address):
        one = socket.socket(family, socket.SOCK_DGRAM)
        one.bind(address)
        one.setblocking(False)
        self.readers.append(one)
        return one.getsockname()[1]

    def facts(self, limits):
        return {"witness_pid": self.witness, "secret": self.secret,
                "secret_file": self.secret_file, "tcp4": self.tcp4,
                "tcp6": self.tcp6, "udp4": self.udp4, "bound": "/case",
                "abstract": self.abstract, "shield": self.shielded,
                "host_name": os.uname().nodename,
                "limits": limits}

    def _state(self):
        state = {}
        for name in ("attack.py", "writable-by-all", "setuid-cat", "cases",
                     "."):
            found = os.lstat(os.path.join(self.case, name))
            state[name] = (found.st_mode, found.st_uid, found.st_size,
                           found.st_mtime_ns, found.st_nlink)
        with open("/proc/sys/kernel/core_pattern", encoding="ascii") as file:
            state["core_pattern"] = file.read()
        state["host name"] = os.uname().nodename
        with open("/proc/%d/stat" % self.witness, encoding="ascii") as file:
            word = file.read().rpartition(")")[2].split()[0]
            state["witness"] = "well" if word in "RSD" else "state " + word
        return state

    def visits(self):
        """What attacks reached or changed since the last time: words."""
        found = []
        for one in self.listeners:
            try:
                while True:
                    one.accept()[0].close()
                    found.append("a connection to %r" % (one.getsockname(),))
            except OSError:
                pass
        for one in self.readers:
            try:
                while True:
                    one.recv(100)
                    found.append("a datagram to %r" % (one.getsockname(),))
            except OSError:
                pass
        try:
            found.append("%r through the fifo" % os.read(self.fifo, 100))
        except OSError:
            pass
        try:
            after = self._state()
        except OSError as error:
            return found + ["the host is damaged: %s" % error]
        for name, value in self.before.items():
            if after[name] != value:
                found.append("%s was %s and is %s" % (name, value,
                                                      after[name]))
        self.before = after
        return found
