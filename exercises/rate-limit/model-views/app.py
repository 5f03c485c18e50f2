"""Class-based views; one UPSERT decides."""

import os
import sqlite3
from time import time

from flask import Flask, jsonify, make_response, request
from flask.views import MethodView

UPSERT = """
INSERT INTO windows (name, key, ends, used) VALUES (:name, :key, :ends, 1)
ON CONFLICT (name, key) DO UPDATE SET
    used = iif(ends <= :now, 1, used + 1),
    ends = iif(ends <= :now, :ends, ends)
RETURNING used, ends
"""


def run(sql, values=()):
    connection = sqlite3.connect(
        os.environ["LIMITS_DB"], timeout=20, isolation_level=None
    )
    try:
        return connection.execute(sql, values).fetchall()
    finally:
        connection.close()


class Limited(MethodView):
    def __init__(self, name, limit, window_s):
        self.name, self.limit, self.window_s = name, limit, window_s

    def get(self):
        key = request.headers.get("X-Api-Key", "")
        if key == "":
            return {"error": "no key"}, 401
        now = time()
        values = {"name": self.name, "key": key, "now": now}
        values["ends"] = now + self.window_s
        ((used, ends),) = run(UPSERT, values)
        response = self.serve() if used <= self.limit else self.refuse()
        if response.status_code == 429:
            seconds = int(ends - now + 0.999)
            response.headers["Retry-After"] = str(seconds or 1)
        left = self.limit - used
        response.headers["X-RateLimit-Limit"] = str(self.limit)
        response.headers["X-RateLimit-Remaining"] = str(left * (left > 0))
        return response

    def serve(self):
        ((served,),) = run(
            "UPDATE served SET n = n + 1 WHERE name = ? RETURNING n",
            (self.name,),
        )
        return make_response({"served": served})

    def refuse(self):
        return make_response({"error": f"{self.limit} at a time"}, 429)


def create_app():
    app = Flask(__name__)
    run(
        "CREATE TABLE IF NOT EXISTS windows"
        " (name, key, ends, used, PRIMARY KEY (name, key))"
    )
    run("CREATE TABLE IF NOT EXISTS served (name PRIMARY KEY, n)")
    for name, limit in (("quotes", 6), ("ticks", 4)):
        run("INSERT OR IGNORE INTO served VALUES (?, 0)", (name,))
        window_s = float(os.environ[f"{name.upper()}_WINDOW_S"])
        view = Limited.as_view(name, name, limit, window_s)
        app.add_url_rule(f"/{name}", view_func=view)

    @app.get("/stats")
    def stats():
        return jsonify(dict(run("SELECT name, n FROM served")))

    return app
