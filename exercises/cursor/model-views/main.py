"""Events with class-based views; cursors are random tickets in a table."""

import os
import secrets
import sqlite3
from contextlib import closing

from flask import Flask, request
from flask.views import MethodView

PATH = os.environ.get("EVENTS_DB", "events.db")
BAD = {"error": "bad request"}, 400


def run(sql, *values):
    with closing(sqlite3.connect(PATH, timeout=10)) as connection:
        connection.row_factory = sqlite3.Row
        with connection:
            cursor = connection.execute(sql, values)
            rows = [dict(row) for row in cursor]
            return rows, cursor.lastrowid, cursor.rowcount


class Events(MethodView):
    def get(self):
        size = request.args.get("size", "20")
        if not size.isascii() or not size.isdigit():
            return BAD
        size = int(size[:9])
        if size < 1 or size > 100:
            return BAD
        ticket = request.args.get("cursor")
        if ticket is None:
            return self.page(size, 2**62, 0)
        places, _, _ = run("SELECT * FROM places WHERE ticket = ?", ticket)
        if not places:
            return BAD
        return self.page(size, places[0]["weight"], places[0]["id"])

    def page(self, size, weight, id):
        items, _, _ = run(
            "SELECT * FROM events WHERE weight <= ? AND NOT"
            " (weight = ? AND id <= ?) ORDER BY weight DESC, id ASC LIMIT ?",
            weight,
            weight,
            id,
            size + 1,
        )
        ticket = None
        if len(items) == size + 1:
            items.pop()
            ticket = secrets.token_urlsafe(18)
            run(
                "INSERT INTO places (ticket, weight, id) VALUES (?, ?, ?)",
                ticket,
                items[-1]["weight"],
                items[-1]["id"],
            )
        return {"items": items, "next": ticket}

    def post(self):
        event = request.get_json()
        _, id, _ = run(
            "INSERT INTO events (kind, weight) VALUES (?, ?)",
            event["kind"],
            event["weight"],
        )
        return {**event, "id": id}, 201


class Event(MethodView):
    def get(self, id):
        rows, _, _ = run("SELECT * FROM events WHERE id = ?", min(id, 2**62))
        return rows[0] if rows else ({"error": "not found"}, 404)

    def delete(self, id):
        _, _, n = run("DELETE FROM events WHERE id = ?", min(id, 2**62))
        return ("", 204) if n else ({"error": "not found"}, 404)


app = Flask(__name__)
app.add_url_rule("/events", view_func=Events.as_view("events"))
app.add_url_rule("/events/<int:id>", view_func=Event.as_view("event"))
run(
    "CREATE TABLE IF NOT EXISTS events (id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " kind TEXT, weight INTEGER)"
)
run("CREATE TABLE IF NOT EXISTS places (ticket TEXT, weight, id)")
