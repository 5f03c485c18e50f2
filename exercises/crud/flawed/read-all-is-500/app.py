"""A reading list over SQLite."""

import os
import sqlite3

from flask import Flask, abort, g, jsonify, request, url_for

DATABASE = os.environ.get("BOOKS_DB", "books.db")
OPTIONAL = {"year": None, "read": False}

app = Flask(__name__)


def connect():
    connection = sqlite3.connect(DATABASE)
    connection.row_factory = sqlite3.Row
    return connection


def db():
    if "db" not in g:
        g.db = connect()
    return g.db


@app.teardown_appcontext
def close(_error):
    if "db" in g:
        g.db.close()


def create_table():
    connection = connect()
    connection.execute("""
        CREATE TABLE IF NOT EXISTS book (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            title TEXT NOT NULL,
            author TEXT NOT NULL,
            year INTEGER,
            read INTEGER NOT NULL
        )""")
    connection.close()


def as_json(row):
    return dict(row) | {"read": bool(row["read"])}


def find(book_id):
    row = None
    if book_id < 2**63:  # an SQLite integer holds no more
        query = "SELECT * FROM book WHERE id = ?"
        row = db().execute(query, (book_id,)).fetchone()
    if row is None:
        abort(404)
    return as_json(row)


def read_book():
    """A whole book from the request, without its id."""
    document = request.get_json()
    if not isinstance(document, dict):
        abort(400)
    if not document.get("title") or not document.get("author"):
        abort(400)
    return OPTIONAL | document


def save(book_id, book):
    db().execute(
        "UPDATE book SET title = ?, author = ?, year = ?, read = ?"
        " WHERE id = ?",
        (book["title"], book["author"], book["year"], book["read"], book_id),
    )
    db().commit()
    return find(book_id)


@app.get("/books")
def list_books():
    rows = db().execute("SELECT * FROM books ORDER BY id")
    return jsonify([as_json(row) for row in rows])


@app.post("/books")
def create_book():
    book = read_book()
    cursor = db().execute(
        "INSERT INTO book (title, author, year, read) VALUES (?, ?, ?, ?)",
        (book["title"], book["author"], book["year"], book["read"]),
    )
    db().commit()
    location = url_for("show_book", book_id=cursor.lastrowid)
    return find(cursor.lastrowid), 201, {"Location": location}


@app.get("/books/<int:book_id>")
def show_book(book_id):
    return find(book_id)


@app.put("/books/<int:book_id>")
def replace_book(book_id):
    find(book_id)
    return save(book_id, read_book())


@app.patch("/books/<int:book_id>")
def change_book(book_id):
    book = find(book_id)
    return save(book_id, book | request.get_json())


@app.delete("/books/<int:book_id>")
def delete_book(book_id):
    find(book_id)
    db().execute("DELETE FROM book WHERE id = ?", (book_id,))
    db().commit()
    return "", 204


create_table()
