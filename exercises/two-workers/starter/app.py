"""Begin here.  The brief is in BRIEF.md."""

import os
import sqlite3

from flask import Flask

DATABASE = os.environ.get("NOTES_DB", "notes.db")

app = Flask(__name__)
app.secret_key = os.environ.get("NOTES_SECRET", "for development only")


def connect():
    connection = sqlite3.connect(DATABASE, timeout=10)
    connection.row_factory = sqlite3.Row
    return connection


@app.get("/")
def hello():
    return "Notes and counters go here."
