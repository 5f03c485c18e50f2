#!/usr/bin/env python3
"""Servers that attack the client: one case for each path.

usage: hostile.py     prints its port, serves until its stdin closes

Each case is what is sent once, what is sent for ever after it, and whether
the connection is then held open.  EXPECTED says how an exchange must end.
"""

import socket
import sys
import threading
import time
import zlib

OK = b"HTTP/1.1 200 OK\r\n"
JSON = OK + b"Content-Type: application/json\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
A = b"a" * 4096


def whole(body, head=JSON):
    return head + b"Content-Length: %d\r\n\r\n" % len(body) + body


def bomb():
    packed = zlib.compress(b"\0" * (64 << 20), 9)
    return whole(packed, OK + b"Content-Encoding: deflate\r\n")


CASES = {  # path: (once, for ever, hold, how it ends)
    "body-without-end": (OK + b"\r\n", A, False, "too-large"),
    "chunks-without-end": (CHUNKED, b"1000\r\n" + A + b"\r\n", False,
                           "too-large"),
    "huge-content-length": (OK + b"Content-Length: 99999999999\r\n\r\n", A,
                            False, "too-large"),
    "headers-without-end": (OK, b"X: " + A + b"\r\n", False, "too-large"),
    "header-line-without-end": (OK + b"X: ", A, False, "too-large"),
    "status-line-without-end": (b"HTTP/1.1 200 ", A, False, "too-large"),
    "interim-without-end": (b"", b"HTTP/1.1 103 Early Hints\r\nX: 1\r\n\r\n",
                            False, "too-large"),
    "trailers-without-end": (CHUNKED + b"0\r\n", b"X: " + A + b"\r\n", False,
                             "too-large"),
    "chunk-size-overflow": (CHUNKED + b"8000000000000000\r\n", A, False,
                            "not-http"),
    "chunk-size-negative": (CHUNKED + b"-1\r\nx\r\n", b"", False,
                            "not-http"),
    "chunk-extension-without-end": (CHUNKED + b"1;", A, True, "timed-out"),
    "silence": (b"", b"", True, "timed-out"),
    "silence-in-the-head": (OK, b"", True, "timed-out"),
    "silence-in-the-body": (OK + b"Content-Length: 5\r\n\r\nab", b"", True,
                            "timed-out"),
    "drip": (b"", None, True, "timed-out"),
    "close": (b"", b"", False, "reset"),
    "cut-head": (OK + b"X: 1\r\n", b"", False, "cut-short"),
    "cut-body": (OK + b"Content-Length: 5\r\n\r\nab", b"", False,
                 "cut-short"),
    "not-http": (b"220 mail ready\r\n", b"", False, "not-http"),
    "two-lengths": (OK + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\nhi!",
                    b"", False, "not-http"),
    "length-and-chunks": (OK + b"Content-Length: 5\r\n"
                          b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                          b"", False, "not-http"),
    "unasked-transfer-coding": (OK + b"Transfer-Encoding: gzip, chunked\r\n"
                                b"\r\n0\r\n\r\n", b"", False, "not-http"),
    "nul-in-header": (OK + b"X: a\0b\r\n\r\n", b"", False, "not-http"),
    "redirect-to-file": (b"HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd"
                         b"\r\nContent-Length: 0\r\n\r\n", b"", False,
                         "answered"),
    "switching-protocols": (b"HTTP/1.1 101 Switching Protocols\r\n"
                            b"Upgrade: h2c\r\n\r\n", A, False, "too-large"),
    "two-answers": (whole(b"{}") + whole(b"{}"), b"", True, "answered"),
    "compression-bomb": (bomb(), b"", False, "answered"),
    "deep-json": (whole(b"[" * 100000), b"", False, "answered"),
    "long-number": (whole(b"1" * 1000000), b"", False, "answered"),
    "wide-json": (whole(b"[" + b"0," * 1000000 + b"0]"), b"", False,
                  "answered"),
    "terminal-escapes": (whole(b"\"\x1b]0;owned\x07\xe2\x80\xae\""), b"",
                         False, "answered"),
}


def drip(connection):
    for byte in OK * 100:
        connection.send(bytes([byte]))
        time.sleep(0.2)


def serve(connection):
    try:
        path = connection.recv(65536).split(b" ")[1].decode().strip("/")
        once, ever, hold, _ = CASES[path]
        connection.sendall(once)
        while ever:
            connection.sendall(ever)
        if ever is None:
            drip(connection)
        if hold:
            connection.recv(1)
        connection.close()
    except (OSError, IndexError, KeyError):
        connection.close()


def accept(listener):
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=serve, args=[connection],
                         daemon=True).start()


def main():
    listener = socket.create_server(("127.0.0.1", 0), backlog=200)
    threading.Thread(target=accept, args=[listener], daemon=True).start()
    print(listener.getsockname()[1], flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
