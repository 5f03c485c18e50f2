"""The suite must be able to fail: each of these must be noticed."""

import copy
import ctypes
import os
import signal
import socket
import subprocess

LIBC = ctypes.CDLL(None, use_errno=True)


def wrong_end(worker, cases):
    """A case that ends otherwise than its header says."""
    case = copy.deepcopy(cases["ends/exit-1"])
    case.expect = case.expect_none = ["exited:0"]
    return worker.attempt(case, cases)[0]


def evidence(worker, cases):
    """A case that says it escaped, though it ends as expected."""
    case = copy.deepcopy(cases["ends/exit-0"])
    case.command = lambda: ["/bin/sh", "-c", "echo ARMED; echo ESCAPED far"]
    return worker.attempt(case, cases)[0]


def silence(worker, cases):
    """A case that never began, though it ends as expected."""
    case = copy.deepcopy(cases["ends/exit-0"])
    case.command = lambda: ["/bin/true"]
    return worker.attempt(case, cases)[0]


def missing_call(worker, cases):
    """A refused call that nobody made."""
    case = copy.deepcopy(cases["ends/exit-0"])
    case.denied = ["mount"]
    return worker.attempt(case, cases)[0]


def process_left(worker, _):
    child = subprocess.Popen(["/bin/sleep", "20"])
    found = worker.watch.left(0.02)
    child.kill()
    child.wait()
    worker.watch.renew()
    return found


def file_left(worker, _):
    path = "/tmp/fumehood-selftest-%d" % os.getuid()
    with open(path, "w", encoding="ascii"):
        found = worker.watch.left(0.02)
    os.unlink(path)
    worker.watch.renew()
    return found


def memory_left(worker, _):
    shm = LIBC.shmget(0, 4096, 0o1600)
    found = worker.watch.left(0.02)
    LIBC.shmctl(shm, 0, None)
    worker.watch.renew()
    return found


def visitor(worker, _):
    with socket.create_connection(("127.0.0.1", worker.host.tcp4)):
        return worker.host.visits()


def witness_hurt(worker, _):
    os.kill(worker.host.witness, signal.SIGSTOP)
    os.waitid(os.P_PID, worker.host.witness, os.WSTOPPED)
    found = worker.host.visits()
    os.kill(worker.host.witness, signal.SIGCONT)
    os.waitid(os.P_PID, worker.host.witness, os.WCONTINUED)
    while worker.host.visits():
        pass  # back to what it was
    return found


PROOFS = (wrong_end, evidence, silence, missing_call, process_left,
          file_left, memory_left, visitor, witness_hurt)


def run(worker, cases):
    """Names of what would go unnoticed; empty: the suite can fail."""
    return [proof.__name__ for proof in PROOFS if not proof(worker, cases)]
