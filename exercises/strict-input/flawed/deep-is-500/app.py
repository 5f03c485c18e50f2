"""Sign-ups, with rules by hand."""

import os
import re
import sqlite3
from contextlib import closing

from flask import Flask, abort, request
from werkzeug.exceptions import HTTPException

DATABASE = os.environ.get("SIGNUPS_DB", "signups.db")
KINDS = ("standard", "reduced", "vip")
DEFAULTS = {"tickets": 1, "newsletter": False, "note": None}

app = Flask(__name__)
app.config["MAX_CONTENT_LENGTH"] = 16 * 1024


class Invalid(HTTPException):
    code = 422
    description = "The sign-up breaks a rule."

    def __init__(self, fields):
        super().__init__()
        self.fields = fields


def connect():
    connection = sqlite3.connect(DATABASE, timeout=10)
    connection.row_factory = sqlite3.Row
    return closing(connection)


def text(value, lo, hi):
    if not isinstance(value, str):
        return "must be a string"
    if not lo <= len(value) <= hi:
        return f"must have {lo} to {hi} characters"
    if any("\ud800" <= char <= "\udfff" for char in value):
        return "must be Unicode"
    return None


def name(value):
    wrong = text(value, 1, 60)
    if wrong is None and not value.strip():
        wrong = "must not be blank"
    return wrong


def code(value):
    if not isinstance(value, str) or not re.fullmatch(
        "[A-Z]{2}[0-9]{4}", value
    ):
        return "must be two capitals and four digits"
    return None


def integer(value, lo, hi):
    if not isinstance(value, int) or isinstance(value, bool):
        return "must be an integer"
    if not lo <= value <= hi:
        return f"must be {lo} to {hi}"
    return None


def kind(value):
    if not isinstance(value, str) or value not in KINDS:
        return "must be one of " + ", ".join(KINDS)
    return None


def newsletter(value):
    if not isinstance(value, bool):
        return "must be true or false"
    return None


def note(value):
    if value is None:
        return None
    return text(value, 0, 200)


RULES = {
    "name": name,
    "code": code,
    "age": lambda value: integer(value, 0, 130),
    "kind": kind,
    "tickets": lambda value: integer(value, 1, 8),
    "newsletter": newsletter,
    "note": note,
}


def check(document):
    wrong = {}
    for field in document:
        if field not in RULES:
            wrong[field] = "is unknown"
    for field, rule in RULES.items():
        if field not in document:
            if field not in DEFAULTS:
                wrong[field] = "is missing"
            continue
        problem = rule(document[field])
        if problem:
            wrong[field] = problem
    return wrong


def read_signup():
    if request.mimetype != "application/json":
        abort(415)
    document = request.get_json()
    if not isinstance(document, dict):
        raise Invalid({})
    wrong = check(document)
    if wrong:
        raise Invalid(wrong)
    return DEFAULTS | document


def as_json(row):
    return dict(row) | {"newsletter": bool(row["newsletter"])}


@app.post("/signups")
def create():
    signup = read_signup()
    with connect() as db, db:
        cursor = db.execute(
            "INSERT INTO signup"
            " (name, code, age, kind, tickets, newsletter, note) VALUES"
            " (:name, :code, :age, :kind, :tickets, :newsletter, :note)",
            signup,
        )
    return {"id": cursor.lastrowid} | signup, 201


@app.get("/signups")
def list_all():
    with connect() as db:
        rows = db.execute("SELECT * FROM signup ORDER BY id").fetchall()
    return {"items": [as_json(row) for row in rows], "total": len(rows)}


@app.get("/signups/<int:id>")
def read(id):
    row = None
    if id < 2**63:
        with connect() as db:
            query = "SELECT * FROM signup WHERE id = ?"
            row = db.execute(query, (id,)).fetchone()
    if row is None:
        abort(404)
    return as_json(row)


@app.errorhandler(HTTPException)
def refuse(error):
    if error.code < 400:
        return error
    body = {"error": error.description}
    if isinstance(error, Invalid):
        body["fields"] = error.fields
    response = error.get_response()
    response.data = app.json.dumps(body)
    response.content_type = "application/json"
    return response


with connect() as db, db:
    db.execute("""
        CREATE TABLE IF NOT EXISTS signup (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            name TEXT NOT NULL,
            code TEXT NOT NULL,
            age INTEGER NOT NULL,
            kind TEXT NOT NULL,
            tickets INTEGER NOT NULL,
            newsletter INTEGER NOT NULL,
            note TEXT
        )""")
