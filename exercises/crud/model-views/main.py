"""A reading list with class-based views; each book is one JSON text."""

import json
import os
import sqlite3
from contextlib import closing

from flask import Flask, request
from flask.views import MethodView
from werkzeug.exceptions import NotFound, UnprocessableEntity

PATH = os.environ.get("BOOKS_DB", "books.db")


def run(sql, *values):
    with closing(sqlite3.connect(PATH, timeout=10)) as connection:
        with connection:
            cursor = connection.execute(sql, values)
            return cursor.fetchall(), cursor.lastrowid, cursor.rowcount


def is_book(document):
    return (
        isinstance(document, dict)
        and isinstance(document.get("title"), str)
        and isinstance(document.get("author"), str)
    )


def body():
    document = request.get_json()
    if not is_book(document):
        raise UnprocessableEntity("title and author are required")
    return {
        "title": document["title"],
        "author": document["author"],
        "year": document.get("year"),
        "read": document.get("read", False),
    }


class Books(MethodView):
    def get(self):
        rows, _, _ = run("SELECT id, book FROM books ORDER BY id")
        return [{"id": id, **json.loads(text)} for id, text in rows]

    def post(self):
        book = body()
        _, id, _ = run("INSERT INTO books (book) VALUES (?)", json.dumps(book))
        return {"id": id, **book}, 201, {"Location": f"books/{id}"}


class Book(MethodView):
    def load(self, id):
        # As text: the id in the path may be longer than 64 bits.
        rows, _, _ = run(
            "SELECT book FROM books WHERE id = CAST(? AS INTEGER)"
            " AND length(?) < 18",
            str(id),
            str(id),
        )
        if not rows:
            raise NotFound()
        return json.loads(rows[0][0])

    def store(self, id, book):
        run("UPDATE books SET book = ? WHERE id = ?", json.dumps(book), id)
        return {"id": id, **book}

    def get(self, id):
        return {"id": id, **self.load(id)}

    def put(self, id):
        self.load(id)
        return self.store(id, body())

    def patch(self, id):
        book = self.load(id)
        book.update(request.get_json())
        return self.store(id, book)

    def delete(self, id):
        self.load(id)
        run("DELETE FROM books WHERE id = ?", id)
        return "", 204


app = Flask(__name__)
app.add_url_rule("/books", view_func=Books.as_view("books"))
app.add_url_rule("/books/<int:id>", view_func=Book.as_view("book"))
run("CREATE TABLE IF NOT EXISTS books (id INTEGER PRIMARY KEY, book TEXT)")
