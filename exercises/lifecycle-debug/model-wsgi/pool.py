"""Connections that must be closed.  Leave this file as it is."""

import threading

_lock = threading.Lock()
_open = 0


class Connection:
    def __init__(self):
        self.is_open = True

    def close(self):
        global _open
        with _lock:
            if self.is_open:
                self.is_open = False
                _open -= 1


def connect():
    global _open
    with _lock:
        _open += 1
    return Connection()


def count():
    """How many connections are open now."""
    return _open
