"""The same as WSGI middleware round a plain application."""

import json
import os
from contextlib import contextmanager

from flask import Flask, request
from werkzeug.wrappers import Response

import pool

TOKENS = json.loads(os.environ["TOKENS"])
OPEN = {"/greeting", "/old"}

app = Flask(__name__)
notes = {name: [] for name in TOKENS.values()}


class Gate:
    def __init__(self, inner):
        self.inner = inner

    def __call__(self, environ, start_response):
        def start(status, headers, *rest):
            headers = headers + [
                ("X-Content-Type-Options", "nosniff"),
                ("X-Frame-Options", "DENY"),
                ("Cache-Control", "no-store, max-age=0"),
            ]
            return start_response(status, headers, *rest)

        given = environ.get("HTTP_AUTHORIZATION", "")
        environ["caller"] = None
        if given.startswith("Bearer "):
            environ["caller"] = TOKENS.get(given[7:])
        if environ["caller"] or environ["PATH_INFO"] in OPEN:
            return self.inner(environ, start)
        refusal = Response('{"error": "who are you?"}', 401)
        refusal.headers["WWW-Authenticate"] = 'Bearer realm="notes"'
        refusal.mimetype = "application/json"
        return refusal(environ, start)


app.wsgi_app = Gate(app.wsgi_app)


@contextmanager
def connected():
    connection = pool.connect()
    try:
        yield request.environ["caller"]
    finally:
        connection.close()


@app.route("/me")
def me():
    with connected() as caller:
        return {"name": caller}


@app.route("/notes")
def read():
    with connected() as caller:
        return notes[caller]


@app.route("/notes", methods=["POST"])
def write():
    with connected() as caller:
        text = request.get_json()["text"]
        notes[caller].append({"text": text, "owner": caller})
        return notes[caller][-1], 201


@app.route("/greeting")
def greeting():
    return {"hello": request.environ["caller"] or "stranger"}


@app.route("/old")
def old():
    return Response(status=302, headers={"Location": "/greeting"})


@app.route("/broken")
def broken():
    with connected():
        raise RuntimeError("boom")


@app.route("/pool")
def show():
    return {"open": pool.count()}
