"""Many boxes, and what is left of them; a warm start without any box."""

import contextlib
import os
import pathlib
import socket
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

IN_A_ROW, AT_ONCE = 200, 8
SETTLE_SECONDS = 3  # what the kernel takes down in its own time
SLABS = ("net_namespace", "mnt_cache", "pid_namespace", "user_namespace")
HERE = pathlib.Path(__file__).resolve().parent


def number(path, word):
    try:
        return int(pathlib.Path(path).read_text(encoding="ascii").split()[word])
    except OSError:
        return 0


def slabs():
    """Kernel objects that boxes are made of; only root may count them."""
    try:
        with open("/proc/slabinfo", encoding="ascii") as file:
            lines = [line.split() for line in file]
    except OSError:
        return 0
    return sum(int(words[1]) for words in lines if words[0] in SLABS)


def namespaces():
    found = set()
    for pid in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError):
            for kind in os.listdir("/proc/%s/ns" % pid):
                found.add(os.readlink("/proc/%s/ns/%s" % (pid, kind)))
    return len(found)


def cgroups():
    return sum(len(folders) for _, folders, _ in os.walk("/sys/fs/cgroup"))


def counts():
    return {"open files": number("/proc/sys/fs/file-nr", 0),
            "namespaces": namespaces(), "cgroups": cgroups(),
            "kernel objects of namespaces": slabs()}


def growth(before):
    """By how much each count grew and stays so for a while."""
    end = time.monotonic() + SETTLE_SECONDS
    least = None
    while least is None or (any(least.values()) and time.monotonic() < end):
        now = {what: max(0, n - before[what]) for what, n in counts().items()}
        least = {what: min(n, least[what]) for what, n in now.items()} \
            if least else now
        time.sleep(0.05)
    return least


def bench_many(command, took_ms):
    """200 in a row and 8 at once."""
    for at_once in (1, AT_ONCE):
        with ThreadPoolExecutor(at_once) as pool:
            list(pool.map(took_ms, [command] * AT_ONCE))
            before = counts()
            start = time.monotonic()
            list(pool.map(took_ms, [command] * IN_A_ROW))
            taken = (time.monotonic() - start) * 1000
        print("%-34s %8.1f ms   left behind: %s" % (
            "each of %d boxes, %d at once" % (IN_A_ROW, at_once),
            taken / IN_A_ROW,
            ", ".join("%d %s" % (n, what) for what, n in
                      growth(before).items() if n) or "nothing"), flush=True)


def build_floor(root, folder):
    """The program that does a box's kernel calls and nothing else."""
    program = folder / "floor"
    subprocess.run(["cc", "-std=gnu17", "-D_GNU_SOURCE", "-O2", "-static",
                    "-I", root, "-o", program, HERE / "floor.c",
                    root / "build/release/libsandbox.a"], check=True)
    folder.chmod(0o755)  # ordinary users run it as well
    return str(program)


def cgroup_folders():
    """Where a box's cgroups are made, version 2 first; none that we may not
    write to."""
    found = []
    with open("/proc/self/cgroup", encoding="ascii") as file:
        lines = [line.strip().split(":", 2) for line in file]
    for _, controllers, path in sorted(lines, key=lambda line: line[1]):
        if controllers not in ("", "memory", "pids"):
            continue
        mount = "/sys/fs/cgroup/" + (controllers or "unified")
        mount = mount if os.path.isdir(mount) else "/sys/fs/cgroup"
        places = [mount + path, mount]
        found += [place for place in places if os.access(place, os.W_OK)][:1]
    return found


class Unboxed:
    """The same fork server and the same server program, in no box at all."""

    def __init__(self, root, python, folder, model):
        library = folder / "unboxed.so"
        subprocess.run(["cc", "-O2", "-shared", "-fPIC", "-o", library,
                        HERE / "unboxed.c"], check=True)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.ours, theirs = socket.socketpair()
        for one in (self.listener, theirs):
            one.set_inheritable(True)
        packages = next((root / "build/env/lib").glob("*/site-packages"))
        serve = root / "runner/session/serve.py"
        self.process = subprocess.Popen(
            [python, "-I", "-S", "-X", "utf8", root / "sandbox/forkserver.py",
             library, packages, serve, "*", str(theirs.fileno())],
            cwd="/", close_fds=False, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={
                "UNBOXED_LISTENER": str(self.listener.fileno()),
                "UNBOXED_SERVE": str(serve), "UNBOXED_MODEL": str(model),
                "UNBOXED_PACKAGES": "packages=%s" % packages,
                "CATALOGUE_DB": str(folder / "unboxed.db")})
        theirs.close()
        self.start()  # it has imported everything when this is over

    def start(self):
        """Milliseconds from asking for a fork to the first answer."""
        begin = time.monotonic()
        self.ours.send(b"start")
        with socket.create_connection(("127.0.0.1", self.port)) as client:
            client.sendall(b"GET /products HTTP/1.1\r\nHost: x\r\n"
                           b"Connection: close\r\n\r\n")
            assert client.recv(12).startswith(b"HTTP/1.")
        taken = (time.monotonic() - begin) * 1000
        self.ours.send(b"stop")
        assert self.ours.recv(16) == b"stopped"
        return taken

    def end(self):
        self.ours.close()
        self.process.wait()
        self.listener.close()
