#!/usr/bin/env python3
"""The server that the examples of exercises/FORMAT.md talk to.

usage: manual.py     prints its port, serves until its stdin closes
"""

import gzip
import hashlib
import http.server
import json
import re
import sys
import threading
from urllib.parse import parse_qs, quote, unquote, urlsplit

SAMPLE = {
    "id": 7, "big": 9007199254740993, "price": 1.50, "name": "caf\u00e9",
    "tags": ["red", "blue"], "empty": [], "none": None, "yes": True,
    "owner": {"name": "Ada", "e-mail": "ada@example.org"},
    "items": [{"id": 1, "ok": True}, {"id": 2, "ok": False}],
    "when": "2026-11-22T18:54:10.5Z", "day": "22 Nov 2026",
    "uuid": "0c8ae7bb-4f2d-4c41-9ac5-5b7d6c1e3f20",
    "v4": "192.168.0.1", "v6": "::1", "number": "42", "float": "1.5",
    "base64": "Y2Fmw6k=", "base64url": "PDw_Pz8-Pg", "csv": "a,b,c",
    "html": "a &lt; b", "raw": "a < b", "encoded": "caf%C3%A9",
    "url": "http://127.0.0.1/?q=caf%C3%A9&n=2", "json": "{\"a\": [1, 2]}",
    "xml": "<?xml version=\"1.0\"?><a><b>x</b></a>",
}
PAGE = 3
ITEMS = [{"id": n, "name": "item %d" % n} for n in range(1, 9)]
HTML = "<html><head><title>Hello</title></head><body>" \
       "<p>one</p><p>two</p></body></html>"


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    lock = threading.Lock()
    taken = set()
    visits = 0

    def log_message(self, *_):
        pass

    def answer(self, status, body=b"", kind="application/json", **headers):
        if not isinstance(body, (bytes, str)):
            body = json.dumps(body)
        if isinstance(body, str):
            body = body.encode()
        self.send_response(status)
        if body:
            self.send_header("Content-Type", kind)
        for name, value in headers.items():
            for one in value if isinstance(value, list) else [value]:
                self.send_header(name.replace("_", "-"), one)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def body(self):
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def problem(self, status, title):
        self.answer(status, {"type": "about:blank", "title": title,
                             "status": status}, "application/problem+json")

    def page(self, query):
        number = int(query.get("page", ["1"])[0])
        last = (len(ITEMS) + PAGE - 1) // PAGE
        rel = []
        if number > 1:
            rel.append('</items?page=%d>; rel="prev"' % (number - 1))
        if number < last:
            rel.append('</items?page=%d>; rel="next"' % (number + 1))
        following = "/items?page=%d" % (number + 1) if number < last else None
        self.answer(200, {"items": ITEMS[(number - 1) * PAGE:number * PAGE],
                          "total": len(ITEMS), "next": following},
                    Link=", ".join(rel))

    def echo(self):
        url = urlsplit(self.path)
        self.answer(200, {
            "method": self.command, "query": url.query,
            "version": self.request_version,
            "headers": {k.lower(): v for k, v in self.headers.items()},
            "body": self.body().decode("utf-8", "replace")})

    def login(self):
        self.answer(200, {}, Vary=["Accept", "Cookie"], Set_Cookie=[
            "session=s1; Path=/; HttpOnly; Max-Age=60; SameSite=Lax",
            "theme=dark; Path=/; Expires=Wed, 13 Jan 2077 22:23:01 GMT"])

    def enter(self):
        """A log-in: its redirect sets the cookie that the next page wants."""
        self.body()
        self.answer(302, Location="/echo", Set_Cookie="in=yes; Path=/")

    def digest(self, algorithm, qop):
        """RFC 7616: `ada`, whose password is `secret`."""
        def digest(*parts):
            return hashlib.new("sha256" if "256" in algorithm else "md5",
                               ":".join(parts).encode()).hexdigest()
        self.body()
        authorization = self.headers["Authorization"] or ""
        if authorization.startswith("Digest "):
            said = dict(re.findall(r'(\w+)="?([^",]+)', authorization))
            who = digest("ada", "r@lm, 1", "secret")
            if algorithm.endswith("-sess"):
                who = digest(who, "n0nce", said["cnonce"])
            middle = [said["nc"], said["cnonce"], "auth"] if qop else []
            good = digest(who, "n0nce", *middle,
                          digest(self.command, self.path))
            if said["response"] == good and said["opaque"] == "o=1":
                return self.answer(200, {"user": said["username"]})
        challenge = 'Digest realm="r@lm, 1", nonce="n0nce", opaque="o=1"' \
            ", algorithm=%s" % algorithm
        return self.answer(401, WWW_Authenticate=[
            'Basic realm="x"', challenge + ', qop="auth,auth-int"' * qop])

    def flaky(self):
        with self.lock:
            Handler.visits += 1
            ready = Handler.visits % 3 == 0
        self.answer(200 if ready else 503, {"ready": ready})

    def create(self):
        try:
            name = json.loads(self.body())["name"]
        except (ValueError, KeyError, TypeError):
            name = None
        if not isinstance(name, str) or not name:
            return self.problem(422, "Unprocessable Content")
        with self.lock:
            new = name not in self.taken
            self.taken.add(name)
        if not new:
            return self.problem(409, "Conflict")
        return self.answer(201, {"name": name},
                           Location="/things/" + quote(name))

    def upload(self):
        if int(self.headers["Content-Length"]) > 1000:
            return self.answer(413, Connection="close")
        return self.answer(201, self.body())

    def say(self, query):
        """The body, status, type and headers (Say-NAME) that are asked."""
        status = int(query.get("status", ["200"])[0])
        body = self.body()
        self.send_response(status)
        self.send_header("Content-Type",
                         query.get("type", ["application/json"])[0])
        for name, value in self.headers.items():
            if name.lower().startswith("say-"):
                self.send_header(name[4:], value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def limited(self):
        self.answer(200, {}, RateLimit='"default";r=50;t=30',
                    RateLimit_Policy='"default";q=100;w=60',
                    Deprecation="@1688169599", Priority="u=3, i")

    def do_any(self):
        url = urlsplit(self.path)
        if len(self.headers.get_all("Host")) > 1:
            self.answer(400)
        elif url.path == "/sample":
            self.answer(200, SAMPLE, X_Number="12", ETag='"abc"')
        elif url.path == "/compressed":
            self.answer(200, gzip.compress(json.dumps(SAMPLE).encode()),
                        Content_Encoding="gzip")
        elif url.path == "/empty":
            self.answer(200, b"[]")
        elif url.path == "/html":
            self.answer(200, HTML, "text/html; charset=utf-8")
        elif url.path == "/latin1":
            self.answer(200, "caf\u00e9".encode("latin-1"),
                        "text/plain; charset=iso-8859-1")
        elif url.path == "/items":
            self.page(parse_qs(url.query))
        elif url.path == "/moved":
            self.answer(302, Location="/sample")
        elif url.path == "/login":
            self.login()
        elif url.path == "/enter":
            self.enter()
        elif re.fullmatch(r"/redirect/30\d", url.path):
            self.body()
            self.answer(int(url.path[-3:]), Location="/echo")
        elif url.path.startswith("/digest/"):
            self.digest(url.path[8:], "legacy" not in url.query)
        elif url.path == "/flaky":
            self.flaky()
        elif url.path == "/say":
            self.say(parse_qs(url.query))
        elif url.path == "/upload":
            self.upload()
        elif url.path == "/limited":
            self.limited()
        elif url.path == "/nothing":
            self.answer(204)
        elif url.path == "/things" and self.command == "POST":
            self.create()
        elif unquote(url.path[8:]) in self.taken:
            self.answer(200, {"name": unquote(url.path[8:])})
        elif url.path == "/things":
            self.body()
            self.answer(200, sorted(self.taken))
        elif url.path.startswith("/echo"):
            self.echo()
        else:
            self.body()
            self.problem(404, "Not Found")

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_any
    do_OPTIONS = do_any


def main():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_address[1], flush=True)
    sys.stdin.read()


main()
