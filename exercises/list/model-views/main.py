"""Songs with a class-based view; the page is cut in Python."""

import os
import re
import sqlite3
from contextlib import closing
from urllib.parse import quote_plus

from flask import Flask, abort, make_response, request
from flask.views import MethodView

PATH = os.environ.get("SONGS_DB", "songs.db")
LOWER = str.maketrans(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz"
)


def run(sql, values=()):
    with closing(sqlite3.connect(PATH, timeout=10)) as connection:
        connection.row_factory = sqlite3.Row
        with connection:
            cursor = connection.execute(sql, values)
            return [dict(row) for row in cursor], cursor.lastrowid


def positive(name, default):
    text = request.args.get(name, default)
    if not re.fullmatch("0*[1-9][0-9]*", text):
        abort(400)
    return int(text)


def fits(song):
    genre = request.args.get("genre")
    text = request.args.get("q", "").translate(LOWER)
    if genre is not None and song["genre"] != genre:
        return False
    return text in song["title"].translate(LOWER)


def chosen():
    songs, _ = run("SELECT * FROM songs ORDER BY id")
    songs = [song for song in songs if fits(song)]
    order = request.args.get("order", "id")
    match = re.fullmatch("(-?)(id|title|seconds)", order)
    if not match:
        abort(400)
    sign, key = match.groups()
    # Stable: songs with an equal key stay in the order of their ids.
    songs.sort(key=lambda song: song[key], reverse=bool(sign))
    return songs


class Songs(MethodView):
    def get(self):
        page = positive("page", "1")
        size = min(positive("per_page", "10"), 50)
        songs = chosen()
        pages = [songs[i : i + size] for i in range(0, len(songs), size)]
        pages = pages or [[]]
        items = pages[page - 1] if page <= len(pages) else []
        response = make_response(items)
        response.headers["X-Total-Count"] = str(len(songs))
        for link in self.links(page, size, len(pages)):
            response.headers.add("Link", link)
        return response

    def links(self, page, size, last):
        relations = [("first", 1), ("last", last)]
        if page > 1:
            relations += [("prev", page - 1)]
        if page < last:
            relations += [("next", page + 1)]
        rest = "".join(
            f"&{name}={quote_plus(value)}"
            for name, value in request.args.items()
            if name not in ("page", "per_page")
        )
        return [
            f"<?page={number}&per_page={size}{rest}>; rel={rel}"
            for rel, number in relations
        ]

    def post(self):
        song = request.get_json()
        _, id = run(
            "INSERT INTO songs (title, genre, seconds) VALUES (?, ?, ?)",
            (song["title"], song["genre"], song["seconds"]),
        )
        return {**song, "id": id}, 201


app = Flask(__name__)
app.add_url_rule("/songs", view_func=Songs.as_view("songs"))
run(
    "CREATE TABLE IF NOT EXISTS songs"
    " (id INTEGER PRIMARY KEY, title TEXT, genre TEXT, seconds INTEGER)"
)
