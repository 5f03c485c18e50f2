#!/usr/bin/env python3
"""Servers that attack the client: one case for each path.

usage: hostile.py     prints its ports, serves until its stdin closes

Each case is what is sent once, what is sent for ever after it, whether the
connection is then held open, and the fault that the client must name; None
when what comes is an answer.  The second port answers before it is asked.
"""

import gzip
import socket
import struct
import sys
import threading
import time
import zlib

OK = b"HTTP/1.1 200 OK\r\n"
JSON = OK + b"Content-Type: application/json\r\n"
LAST = JSON + b"Connection: close\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
A = b"a" * 4096
# Instead of bytes sent for ever:
DRIP, RESET = "drip", "reset"


def whole(body, head=JSON):
    return head + b"Content-Length: %d\r\n\r\n" % len(body) + body


def bomb():
    packed = zlib.compress(b"\0" * (64 << 20), 9)
    return whole(packed, OK + b"Content-Encoding: deflate\r\n")


def bomb_in_a_bomb():
    packed = gzip.compress(gzip.compress(b"\0" * (64 << 20), 9), 9)
    return whole(packed, JSON + b"Content-Encoding: gzip, gzip\r\n")


def nested_bomb():
    packed = gzip.compress(gzip.compress(b"\0" * (64 << 20), 9), 9)
    return whole(packed, JSON + b"Content-Encoding: " +
                 b", ".join([b"gzip"] * 50) + b"\r\n")


def redirect(target):
    return (b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\n"
            b"Connection: close\r\nLocation: " + target + b"\r\n\r\n")


def limit(kind):
    return "http-limit(%s)" % kind


def broken(kind):
    return "http-protocol(%s)" % kind


LIMITS = {
    "body-without-end": (OK + b"\r\n", A, False, "body"),
    "chunks-without-end": (CHUNKED, b"1000\r\n" + A + b"\r\n", False, "body"),
    "huge-content-length": (OK + b"Content-Length: 99999999999\r\n\r\n", A,
                            False, "body"),
    "switching-protocols": (b"HTTP/1.1 101 Switching Protocols\r\n"
                            b"Upgrade: h2c\r\n\r\n", A, False, "body"),
    "chunk-extension-without-end": (CHUNKED + b"1;", A, True, "wire"),
    "chunks-of-one-byte": (CHUNKED, b"1;x=" + A + b"\r\na\r\n", False,
                           "wire"),
    "headers-without-end": (OK, b"X: " + A + b"\r\n", False, "headers"),
    "cookies-without-end": (OK, b"Set-Cookie: a=b; Path=/\r\n", False,
                            "headers"),
    "header-line-without-end": (OK + b"X: ", A, False, "headers"),
    "folds-without-end": (OK + b"X: a\r\n", b" " + A + b"\r\n", False,
                          "headers"),
    "status-line-without-end": (b"HTTP/1.1 200 ", A, False, "headers"),
    "long-location": (redirect(b"/" + b"a" * 1000000), b"", False, "headers"),
    "interim-without-end": (b"", b"HTTP/1.1 103 Early Hints\r\nX: 1\r\n\r\n",
                            False, "headers"),
    "trailers-without-end": (CHUNKED + b"0\r\n", b"X: " + A + b"\r\n", False,
                             "headers"),
    "many-headers": (OK + b"X: 1\r\n" * 5000 + b"\r\n", b"", False,
                     "header-count"),
    "silence": (b"", b"", True, "time"),
    "silence-in-the-head": (OK, b"", True, "time"),
    "silence-in-the-body": (OK + b"Content-Length: 5\r\n\r\nab", b"", True,
                            "time"),
    "silence-before-the-last-chunk": (CHUNKED + b"1\r\na\r\n", b"", True,
                                      "time"),
    "silence-in-the-trailers": (CHUNKED + b"0\r\nX: 1\r\n", b"", True,
                                "time"),
    "silence-after-interim": (b"HTTP/1.1 100 Continue\r\n\r\n", b"", True,
                              "time"),
    "drip-of-the-head": (OK, DRIP, True, "time"),
    "drip-of-the-body": (OK + b"Content-Length: 9999\r\n\r\n", DRIP, True,
                         "time"),
    "drip-of-chunks": (CHUNKED + b"ffff\r\n", DRIP, True, "time"),
}
BROKEN = {
    "close": (b"", b"", False, "no-response"),
    "reset": (b"", RESET, False, "no-response"),
    "empty-lines": (b"\r\n\r\n", b"", False, "status-line"),
    "cut-head": (OK + b"X: 1\r\n", b"", False, "cut-head"),
    "reset-in-the-head": (OK + b"X: 1\r\n", RESET, False, "cut-head"),
    "interim-then-close": (b"HTTP/1.1 100 Continue\r\n\r\n", b"", False,
                           "cut-head"),
    "cut-body": (OK + b"Content-Length: 5\r\n\r\nab", b"", False,
                 "cut-body"),
    "reset-in-the-body": (OK + b"Content-Length: 5\r\n\r\nab", RESET, False,
                          "cut-body"),
    "cut-chunk": (CHUNKED + b"5\r\nab", b"", False, "cut-body"),
    "no-last-chunk": (CHUNKED + b"2\r\nab\r\n", b"", False, "cut-body"),
    "mail": (b"220 mail ready\r\n", b"", False, "status-line"),
    "http-0.9": (b"<html>hello</html>", b"", False, "status-line"),
    "http-2-preface": (b"\0\0\6\4\0\0\0\0\0\0\3\0\0\0\x64", b"", False,
                       "status-line"),
    "tls-alert": (b"\x15\3\1\0\2\2\x28", b"", False, "status-line"),
    "status-of-letters": (b"HTTP/1.1 abc OK\r\n\r\n", b"", False,
                          "status-line"),
    "status-of-two-digits": (b"HTTP/1.1 20 OK\r\n\r\n", b"", False,
                             "status-line"),
    "status-999": (b"HTTP/1.1 999 Odd\r\n\r\n", b"", False, "status-line"),
    "version-9": (b"HTTP/9.9 200 OK\r\n\r\n", b"", False, "status-line"),
    "blank-before-the-version": (b" " + OK + b"\r\n", b"", False,
                                 "status-line"),
    "version-in-small-letters": (OK.lower() + b"\r\n", b"", False,
                                 "status-line"),
    "nul-in-status-line": (b"HTTP/1.1 200 O\0K\r\n\r\n", b"", False,
                           "status-line"),
    "header-without-name": (OK + b": x\r\n\r\n", b"", False, "header"),
    "nul-in-header": (OK + b"X: a\0b\r\n\r\n", b"", False, "header"),
    "bare-cr-in-header": (OK + b"X: a\rb\r\n\r\n", b"", False, "header"),
    "header-without-colon": (OK + b"Nonsense\r\n\r\n", b"", False, "header"),
    "blank-before-colon": (OK + b"X : 1\r\n\r\n", b"", False, "header"),
    "two-lengths": (OK + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\nhi!",
                    b"", False, "length"),
    "list-of-lengths": (OK + b"Content-Length: 2, 2\r\n\r\nhi", b"", False,
                        "length"),
    "length-in-hex": (OK + b"Content-Length: 0x2\r\n\r\nhi", b"", False,
                      "length"),
    "negative-length": (OK + b"Content-Length: -1\r\n\r\n", b"", False,
                        "length"),
    "signed-length": (OK + b"Content-Length: +2\r\n\r\nhi", b"", False,
                      "length"),
    "length-beyond-numbers": (OK + b"Content-Length: " + b"9" * 40 +
                              b"\r\n\r\nhi", b"", False, "length"),
    "length-and-chunks": (OK + b"Content-Length: 5\r\n"
                          b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                          b"", False, "length"),
    "unasked-transfer-coding": (OK + b"Transfer-Encoding: gzip, chunked\r\n"
                                b"\r\n0\r\n\r\n", b"", False,
                                "transfer-coding"),
    "unknown-transfer-coding": (OK + b"Transfer-Encoding: chunkedx\r\n"
                                b"\r\n0\r\n\r\n", b"", False,
                                "transfer-coding"),
    "chunked-not-last": (OK + b"Transfer-Encoding: chunked, identity\r\n"
                         b"\r\n0\r\n\r\n", b"", False, "transfer-coding"),
    "blank-behind-the-coding": (OK + b"Transfer-Encoding : chunked\r\n\r\n"
                                b"0\r\n\r\n", b"", False, "header"),
    "chunked-twice": (OK + b"Transfer-Encoding: chunked\r\n" * 2 +
                      b"\r\n0\r\n\r\n", b"", False, "transfer-coding"),
    "chunk-size-overflow": (CHUNKED + b"8000000000000000\r\n", A, False,
                            "chunk"),
    "chunk-size-negative": (CHUNKED + b"-1\r\nx\r\n", b"", False, "chunk"),
    "chunk-size-of-zeros": (CHUNKED, b"0" * 4096, False, "chunk"),
    "chunk-size-with-sign": (CHUNKED + b"+2\r\nhi\r\n0\r\n\r\n", b"",
                             False, "chunk"),
    "chunk-without-line-break": (CHUNKED + b"2\r\nhi0\r\n\r\n", b"", False,
                                 "chunk"),
    "cut-trailers": (CHUNKED + b"0\r\nX: 1\r\n", b"", False, "cut-body"),
    "chunk-size-with-0x": (CHUNKED + b"0x2\r\nhi\r\n", b"", False, "chunk"),
    "chunk-longer-than-said": (CHUNKED + b"1\r\nhi\r\n0\r\n\r\n", b"", False,
                               "chunk"),
}


def listed(numbers):
    return whole(b"[%s]" % b",".join(b'{"n":%d}' % n for n in numbers),
                 LAST)


def named(numbers):
    return whole(b"{%s}" % b",".join(b'"%d":0' % n for n in numbers), LAST)


ANSWERED = {
    "list-upwards": (listed(range(30000)), b"", False),
    "list-downwards": (listed(range(29999, -1, -1)), b"", False),
    "names-upwards": (named(range(100000)), b"", False),
    "names-downwards": (named(range(99999, -1, -1)), b"", False),
    "deep-objects": (whole(b'{"a":' * 500 + b"0" + b"}" * 500, LAST), b"",
                     False),
    "almost-matches": (whole(b"[%s]" % b",".join(
        [b'"' + b"a" * 16 + b'!"'] * 20000)), b"", False),
    "folded-header": (OK + b"X: a\r\n b\r\nContent-Length: 2\r\n\r\nhi", b"",
                      False),
    "line-feeds-alone": (b"HTTP/1.1 200 OK\nContent-Length: 2\n\nhi", b"",
                         False),
    "same-length-twice": (OK + b"Content-Length: 2\r\n" * 2 + b"\r\nhi",
                          b"", False),
    "no-reason": (b"HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nhi", b"",
                  False),
    "an-older-version": (b"HTTP/1.0 200 OK\r\n\r\nhi", b"", False),
    "high-bytes-in-the-head": (OK + b"X: \xff\xfe\xc0\x80\r\n"
                               b"Content-Length: 2\r\n\r\nhi", b"", False),
    "body-on-304": (b"HTTP/1.1 304 Not Modified\r\nContent-Length: 2\r\n\r\n"
                    b"hi", b"", False),
    "long-charset": (whole(b"{}", OK + b"Content-Type: text/plain; charset=" +
                           b"x" * 90000 + b"\r\n"), b"", False),
    "many-cookies": (OK + b"".join(b"Set-Cookie: c%d=%s\r\n" % (n, b"x" * 200)
                                   for n in range(900)) +
                     b"Content-Length: 2\r\n\r\nhi", b"", False),
    "deep-xml": (whole(b"<a>" * 100000, OK + b"Content-Type: text/xml\r\n"),
                 b"", False),
    "attributes": (whole(b"<a " + b"".join(b"a%d='' " % n for n in
                                           range(100000)) + b">",
                         OK + b"Content-Type: text/html\r\n"), b"", False),
    "attributes-with-quotes": (whole(b"<a b='>' " + b"".join(
        b"a%d=\"<\" " % n for n in range(50000)) + b">", OK +
        b"Content-Type: text/html\r\n"), b"", False),
    "attributes-of-xml": (whole(b"<a " + b"".join(
        b"a%d='' " % n for n in range(50000)) + b"/>", OK +
        b"Content-Type: text/xml\r\n"), b"", False),
    "tags-that-never-end": (whole(b"<a" * 300000, OK +
                                  b"Content-Type: text/html\r\n"), b"",
                            False),
    "text-within-text": (whole(b"<div>" * 200 + b"x" * (1 << 20), OK +
                               b"Content-Type: text/html\r\n"), b"", False),
    "the-largest-hop": (b"HTTP/1.1 302 Found\r\nLocation: /the-largest-hop\r\n"
                        b"Content-Length: %d\r\n\r\n" % (11 << 20) +
                        b"x" * (11 << 20), b"", False),
    "two-answers": (whole(b"{}") + whole(b"{}"), b"", True),
    "body-longer-than-said": (whole(b"{}") + A, b"", True),
    "body-on-204": (b"HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\nhi",
                    b"", False),
    "compression-bomb": (bomb(), b"", False),
    "nested-compression": (nested_bomb(), b"", False),
    "bomb-in-a-bomb": (bomb_in_a_bomb(), b"", False),
    "no-gzip": (whole(b"{}", JSON + b"Content-Encoding: gzip\r\n"), b"",
                False),
    "unknown-coding": (whole(b"{}", JSON + b"Content-Encoding: lzma\r\n"),
                       b"", False),
    "redirect-to-file": (redirect(b"file:///etc/passwd"), b"", False),
    "deep-json": (whole(b"[" * 100000), b"", False),
    "long-number": (whole(b"1" * 1000000), b"", False),
    "huge-exponent": (whole(b"[1e999999999, -0, 1E-999999999]"), b"", False),
    "wide-json": (whole(b"[" + b"0," * 4000000 + b"0]"), b"", False),
    "wide-object": (whole(b"{" + b'"":0,' * 2000000 + b'"":0}'), b"", False),
    "as-many-values-as-fit": (whole(b"[" + b'{"a": "some words"},' * 250000 +
                                    b"0]"), b"", False),
    "the-largest-body": (whole(b'"' + b"a" * ((11 << 20) - 2) + b'"'), b"",
                         False),
    "many-names": (whole(b"{" + b",".join(b'"%d":0' % n for n in
                                          range(500000)) + b"}"), b"", False),
    "utf-16": (whole("{}".encode("utf-16")), b"", False),
    "bom": (whole(b"\xef\xbb\xbf{}"), b"", False),
    "not-utf-8": (whole(b'{"x": "\xff\xfe\xc0\x80"}'), b"", False),
    "unknown-charset": (whole(b"{}", OK + b"Content-Type: text/plain; "
                              b"charset=klingon\r\n"), b"", False),
    "broken-html": (whole(b"<a><b x=" * 100000, OK +
                          b"Content-Type: text/html\r\n"), b"", False),
    "xml-entities": (whole(b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b '
                           b'"' + b"x" * 9000 + b'"><!ENTITY c "' +
                           b"&b;" * 3000 + b'">]><a>' + b"&c;" * 3000 +
                           b"</a>", OK + b"Content-Type: text/xml\r\n"), b"",
                     False),
    "terminal-escapes": (whole(b"\"\x1b]0;owned\x07\xe2\x80\xae\""), b"",
                         False),
    "escapes-in-the-head": (b"HTTP/1.1 200 \x1b[2J\r\nX: \x1b]52;c;eA==\x07"
                            b"\r\nContent-Length: 0\r\n\r\n", b"", False),
}
CASES = {name: (*case[:3], limit(case[3])) for name, case in LIMITS.items()}
CASES.update({name: (*case[:3], broken(case[3]))
              for name, case in BROKEN.items()})
CASES.update({name: (*case, None) for name, case in ANSWERED.items()})
REDIRECTS = {
    "to-itself": (b"/to-itself", "more redirects than allowed"),
    "to-a-longer-path": (None, "more redirects than allowed"),
    "to-file": (b"file:///etc/passwd", "leaves the server"),
    "to-gopher": (b"gopher://127.0.0.1:70/", "leaves the server"),
    "to-metadata": (b"http://169.254.169.254/", "leaves the server"),
    "to-nobody": (b"//evil.example/", "leaves the server"),
    "to-another-port": (b"http://127.0.0.1:1/", "leaves the server"),
    "to-a-user": (b"http://127.0.0.1@evil.example/", "leaves the server"),
}
CASES.update({name: (redirect(to or b""), b"", False, None)
              for name, (to, _) in REDIRECTS.items()})
STALE = threading.Event()


def reset(connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                          struct.pack("ii", 1, 0))


def drip(connection):
    """A byte now and then: no pause is ever long."""
    for _ in range(200):
        connection.send(b"a")
        time.sleep(0.1)


def smuggle(connection):
    """An answer that nobody asked for, over a connection that is idle."""
    connection.sendall(whole(b'{"n": 1}'))
    connection.sendall(whole(b'{"n": 666}'))
    STALE.set()
    connection.recv(65536)


def after_smuggling(connection):
    STALE.wait(10)
    connection.sendall(whole(b'{"n": 2}'))


SPECIAL = {"smuggle": smuggle, "after-smuggling": after_smuggling}


def attack(connection, path):
    if path in SPECIAL:
        return SPECIAL[path](connection)
    once, ever, hold, _ = CASES[path.split("/")[0]]
    if path.startswith("to-a-longer-path"):
        once = redirect(b"/" + path.encode() + b"/x")
    connection.sendall(once)
    if ever == RESET:
        return reset(connection)
    if ever == DRIP:
        return drip(connection)
    while ever:
        connection.sendall(ever)
    if hold:
        connection.recv(1)


def serve(connection):
    try:
        request = connection.recv(65536)
        attack(connection, request.split(b" ")[1].decode().strip("/"))
    except (OSError, IndexError, KeyError):
        pass
    connection.close()


def serve_early(connection):
    """The whole answer, before a byte of the request was read."""
    try:
        connection.sendall(whole(b'{"early": true}'))
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(65536):
            pass
    except OSError:
        pass
    connection.close()


def accept(listener, serve_one):
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=serve_one, args=[connection],
                         daemon=True).start()


def main():
    ports = []
    for serve_one in (serve, serve_early):
        listener = socket.create_server(("127.0.0.1", 0), backlog=200)
        threading.Thread(target=accept, args=[listener, serve_one],
                         daemon=True).start()
        ports.append(str(listener.getsockname()[1]))
    print(*ports, flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
