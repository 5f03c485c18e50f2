"""Events; a cursor holds the weight and the id of the last item, signed."""

import os
import re
import sqlite3

from flask import Flask, abort, g, request
from itsdangerous import BadSignature, URLSafeSerializer

DATABASE = os.environ.get("EVENTS_DB", "events.db")
SIZE = 20
SIZE_MAX = 100

app = Flask(__name__)
cursors = URLSafeSerializer(os.environ.get("EVENTS_SECRET", "development"))


def db():
    if "db" not in g:
        g.db = sqlite3.connect(DATABASE, timeout=10)
        g.db.row_factory = sqlite3.Row
    return g.db


@app.teardown_appcontext
def close(_error):
    if "db" in g:
        g.db.close()


def find(number):
    row = None
    if number < 2**63:
        query = "SELECT * FROM event WHERE id = ?"
        row = db().execute(query, (number,)).fetchone()
    if row is None:
        abort(404)
    return dict(row)


def read_size():
    text = request.args.get("size", str(SIZE))
    if not re.fullmatch("[0-9]+", text):
        return SIZE
    if not 1 <= int(text) <= SIZE_MAX:
        abort(400)
    return int(text)


def read_cursor():
    """The weight and the id behind which to go on, or None."""
    text = request.args.get("cursor")
    if text is None:
        return None
    try:
        return cursors.loads(text)
    except BadSignature:
        abort(400)


@app.get("/events")
def list_events():
    size, after = read_size(), read_cursor()
    where, values = "1", []
    if after:
        where = "weight < ? OR (weight = ? AND id > ?)"
        values = [after[0], after[0], after[1]]
    rows = db().execute(
        f"SELECT * FROM event WHERE {where} ORDER BY weight DESC, id LIMIT ?",
        [*values, size + 1],
    )
    items = [dict(row) for row in rows]
    following = None
    if len(items) > size:  # one more than the page: there is a next one
        items = items[:size]
        following = cursors.dumps([items[-1]["weight"], items[-1]["id"]])
    return {"items": items, "next": following}


@app.post("/events")
def create():
    event = request.get_json()
    with db():
        cursor = db().execute(
            "INSERT INTO event (kind, weight) VALUES (?, ?)",
            (event["kind"], event["weight"]),
        )
    return find(cursor.lastrowid), 201


@app.get("/events/<int:number>")
def read(number):
    return find(number)


@app.delete("/events/<int:number>")
def delete(number):
    find(number)
    with db():
        db().execute("DELETE FROM event WHERE id = ?", (number,))
    return "", 204


with app.app_context(), db():
    db().execute("""
        CREATE TABLE IF NOT EXISTS event (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            kind TEXT NOT NULL,
            weight INTEGER NOT NULL
        )""")
    db().execute(
        "CREATE INDEX IF NOT EXISTS event_order ON event (weight DESC, id)"
    )
