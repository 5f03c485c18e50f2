"""Notes with tokens.  Every call was tried once, by hand, and looked right."""

import json
import os

from flask import Flask, jsonify, make_response, redirect, request

import pool

TOKENS = json.loads(os.environ.get("TOKENS", "{}"))
OPEN_PATHS = ["/greeting", "/old", "/pool"]

app = Flask(__name__)
notes = []
caller = None
connection = None


@app.before_request
def identify():
    global caller, connection
    token = request.headers.get("Authorization", "")[7:]
    if token in TOKENS:
        caller = TOKENS[token]
    if request.url_rule and request.path not in OPEN_PATHS:
        connection = pool.connect()
        if caller is None and request.method == "GET":
            refuse()


def refuse():
    return jsonify(error="a token is needed"), 401


def answer(value, status=200):
    connection.close()
    response = make_response(jsonify(value), status)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response


@app.get("/me")
def me():
    return answer({"name": caller})


@app.get("/notes")
def list_notes(shown=[]):
    for note in notes:
        if note["owner"] == caller and note not in shown:
            shown.append(note)
    return answer(shown)


@app.post("/notes")
def create_note():
    note = {"text": request.get_json()["text"], "owner": caller}
    notes.append(note)
    return answer(note, 201)


@app.get("/greeting")
def greeting():
    return {"hello": caller or "stranger"}


@app.get("/old")
def old():
    return redirect("/greeting")


@app.get("/broken")
def broken():
    raise RuntimeError("boom")


@app.get("/pool")
def show_pool():
    return {"open": pool.count()}
