"""Class-based views; explicit transactions; a cookie of our own."""

import hashlib
import hmac
import os
import sqlite3
from contextlib import contextmanager

from flask import Flask, make_response, request
from flask.views import MethodView

PATH = os.environ["NOTES_DB"]
SECRET = os.environ["NOTES_SECRET"].encode()


@contextmanager
def transaction(kind="IMMEDIATE"):
    connection = sqlite3.connect(PATH, timeout=30, isolation_level=None)
    connection.row_factory = sqlite3.Row
    try:
        connection.execute(f"BEGIN {kind}")
        yield connection
        connection.execute("COMMIT")
    finally:
        connection.close()


def one(connection, table, id):
    query = f"SELECT * FROM {table} WHERE id = ?"
    row = connection.execute(query, [id]).fetchone()
    return dict(row) if row else None


def insert(table, **values):
    names = ", ".join(values)
    marks = ", ".join("?" for _ in values)
    with transaction() as connection:
        cursor = connection.execute(
            f"INSERT INTO {table} ({names}) VALUES ({marks})",
            list(values.values()),
        )
        return one(connection, table, cursor.lastrowid)


MISSING = {"error": "not found"}, 404


class Notes(MethodView):
    def get(self):
        with transaction("DEFERRED") as connection:
            rows = connection.execute("SELECT * FROM notes ORDER BY id")
            return [dict(row) for row in rows]

    def post(self):
        return insert("notes", text=request.json["text"]), 201


class Note(MethodView):
    def get(self, id):
        with transaction("DEFERRED") as connection:
            return one(connection, "notes", id) or MISSING

    def put(self, id):
        with transaction() as connection:
            connection.execute(
                "UPDATE notes SET text = ? WHERE id = ?",
                [request.json["text"], id],
            )
            return one(connection, "notes", id) or MISSING

    def delete(self, id):
        with transaction() as connection:
            query = "DELETE FROM notes WHERE id = ?"
            gone = connection.execute(query, [id]).rowcount
        return ("", 204) if gone else MISSING


class Counters(MethodView):
    def post(self):
        counter = insert("counters", name=request.json["name"], hits=0)
        return counter, 201


class Counter(MethodView):
    def get(self, id):
        with transaction("DEFERRED") as connection:
            return one(connection, "counters", id) or MISSING


class Hits(MethodView):
    def post(self, id):
        # IMMEDIATE: the lock is taken before the number is read.
        with transaction() as connection:
            counter = one(connection, "counters", id)
            if counter is None:
                return MISSING
            connection.execute(
                "UPDATE counters SET hits = ? WHERE id = ?",
                [counter["hits"] + 1, id],
            )
            return one(connection, "counters", id)


def sign(name):
    return hmac.new(SECRET, name.encode(), hashlib.sha256).hexdigest()


class Login(MethodView):
    def post(self):
        name = request.json["name"]
        response = make_response({"name": name})
        response.set_cookie(
            "who", f"{sign(name)}:{name}", httponly=True, samesite="Lax"
        )
        return response


class Me(MethodView):
    def get(self):
        signature, _, name = request.cookies.get("who", "").partition(":")
        if not name or not hmac.compare_digest(signature, sign(name)):
            return {"error": "log in first"}, 401
        return {"name": name}


app = Flask(__name__)
for path, view in {
    "/notes": Notes,
    "/notes/<int:id>": Note,
    "/counters": Counters,
    "/counters/<int:id>": Counter,
    "/counters/<int:id>/hits": Hits,
    "/login": Login,
    "/me": Me,
}.items():
    app.add_url_rule(path, view_func=view.as_view(path))

with transaction() as setup:
    setup.execute(
        "CREATE TABLE IF NOT EXISTS notes (id INTEGER PRIMARY KEY, text)"
    )
    setup.execute(
        "CREATE TABLE IF NOT EXISTS counters"
        " (id INTEGER PRIMARY KEY, name, hits)"
    )
