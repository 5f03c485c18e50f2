#!/usr/bin/env python3
"""Answers what the scripts of the Hurl conformance suite expect.

usage: hurl.py SUITE     prints its port, serves until its stdin closes

What a request must hold is checked here (500 when it does not), what an
answer must hold by the scripts.  JSON that a script expects whole is taken
from that script: its asserts then look at data that they were written for.
"""

import base64
import email.parser
import gzip
import http.server
import json
import pathlib
import re
import sys
import threading
import time
import zlib
from urllib.parse import parse_qs, unquote, urlsplit

SUITE = pathlib.Path(sys.argv[1])
HELLO = b"Hello World!"
STATE = {"skip": 0, "tries": 0, "delay": 0.0}
COOKIES = {
    "/cookies/set": [
        "LSID=DQAAAKEaem_vYg; Expires=Wed, 13 Jan 2021 22:23:01 GMT; "
        "Secure; HttpOnly; Path=/accounts",
        "HSID=AYQEVnDKrdst; Domain=localhost; Expires=Wed, 13 Jan 2021 "
        "22:23:01 GMT; HttpOnly; Path=/",
        "SSID=Ap4PGTEq; Domain=localhost; Expires=Wed, 13 Jan 2021 22:23:01 "
        "GMT; Secure; HttpOnly; Path=/"],
    "/cookies/set-session-cookie2-valueA": ["cookie2=valueA; Path=/"],
    "/cookies/delete-cookie2": ["cookie2=; Max-Age=0; Path=/"],
    "/captures-cookie": [
        "foo=value1; Path=/bar; Expires=Thu, 13 Jan 2078 22:23:01 GMT; "
        "Domain=localhost; Max-Age=2592000; HttpOnly"],
    "/cookies/expires": [
        "expires_standard=value; Expires=Wed, 13 Jan 2021 22:23:01 GMT;",
        "expires_with_dash=value; Expires=Wed, 13-Jan-2021 22:23:01 GMT;"],
    "/error-assert-query-cookie": ["cookie1=a", "cookie2=b; Secure"],
}
CASED = re.compile(r'header "Set-Cookie" nth \d == "(.*)"')
TEXTS = {
    "/assert-body": b"line1\nline2\nline3\n",
    "/assert-body-with-crlf": b"line1\nline2\r\nline3\n",
    "/error-assert-base64": b"line1\nline2\r\nline3\n",
    "/error-assert-file": b"Hello",
    "/hello": HELLO, "/any/../hello": HELLO, "/utf8_bom": HELLO,
    "/assert-regex": HELLO, "/predicates-string": HELLO,
    "/predicates-string-empty": b"",
    "/predicates-string-unicode": "\u2708".encode(),
    "/redirected": b"Redirected", "/~user": b"user", "/%7Euser": b"user",
    "/!$&()*+,;=:@[]": b"weird", "/deprecated": b"Hi!\n",
    "/filter-decode": "caf\u00e9".encode(), "/assert-json/index": b"1",
    "/get-bob-age": b"10", "/error-query-invalid-utf8": b"\xff",
    "/error-invalid-xml": b"", "/captures": b"Hello world!",
    "/variable/country": b"Italy", "/variable/planet": b"The Earth",
}
XML = {
    "/assert-xpath": "<data>caf\u00e9</data>",
    "/captures-xml": "<html><body><p>a</p><p>b</p></body></html>",
    "/assert-xpath-simple-namespaces":
        "<bk:book xmlns:bk='urn:loc.gov:books' "
        "xmlns:isbn='urn:ISBN:0-395-36341-6'><bk:title>Cheaper by the Dozen"
        "</bk:title><isbn:number>1568491379</isbn:number></bk:book>",
    "/assert-xpath-svg":
        "<svg xmlns='http://www.w3.org/2000/svg'><g><circle/><circle/>"
        "<circle/></g></svg>",
    "/assert-xpath-namespaces":
        "<book xmlns='urn:loc.gov:books' xmlns:isbn='urn:ISBN:0-395-36341-6'>"
        "<title>Cheaper by the Dozen</title><isbn:number>1568491379"
        "</isbn:number><notes><p xmlns='http://www.w3.org/1999/xhtml'>x</p>"
        "</notes></book>",
    "/error-assert-xpath": "<html><head><title>x</title></head></html>",
}
# Brotli's frame of twelve bytes that are not packed.
BROTLI = b"\x21\x2c\x00\x04%b\x03"
CODED = {
    "none": (HELLO, None), "gzip": (gzip.compress(HELLO), "gzip"),
    "zlib": (zlib.compress(HELLO), "deflate"),
    "brotli": (BROTLI % HELLO, "br"),
    "brotli_identity": (BROTLI % HELLO, "br, identity"),
    "brotli_large": (BROTLI % b"\xff\xd8\xff\xe0 picture", "br"),
}
JSONS = {
    "/assert-json/list": [{"id": 1, "name": "Bob"}, {"id": 2, "name": "Bill"}],
    "/captures-json": {
        "a_null": None, "an_object": {"id": "123"}, "a_list": [1, 2, 3],
        "an_integer": 1, "a_big_integer": 1 << 70, "a_float": 1.1,
        "a_bool": True, "a_string": "hello",
        "a_date_like_string": "2012-04-23T18:25:43.511Z"},
    "/error-filter-in-capture": {"id": "123x"},
    "/error-invalid-jsonpath": {"success": False, "tags": ["a"]},
    "/predicate/error/type": {
        "status": True, "message": "0", "count": 1, "empty": "",
        "number": 1.0, "list": [1, 2, 3], "toto": None,
        "is_a_date": "2022-10-31T09:00:00Z", "not_a_date": "x",
        "ipv4": "1.2.3.4", "ipv6": "::1"},
}
FORM = {"param1": ["value1"], "param2": [""], "param3": ["a=b"],
        "param4": ["a%3db"], "values[0]": ["0"], "values[1]": ["1"]}
QUERY = {"param1": ["value1"], "param2": [""], "param3": ["a=b"],
         "param4": ["1,2,3"], "param5": ["{bar}"], "$top": ["5"]}
FILMS = [{"title": title, "director": "George Lucas",
          "releaseDate": "1977-05-25"} for title in (
              "A New Hope", "The Empire Strikes Back", "Return of the Jedi",
              "1", "2", "3")]


def expected_bodies():
    """Path -> the JSON that a script expects whole."""
    bodies = {}
    for path in sorted(SUITE.glob("tests_ok/**/*.hurl")):
        for entry in re.split(r"^(?=GET )", path.read_text("utf-8"),
                              flags=re.M):
            target = re.match(r"GET http://localhost:\d+(\S+)", entry)
            body = re.search(r"^([\[{](?!\w+\]$).*)", entry, re.M | re.S)
            if target and body:
                text = re.sub(r"^#.*\n?", "", body.group(1), flags=re.M)
                try:
                    json.loads(text)
                except ValueError:
                    continue
                bodies.setdefault(target.group(1), text.strip().encode())
    return bodies


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, status, body=b"", kind="text/html; charset=utf-8",
               headers=()):
        self.send_response(status)
        if kind:
            self.send_header("Content-Type", kind)
        for name, value in headers:
            self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def demand(self, holds):
        self.answer(200 if holds else 500)

    def cookie(self):
        return self.headers.get("Cookie") or ""

    def state(self, path):
        if path == "/retry/until-200":
            STATE["tries"] += 1
            ready = STATE["tries"] > 3
            return self.answer(200 if ready else 503, b"OK")
        if path == "/skip/increment":
            STATE["skip"] += 1
        if path.startswith("/skip/"):
            return self.answer(200, str(STATE["skip"]).encode())
        if path == "/delay-init":
            STATE["delay"] = time.monotonic()
            return self.answer(200)
        return self.demand(time.monotonic() - STATE["delay"] >= 1)

    def session(self, path):
        cookies = self.cookie()
        if path in COOKIES:
            return self.answer(200, headers=[("Set-Cookie", c)
                                             for c in COOKIES[path]])
        if path == "/cookies/attributes/caseinsentitive":
            text = (SUITE / "tests_ok/cookie/cookies.hurl").read_text()
            return self.answer(200, headers=[
                ("Set-Cookie", c) for c in CASED.findall(text)])
        wanted = {
            "/cookies/set-request-cookie1-valueA": ["cookie1=valueA"],
            "/cookies/set-multiple-request-cookies": [
                "user1=Bob", "user2=Bill", "user3=Bob"],
            "/cookies/assert-that-cookie2-is-valueA": ["cookie2=valueA"],
            "/cookies/assert-that-cookie2-is-valueA-and-valueB": [
                "cookie2=valueA", "cookie2=valueB"],
        }
        return self.demand(all(c in cookies for c in wanted.get(path, [])) and
                           not (path.endswith("not-in-session") and cookies))

    def coded(self, name):
        body, coding = CODED[name]
        self.answer(200, body, "image/jpeg" if name == "brotli_large" else
                    "text/html; charset=utf-8",
                    [("Content-Encoding", coding)] if coding else [])

    def redirect(self, path):
        number = re.fullmatch(r"/redirect-(\d)", path)
        target = "/redirected"
        if number and number.group(1) != "1":
            target = "/redirect-%d" % (int(number.group(1)) - 1)
        if path == "/redirect-relative":
            return self.answer(302, headers=[("Location", target)])
        return self.answer(302, headers=[
            ("Location", "http://%s%s" % (self.headers["Host"], target))])

    def headers_hold(self, path):
        h = self.headers
        fruit = h.get_all("Fruit") or []
        return {
            "/default-headers": bool(h["Host"] and h["User-Agent"]),
            "/custom-headers": sorted(fruit) == [
                "Apple", "Banana", "Grape", "Raspberry"] and
                h["Color"] == "Green",
            "/custom-headers-utf8":
                (h["Beverage"] or "").encode("latin-1") ==
                "caf\u00e9".encode(),
            "/custom-headers-value": h["Id"] == "#123",
            "/custom-headers-quote": h["Header1"] == "'",
            "/empty-headers": h["Empty-Header"] == "",
        }[path]

    def multipart(self, body):
        kind = "Content-Type: %s\r\n\r\n" % self.headers["Content-Type"]
        message = email.parser.BytesParser().parsebytes(kind.encode() + body)
        parts = [(p.get_param("name", header="Content-Disposition"),
                  p.get_filename(), p.get_content_type())
                 for p in message.get_payload()]
        return parts == [("key1", None, "text/plain"),
                         ("upload1", "data.txt", "text/plain"),
                         ("upload2", "data.html", "text/html"),
                         ("upload3", "data.txt", "text/html")]

    def graphql(self, body):
        asked = json.loads(body)
        if "Person" in asked["query"]:
            good = asked["variables"] == {"id": "cGVvcGxlOjQ="}
            data = {"person": {"name": "Darth Vader" if good else "?"}}
        else:
            data = {"allFilms": {"films": FILMS}}
        self.answer(200, json.dumps({"data": data}).encode(),
                    "application/json")

    def posted(self, path, body):
        if path == "/graphql":
            return self.graphql(body)
        if path == "/post_large":
            return self.answer(200, str(len(body)).encode())
        if path == "/mirror":
            return self.answer(200, body)
        if path == "/multipart-form-data":
            return self.demand(self.multipart(body))
        if path == "/form-params":
            return self.demand(parse_qs(body.decode(), True) == FORM)
        if path == "/post-bytes":
            return self.demand(body == b"\1\2\3")
        if path == "/post-multilines":
            return self.demand(body == b"name,age\nbob,10\nbill,22\n")
        if path == "/post-multilines-json":
            return self.demand(json.loads(body) == {"g_clef": "\U0001d11e"})
        if path == "/variables":
            want = json.loads(body)
            return self.demand(want["name"] == "Jennifer" and
                               want["height"] == 1.7 and
                               want["female"] is True and
                               want["a_null"] is None and
                               self.headers["Age"] == "30" and
                               self.headers["BigInt"] == str(want["big_int"]))
        return self.demand(body or path != "/post-file")

    def queried(self, path, query):
        asked = parse_qs(query, True)
        if path == "/querystring-params":
            return self.demand(asked == QUERY)
        if path == "/querystring-params-encoded":
            return self.demand(asked == {"value1": ["/"], "value2": ["/"],
                                         "value3": ["/"]})
        if path == "/captures-check":
            return self.demand(asked == {"param1": ["value1"],
                                         "param2": ["Bob"]})
        if path == "/env-var":
            return self.demand(asked == {"name": ["Bob"]})
        return self.demand(len(asked["uuid"][0]) == 36 and asked["now"])

    def do_any(self):
        url = urlsplit("http://x" + self.path)
        path, body = url.path, self.rfile.read(
            int(self.headers.get("Content-Length") or 0))
        if path in Handler.bodies:
            self.answer(200, Handler.bodies[path], "application/json")
        elif path in JSONS:
            self.answer(200, json.dumps(JSONS[path], separators=(",", ":")).encode(),
                        "application/json")
        elif path in XML:
            self.answer(200, XML[path].encode(),
                        "text/html" if "<html" in XML[path] else
                        "application/xml; charset=utf-8")
        elif unquote(self.path) in TEXTS or self.path in TEXTS:
            headers = [("x-custom-header", "value1"),
                       ("x-custom-header", "value2"), ("header1", "value1"),
                       ("header2", "Hello Bob!")]
            self.answer(200, TEXTS.get(self.path,
                                       TEXTS.get(unquote(self.path))),
                        headers=headers)
        elif re.match("/(skip|retry|delay)", path):
            self.state(path)
        elif "cookie" in path:
            self.session(path)
        elif path.startswith("/compressed/"):
            self.coded(path[12:])
        elif path.startswith("/redirect-"):
            self.redirect(path)
        elif re.match("/(default|custom|empty)-headers", path):
            self.demand(self.headers_hold(path))
        elif path == "/response-headers":
            self.answer(200, headers=[("Beverage", "cafe")])
        elif re.match("/(querystring|captures-check|env-var|function)", path):
            self.queried(path, url.query)
        elif path.startswith("/basic-authentication"):
            good = "Basic " + base64.b64encode(
                b"bob@email.com:secret").decode()
            self.answer(200 if self.headers["Authorization"] == good else 401,
                        b"You are authenticated")
        elif path == "/empty_bytes":
            self.answer(200, kind="application/octet-stream")
        elif path.startswith("/patch/"):
            self.answer(204, kind=None, headers=[
                ("Content-Location", "/file.txt"), ("ETag", '"e0023aa4f"')])
        elif path == "/error/content-encoding":
            self.answer(200, HELLO, headers=[("Content-Encoding", "unknown")])
        elif path in ("", "/"):
            self.answer(404)
        elif self.command == "POST":
            self.posted(path, body)
        else:
            self.answer(200)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_any
    do_OPTIONS = do_CONNECT = do_TRACE = do_LINK = do_UNLINK = do_any
    do_PURGE = do_LOCK = do_UNLOCK = do_PROPFIND = do_VIEW = do_any


def main():
    Handler.bodies = expected_bodies()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_address[1], flush=True)
    sys.stdin.read()


main()
