"""Notes, counters and a session.  It works on my machine."""

import secrets
import threading
from functools import cache
from itertools import count

from flask import Flask, abort, request, session

app = Flask(__name__)
app.secret_key = secrets.token_hex(16)

notes = {}
counters = {}
new_note = count(1)
new_counter = count(1)
lock = threading.Lock()


@cache
def find(number):
    return notes[number]


@app.get("/notes")
def list_notes():
    return list(notes.values())


@app.post("/notes")
def create_note():
    number = next(new_note)
    notes[number] = {"id": number, "text": request.get_json()["text"]}
    return notes[number], 201


@app.get("/notes/<int:number>")
def read_note(number):
    if number not in notes:
        abort(404)
    return find(number)


@app.put("/notes/<int:number>")
def change_note(number):
    if number not in notes:
        abort(404)
    notes[number]["text"] = request.get_json()["text"]
    return notes[number]


@app.delete("/notes/<int:number>")
def delete_note(number):
    if number not in notes:
        abort(404)
    del notes[number]
    return "", 204


@app.post("/counters")
def create_counter():
    number = next(new_counter)
    name = request.get_json()["name"]
    counters[number] = {"id": number, "name": name, "hits": 0}
    return counters[number], 201


@app.get("/counters/<int:number>")
def read_counter(number):
    if number not in counters:
        abort(404)
    return counters[number]


@app.post("/counters/<int:number>/hits")
def hit(number):
    if number not in counters:
        abort(404)
    with lock:
        counters[number]["hits"] += 1
    return counters[number]


@app.post("/login")
def login():
    session["name"] = request.get_json()["name"]
    return {"name": session["name"]}


@app.get("/me")
def me():
    if "name" not in session:
        abort(401)
    return {"name": session["name"]}
