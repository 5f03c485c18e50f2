"""Windows of the clock: each is a row with a number, never touched again."""

import os
import sqlite3
import time

from flask import Flask, Response, json, request

PATH = os.environ["LIMITS_DB"]
RULES = {
    "quotes": (6, int(os.environ["QUOTES_WINDOW_S"])),
    "ticks": (4, int(os.environ["TICKS_WINDOW_S"])),
}

app = Flask(__name__)


def answer(status, document, **headers):
    fields = {name.replace("_", "-"): str(v) for name, v in headers.items()}
    body = json.dumps(document)
    return Response(body, status, fields, mimetype="application/json")


def admit(path, key, window_s):
    """The number of this request in its window, and what was served."""
    window = int(time.time()) // window_s
    db = sqlite3.connect(PATH, timeout=20)
    with db:
        (number,) = db.execute(
            "INSERT INTO seen VALUES (?, ?, ?, 1) ON CONFLICT DO"
            " UPDATE SET n = n + 1 RETURNING n",
            (path, key, window),
        ).fetchone()
        limit = RULES[path][0]
        query = "SELECT sum(min(n, ?)) FROM seen WHERE path = ?"
        (served,) = db.execute(query, (limit, path)).fetchone()
    db.close()
    return number, served, (window + 1) * window_s


def limited(path):
    limit, window_s = RULES[path]
    key = request.headers.get("X-Api-Key")
    if not key:
        return answer(401, {"error": "who are you?"})
    number, served, end = admit(path, key, window_s)
    told = {
        "X_RateLimit_Limit": limit,
        "X_RateLimit_Remaining": max(0, limit - number),
    }
    if number <= limit:
        return answer(200, {"served": served}, **told)
    wait = max(1, end - int(time.time()))
    return answer(429, {"error": "wait"}, Retry_After=wait, **told)


@app.get("/quotes")
def quotes():
    return limited("quotes")


@app.get("/ticks")
def ticks():
    return limited("ticks")


@app.get("/stats")
def stats():
    db = sqlite3.connect(PATH, timeout=20)
    query = "SELECT total(min(n, ?)) FROM seen WHERE path = ?"
    counts = {
        path: int(db.execute(query, (limit, path)).fetchone()[0])
        for path, (limit, _) in RULES.items()
    }
    db.close()
    return counts


setup = sqlite3.connect(PATH, timeout=20)
setup.execute(
    "CREATE TABLE IF NOT EXISTS seen"
    " (path, key, window, n, PRIMARY KEY (path, key, window))"
)
setup.close()
