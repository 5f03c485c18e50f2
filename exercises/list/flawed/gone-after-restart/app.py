"""Songs, page by page, over sqlite3."""

import os
import sqlite3
from urllib.parse import urlencode

from flask import Flask, abort, g, jsonify, request, url_for

DATABASE = os.environ.get("SONGS_DB", "songs.db")
PER_PAGE = 10
PER_PAGE_MAX = 50
PAGE_MAX = 10**9  # no list is longer, and SQLite can multiply it
ORDERS = ("id", "title", "seconds")

app = Flask(__name__)


def db():
    if "db" not in g:
        g.db = sqlite3.connect(DATABASE, timeout=10)
        g.db.row_factory = sqlite3.Row
    return g.db


@app.teardown_appcontext
def close(_error):
    if "db" in g:
        g.db.close()


def whole_number(name, default):
    text = request.args.get(name)
    if text is None:
        return default
    if not text.isascii() or not text.isdigit() or int(text[:20]) == 0:
        abort(400, f"{name} must be a whole number")
    return int(text[:20])


def conditions():
    """WHERE and its values, for the page and for the total alike."""
    where, values = ["1"], []
    if "genre" in request.args:
        where.append("genre = ?")
        values.append(request.args["genre"])
    if request.args.get("q"):
        literal = request.args["q"]
        for special in "\\%_":
            literal = literal.replace(special, "\\" + special)
        where.append("title LIKE ? ESCAPE '\\'")
        values.append(f"%{literal}%")
    return " AND ".join(where), values


def order_by():
    order = request.args.get("order", "id")
    key = order.removeprefix("-")
    if key not in ORDERS:
        abort(400, "unknown order")
    direction = "DESC" if order.startswith("-") else "ASC"
    return f"{key} {direction}, id ASC"


def link_header(page, per_page, total):
    last = max(1, (total + per_page - 1) // per_page)
    pages = {"first": 1, "last": last}
    if page > 1:
        pages["prev"] = min(page - 1, last)
    if page < last:
        pages["next"] = page + 1
    kept = request.args.to_dict() | {"per_page": per_page}
    links = []
    for rel, number in pages.items():
        query = urlencode(kept | {"page": number})
        links.append(f'<{url_for("list_songs")}?{query}>; rel="{rel}"')
    return ", ".join(links)


@app.get("/songs")
def list_songs():
    page = min(whole_number("page", 1), PAGE_MAX)
    per_page = min(whole_number("per_page", PER_PAGE), PER_PAGE_MAX)
    order = order_by()
    where, values = conditions()
    (total,) = (
        db()
        .execute(f"SELECT count(*) FROM song WHERE {where}", values)
        .fetchone()
    )
    rows = db().execute(
        f"SELECT * FROM song WHERE {where} ORDER BY {order} LIMIT ? OFFSET ?",
        [*values, per_page, (page - 1) * per_page],
    )
    response = jsonify([dict(row) for row in rows])
    response.headers["X-Total-Count"] = total
    response.headers["Link"] = link_header(page, per_page, total)
    return response


@app.post("/songs")
def create_song():
    song = request.get_json()
    cursor = db().execute(
        "INSERT INTO song (title, genre, seconds)"
        " VALUES (:title, :genre, :seconds)",
        song,
    )
    db().commit()
    return {**song, "id": cursor.lastrowid}, 201


with app.app_context():
    db().execute("DROP TABLE IF EXISTS song")
    db().execute("""
        CREATE TABLE IF NOT EXISTS song (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            title TEXT NOT NULL,
            genre TEXT NOT NULL,
            seconds INTEGER NOT NULL
        )""")
