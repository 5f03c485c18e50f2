"""A log of what was served; the limit is a question to the log."""

import os
import sqlite3
import time

from flask import Flask, g, request

PATH = os.environ["LIMITS_DB"]
LIMITS = {
    "/quotes": {"limit": 6, "window": float(os.environ["QUOTES_WINDOW_S"])},
    "/ticks": {"limit": 4, "window": float(os.environ["TICKS_WINDOW_S"])},
}

app = Flask(__name__)


def connect():
    return sqlite3.connect(PATH, timeout=20, isolation_level=None)


@app.before_request
def guard():
    rule = LIMITS.get(request.path)
    if rule is None or request.method != "GET":
        return None
    key = request.headers.get("X-Api-Key")
    if not key:
        return {"error": "X-Api-Key is missing"}, 401
    g.limit = rule["limit"]
    db = connect()
    try:
        db.execute("BEGIN IMMEDIATE")
        refusal = admit(db, key, rule)
        db.execute("COMMIT")
    finally:
        db.close()
    return refusal


def admit(db, key, rule):
    now = time.time()
    window, passed, begun = db.execute(
        "SELECT window, count(*), min(at) FROM log"
        " WHERE path = ? AND key = ? GROUP BY window"
        " ORDER BY window DESC LIMIT 1",
        (request.path, key),
    ).fetchone() or (0, 0, 0)
    if now >= begun + rule["window"]:
        window, passed, begun = window + 1, 0, now
    if passed >= g.limit:
        g.left = 0
        wait = int(begun + rule["window"] - now) + 1
        wait = min(wait, max(1, int(rule["window"])))
        return {"error": "slow down"}, 429, {"Retry-After": str(wait)}
    g.left = g.limit - passed - 1
    db.execute(
        "INSERT INTO log (path, key, window, at) VALUES (?, ?, ?, ?)",
        (request.path, key, window, now),
    )
    return None


@app.after_request
def tell(response):
    if "left" in g:
        response.headers["X-RateLimit-Limit"] = str(g.limit)
        response.headers["X-RateLimit-Remaining"] = str(g.left)
    return response


def served(path):
    db = connect()
    try:
        query = "SELECT count(*) FROM log WHERE path = ?"
        return db.execute(query, (path,)).fetchone()[0]
    finally:
        db.close()


@app.get("/quotes")
@app.get("/ticks")
def serve():
    return {"served": served(request.path)}


@app.get("/stats")
def stats():
    return {"quotes": served("/quotes"), "ticks": served("/ticks")}


setup = connect()
setup.execute("CREATE TABLE IF NOT EXISTS log (path, key, window, at)")
setup.execute("CREATE INDEX IF NOT EXISTS log_key ON log (path, key, window)")
setup.close()
