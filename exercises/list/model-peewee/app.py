"""Songs with peewee; a Link header for each link, relative to the list."""

import os
from urllib.parse import urlencode

from flask import Flask, abort, jsonify, request
from peewee import IntegerField, Model, SqliteDatabase, TextField, fn

PER_PAGE_MAX = 50

db = SqliteDatabase(os.environ.get("SONGS_DB", "songs.db"))
app = Flask(__name__)


class Song(Model):
    title = TextField()
    genre = TextField(index=True)
    seconds = IntegerField()

    class Meta:
        database = db

    def as_json(self):
        return dict(self.__data__, length="%d:%02d" % divmod(self.seconds, 60))


ORDERS = {"id": Song.id, "title": Song.title, "seconds": Song.seconds}

with db:
    db.create_tables([Song])


@app.before_request
def connect():
    db.connect(reuse_if_open=True)


@app.teardown_request
def close(_error):
    if not db.is_closed():
        db.close()


@app.post("/songs")
def create():
    song = Song.create(**request.get_json())
    return song.as_json(), 201, {"Location": f"/songs/{song.id}"}


def natural(name, default):
    text = request.args.get(name, str(default))
    if not text.isascii() or not text.isdigit() or not text.strip("0"):
        abort(400)
    return int(text[:20])


def ordered(query):
    order = request.args.get("order", "id")
    field = ORDERS.get(order.removeprefix("-")) or abort(400)
    first = field.desc() if order.startswith("-") else field.asc()
    return query.order_by(first, Song.id)


def filtered(query):
    if "genre" in request.args:
        query = query.where(Song.genre == request.args["genre"])
    if "q" in request.args:
        # SQLite's lower() knows A-Z alone, as the search is to do.
        text = fn.lower(request.args["q"])
        query = query.where(fn.instr(fn.lower(Song.title), text) > 0)
    return query


def relations(page, last):
    yield "first", 1
    if page > 1:
        yield "prev", min(page - 1, last)
    if page < last:
        yield "next", page + 1
    yield "last", last


def link(rel, number):
    """The first page is the one without a number; rel needs no quotes."""
    query = request.args.to_dict()
    query.pop("page", None)
    if number > 1:
        query["page"] = number
    return f'<?{urlencode(query)}>; title="page, {number}"; rel={rel}'


@app.get("/songs")
def songs():
    page = natural("page", 1)
    per_page = min(natural("per_page", 10), PER_PAGE_MAX)
    query = filtered(Song.select())
    total = query.count()
    last = max(1, -(-total // per_page))
    rows = ordered(query).paginate(min(page, last + 1), per_page)
    response = jsonify([song.as_json() for song in rows])
    response.headers["X-Total-Count"] = total
    for rel, number in relations(page, last):
        response.headers.add("Link", link(rel, number))
    return response
