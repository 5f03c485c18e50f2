"""Limits in fixed windows, counted in one transaction for all workers."""

import math
import os
import sqlite3
import time
from contextlib import contextmanager
from functools import wraps

from flask import Flask, abort, jsonify, request

DATABASE = os.environ.get("LIMITS_DB", "limits.db")
LIMITS = {
    "quotes": (6, float(os.environ.get("QUOTES_WINDOW_S", "60"))),
    "ticks": (5, float(os.environ.get("TICKS_WINDOW_S", "2"))),
}

app = Flask(__name__)


@contextmanager
def transaction():
    connection = sqlite3.connect(DATABASE, timeout=20, isolation_level=None)
    try:
        connection.execute("BEGIN IMMEDIATE")
        yield connection
        connection.execute("COMMIT")
    finally:
        connection.close()


def count_request(path, client, window_s):
    """How many requests of the window came before, and when it ends."""
    now = time.time()
    with transaction() as connection:
        connection.execute("DELETE FROM hit WHERE ends <= ?", (now,))
        connection.execute(
            "INSERT OR IGNORE INTO hit (path, client, ends, n)"
            " VALUES (?, ?, ?, 0)",
            (path, client, now + window_s),
        )
        before, ends = connection.execute(
            "SELECT n, ends FROM hit WHERE path = ? AND client = ?",
            (path, client),
        ).fetchone()
        connection.execute(
            "UPDATE hit SET n = n + 1 WHERE path = ? AND client = ?",
            (path, client),
        )
    return before, ends - now


def limited(path):
    limit, window_s = LIMITS[path]

    def decorate(view):
        @wraps(view)
        def guarded():
            client = request.headers.get("X-Api-Key") or abort(401)
            before, left_s = count_request(path, client, window_s)
            if before < limit:
                response = jsonify(view())
            else:
                response = jsonify(error="too many requests")
                response.status_code = 429
                response.headers["Retry-After"] = max(1, math.ceil(left_s))
            left = max(0, limit - before - 1)
            response.headers["X-RateLimit-Limit"] = limit
            response.headers["X-RateLimit-Remaining"] = left
            return response

        return guarded

    return decorate


def serve(path):
    with transaction() as connection:
        connection.execute(
            "UPDATE served SET n = n + 1 WHERE path = ?", (path,)
        )
        query = "SELECT n FROM served WHERE path = ?"
        (served,) = connection.execute(query, (path,)).fetchone()
    return {"served": served}


@app.get("/quotes")
@limited("quotes")
def quotes():
    return serve("quotes")


@app.get("/ticks")
@limited("ticks")
def ticks():
    return serve("ticks")


@app.get("/stats")
def stats():
    with transaction() as connection:
        return dict(connection.execute("SELECT path, n FROM served"))


with transaction() as setup:
    setup.execute(
        "CREATE TABLE IF NOT EXISTS hit"
        " (path, client, ends, n, PRIMARY KEY (path, client))"
    )
    setup.execute(
        "CREATE TABLE IF NOT EXISTS served (path PRIMARY KEY, n INTEGER)"
    )
    setup.execute("INSERT OR IGNORE INTO served VALUES ('quotes', 0)")
    setup.execute("INSERT OR IGNORE INTO served VALUES ('ticks', 0)")
