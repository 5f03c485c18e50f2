"""Begin here.  The brief is in BRIEF.md."""

import os
import sqlite3

from flask import Flask

DATABASE = os.environ.get("BOOKS_DB", "books.db")

app = Flask(__name__)


def connect():
    connection = sqlite3.connect(DATABASE)
    connection.row_factory = sqlite3.Row
    return connection


@app.get("/")
def hello():
    return "Your books go here."
