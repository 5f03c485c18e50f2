"""What a probe script costs: requests, a large answer, a large script."""

import contextlib
import json
import shlex
import socket
import subprocess
import threading
import time

LOOP = r"""/* usage: loop URL N: the same GET, N times over one libcurl handle. */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>

static size_t discard(char *data, size_t size, size_t n, void *ctx)
{
	(void)data, (void)ctx;
	return size * n;
}

int main(int argc, char **argv)
{
	CURL *easy = curl_easy_init();
	long n = argc == 3 ? strtol(argv[2], NULL, 10) : 0;

	if (!easy || n < 1)
		return 2;
	curl_easy_setopt(easy, CURLOPT_URL, argv[1]);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, discard);
	while (n--)
		if (curl_easy_perform(easy))
			return 1;
	curl_easy_cleanup(easy);
	return 0;
}
"""
SMALL = json.dumps({"id": 7, "name": "a small answer", "tags": ["a", "b"]})
ITEMS = [{"id": i, "name": "product %d" % i, "price": i * 1.25,
          "stock": i % 10,
          "description": "some words about the product number %d" % i}
         for i in range(80000)]
PATHS = ('jsonpath "$.items[%d].id" == %d', 'jsonpath "$.items" count > 1',
         'jsonpath "$.items[*].id" count > 1', 'jsonpath "$..name" count > 1',
         'jsonpath "$.items[?@.id == %d].name" exists')


def answer(body):
    return (b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
            b"Content-Length: %d\r\n\r\n" % len(body)) + body


def serve(client, text):
    """As little as can be between the request and its answer."""
    while client.recv(65536):
        client.sendall(text)
    client.close()


def server(body):
    text = answer(body.encode())
    listener = socket.create_server(("127.0.0.1", 0))

    def accept():
        while True:
            threading.Thread(target=serve, args=[listener.accept()[0], text],
                             daemon=True).start()
    threading.Thread(target=accept, daemon=True).start()
    return "http://127.0.0.1:%d" % listener.getsockname()[1]


def build_loop(folder):
    flags = subprocess.run(["pkg-config", "--cflags", "--libs", "libcurl"],
                           check=True, capture_output=True, text=True).stdout
    (folder / "loop.c").write_text(LOOP)
    subprocess.run(["cc", "-O2", "-o", folder / "loop", folder / "loop.c",
                    *shlex.split(flags)], check=True)
    return folder / "loop"


def scripts(folder):
    each = "GET {{base}}/\n[Options]\nrepeat: %d\nHTTP 200\n"
    (folder / "one.hurl").write_text(each % 1)
    (folder / "many.hurl").write_text((each % 1000) * 2)
    asserts = [path % ((i,) * path.count("%d"))
               for i in range(20) for path in PATHS]
    (folder / "large.hurl").write_text(
        "GET {{base}}/\nHTTP 200\n[Asserts]\n%s\n" % "\n".join(asserts))
    (folder / "long.hurl").write_text("".join(
        "GET {{base}}/\nHTTP 200\n[Asserts]\n%s\n" % "\n".join(
            'jsonpath "$.items[%d].name" matches /^item \\d+$/' % i
            for i in range(50)) for _ in range(100)))


APP = """
import flask
app = flask.Flask(__name__)


@app.get("/")
def index():
    return {"items": list(range(50))}
"""


@contextlib.contextmanager
def flask_server(folder, python):
    """An app as it is graded: its process, and nothing in between."""
    (folder / "app.py").write_text(APP)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [python, "-m", "gunicorn", "--threads", "4", "--no-control-socket",
         "--worker-tmp-dir", "/tmp", "--chdir", folder, "-b",
         "127.0.0.1:%d" % port, "app:app"], stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            break
        except OSError:
            time.sleep(0.01)
    yield "http://127.0.0.1:%d" % port
    process.terminate()
    process.wait()


def bench(folder, program, python, took_ms, interleaved, line):
    loop = build_loop(folder)
    scripts(folder)

    def probe(name, *words):
        return took_ms([program, "probe", folder / (name + ".hurl"),
                        "--report", "json=%s" % (folder / "out"), *words])

    def compare(what, url, goal=None):
        many, one, bare, bare_one = interleaved(
            5, lambda: probe("many", "--url", url),
            lambda: probe("one", "--url", url),
            lambda: took_ms([loop, url + "/", "2000"]),
            lambda: took_ms([loop, url + "/", "1"]))
        line("2,000 probes of " + what, many - one, "a libcurl loop",
             bare - bare_one, goal)
    with flask_server(folder, python) as url:
        compare("a Flask app", url, "throughput >= 0.85: ratio <= 1.18")
    compare("a server that only sends", server(SMALL))
    large = json.dumps({"items": ITEMS})
    url = server(large)
    ms, = interleaved(3, lambda: probe("large", "--url", url))
    line("100 JSONPaths of %.1f MB" % (len(large) / 1e6), ms,
         goal="<= 1000 ms")
    long, empty = interleaved(9, lambda: probe("long", "--dry-run"),
                              lambda: probe("one", "--dry-run"))
    line("5,000 asserts compiled", long - empty, goal="<= 50 ms")
