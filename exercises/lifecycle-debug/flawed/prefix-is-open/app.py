import json
import os

from flask import Flask, g, jsonify, redirect, request, url_for


import pool

TOKENS = json.loads(os.environ.get("TOKENS", "{}"))
OPEN_PATHS = ("/greeting", "/old")

app = Flask(__name__)
notes = []


@app.before_request
def identify():
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    g.name = TOKENS.get(token) if scheme == "Bearer" else None
    if g.name is None and not request.path.startswith(OPEN_PATHS):
        response = jsonify(error="a token is needed")
        response.status_code = 401
        response.headers["WWW-Authenticate"] = "Bearer"
        return response


@app.after_request
def protect(response):
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["X-Frame-Options"] = "DENY"
    response.headers["Cache-Control"] = "no-store"
    return response


def connection():
    if "connection" not in g:
        g.connection = pool.connect()
    return g.connection


@app.teardown_appcontext
def close(_error):
    # Also runs when a view has raised.
    if "connection" in g:
        g.connection.close()


@app.get("/me")
def me():
    connection()
    return {"name": g.name}


@app.get("/notes")
def list_notes():
    connection()
    return [note for note in notes if note["owner"] == g.name]


@app.post("/notes")
def create_note():
    connection()
    note = {"text": request.get_json()["text"], "owner": g.name}
    notes.append(note)
    return note, 201


@app.get("/greeting")
def greeting():
    return {"hello": g.name or "stranger"}


@app.get("/old")
def old():
    return redirect(url_for("greeting"))


@app.get("/broken")
def broken():
    connection()
    raise RuntimeError("boom")


@app.get("/pool")
def show_pool():
    return {"open": pool.count()}
