"""A program in a pseudo-terminal: what it drew, and keys to press."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time

KEYS = ("q quit", "space more", "b r q", "q more")
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b\][^\x07]*\x07")


class Terminal:
    def __init__(self, words, cwd, env, columns=80, rows=40):
        self.text, self.status = "", None
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.chdir(cwd)
            os.execve(words[0], words, env)
        self.resize(columns, rows)

    def stopped(self, seconds=20):
        """Wait until the program is stopped; the terminal's local modes."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self.read(0.1)
            pid, status = os.waitpid(self.pid, os.WNOHANG | os.WUNTRACED)
            if pid:
                assert os.WIFSTOPPED(status), status
                return termios.tcgetattr(self.fd)[3]
        raise AssertionError("not stopped:\n" + self.screen)

    def resize(self, columns, rows):
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ,
                    struct.pack("HHHH", rows, columns, 0, 0))
        os.kill(self.pid, signal.SIGWINCH)

    def press(self, keys):
        os.write(self.fd, keys.encode())

    def forget(self):
        """Later waits look only at what is drawn from now on."""
        self.read(0)
        self.text = ""

    def read(self, seconds):
        ready, _, _ = select.select([self.fd], [], [], seconds)
        if not ready:
            return False
        try:
            data = os.read(self.fd, 65536)
        except OSError:
            data = b""
        self.text += data.decode(errors="replace")
        return bool(data)

    @property
    def shown(self):
        """All that was drawn, without what moves and colors."""
        return ESCAPES.sub("", self.text)

    @property
    def screen(self):
        """The last whole picture."""
        return ESCAPES.sub("", self.text.rpartition("\x1b[H")[2])

    def wait_for(self, pattern, seconds=30):
        """Read until `pattern` is in what was drawn; when that was."""
        deadline = time.monotonic() + seconds
        while not re.search(pattern, self.shown):
            left = deadline - time.monotonic()
            assert left > 0, "no %r in:\n%s" % (pattern, self.screen)
            if not self.read(left) and self.ended():
                assert re.search(pattern, self.shown), self.shown
        return time.monotonic()

    def settle(self, pattern=r"of [0-9.]+ points", seconds=30):
        """Read until a whole picture shows `pattern` and no run is on."""
        deadline = time.monotonic() + seconds
        while not (re.search(pattern, self.screen)
                   and self.screen.rstrip().endswith(KEYS)
                   and not re.search("asking|starting", self.screen)):
            left = deadline - time.monotonic()
            assert left > 0, "no %r in:\n%s" % (pattern, self.screen)
            assert self.read(left) or not self.ended(), self.shown

    def ended(self):
        if self.status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.status = os.waitstatus_to_exitcode(status)
        return self.status is not None

    def end(self, seconds=20):
        """Wait for the program to end; its exit status."""
        deadline = time.monotonic() + seconds
        while not self.ended():
            assert time.monotonic() < deadline, self.screen
            self.read(0.1)
        return self.status

    def kill(self):
        if not self.ended():
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self.fd)
