"""Begin here.  The brief is in BRIEF.md."""

import os
import sqlite3

from flask import Flask

DATABASE = os.environ.get("EVENTS_DB", "events.db")

app = Flask(__name__)


def connect():
    connection = sqlite3.connect(DATABASE)
    connection.row_factory = sqlite3.Row
    return connection


@app.get("/")
def hello():
    return "Events go here."
