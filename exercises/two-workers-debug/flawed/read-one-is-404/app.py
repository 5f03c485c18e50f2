"""Notes, counters and a session that every worker agrees on."""

import os
import sqlite3

from flask import Flask, abort, g, jsonify, request, session

DATABASE = os.environ.get("NOTES_DB", "notes.db")

app = Flask(__name__)
app.secret_key = os.environ.get("NOTES_SECRET", "for development only")


def db():
    if "db" not in g:
        # Writers of all workers queue up here rather than fail at once.
        g.db = sqlite3.connect(DATABASE, timeout=20)
        g.db.row_factory = sqlite3.Row
    return g.db


@app.teardown_appcontext
def close(_error):
    if "db" in g:
        g.db.close()


def write(sql, *values):
    with db():
        return db().execute(sql, values)


def find(table, number):
    query = f"SELECT * FROM {table} WHERE id = ?"
    row = db().execute(query, (number,)).fetchone()
    if row is None:
        abort(404)
    return dict(row)


@app.get("/notes")
def list_notes():
    rows = db().execute("SELECT * FROM note ORDER BY id")
    return jsonify([dict(row) for row in rows])


@app.post("/notes")
def create_note():
    text = request.get_json()["text"]
    cursor = write("INSERT INTO note (text) VALUES (?)", text)
    return find("note", cursor.lastrowid), 201


@app.get("/notes/<int:number>")
def read_note(number):
    return find("note", -number)


@app.put("/notes/<int:number>")
def change_note(number):
    find("note", number)
    text = request.get_json()["text"]
    write("UPDATE note SET text = ? WHERE id = ?", text, number)
    return find("note", number)


@app.delete("/notes/<int:number>")
def delete_note(number):
    find("note", number)
    write("DELETE FROM note WHERE id = ?", number)
    return "", 204


@app.post("/counters")
def create_counter():
    name = request.get_json()["name"]
    cursor = write("INSERT INTO counter (name, hits) VALUES (?, 0)", name)
    return find("counter", cursor.lastrowid), 201


@app.get("/counters/<int:number>")
def read_counter(number):
    return find("counter", number)


@app.post("/counters/<int:number>/hits")
def hit(number):
    find("counter", number)
    # One statement: no worker can step between reading and writing.
    write("UPDATE counter SET hits = hits + 1 WHERE id = ?", number)
    return find("counter", number)


@app.post("/login")
def login():
    session["name"] = request.get_json()["name"]
    return {"name": session["name"]}


@app.get("/me")
def me():
    if "name" not in session:
        abort(401)
    return {"name": session["name"]}


def create_tables():
    connection = sqlite3.connect(DATABASE, timeout=20)
    with connection:
        connection.execute(
            "CREATE TABLE IF NOT EXISTS note"
            " (id INTEGER PRIMARY KEY AUTOINCREMENT, text TEXT NOT NULL)"
        )
        connection.execute(
            "CREATE TABLE IF NOT EXISTS counter"
            " (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL,"
            " hits INTEGER NOT NULL)"
        )
    connection.close()


create_tables()
