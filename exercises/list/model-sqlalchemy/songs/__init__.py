"""Songs with Flask-SQLAlchemy, its pagination, and a blueprint."""

import os

from flask import Blueprint, Flask, abort, request, url_for
from flask_sqlalchemy import SQLAlchemy

db = SQLAlchemy()
songs = Blueprint("songs", __name__, url_prefix="/songs")


class Song(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    title = db.Column(db.Text, nullable=False)
    genre = db.Column(db.Text, nullable=False, index=True)
    seconds = db.Column(db.Integer, nullable=False)

    def as_dict(self):
        return {
            "id": self.id,
            "title": self.title,
            "genre": self.genre,
            "seconds": self.seconds,
        }


ORDERS = {
    "id": [Song.id],
    "-id": [Song.id.desc()],
    "title": [Song.title, Song.id],
    "-title": [Song.title.desc(), Song.id],
    "seconds": [Song.seconds, Song.id],
    "-seconds": [Song.seconds.desc(), Song.id],
}


def number(name, default):
    try:
        value = int(request.args.get(name, default))
    except ValueError:
        abort(400)
    if value < 1:
        abort(400)
    return min(value, 2**31)


@songs.get("")
def index():
    order = request.args.get("order", "id")
    if order not in ORDERS:
        abort(400)
    query = db.select(Song).order_by(*ORDERS[order])
    if (genre := request.args.get("genre")) is not None:
        query = query.where(Song.genre == genre)
    if text := request.args.get("q"):
        query = query.where(Song.title.icontains(text, autoescape=True))
    page = db.paginate(
        query,
        page=number("page", 1),
        per_page=number("per_page", 10),
        max_per_page=50,
        error_out=False,
    )
    headers = {"X-Total-Count": page.total, "Link": links(page)}
    return [song.as_dict() for song in page], headers


def links(page):
    last = max(page.pages, 1)
    found = [(1, "first"), (last, "last")]
    if page.page > 1:
        found.append((page.page - 1, "prev"))
    if page.page < last:
        found.append((page.page + 1, "next"))
    args = request.args.to_dict()
    args["per_page"] = page.per_page
    return ", ".join(
        "<{}>; rel={}".format(
            url_for(".index", **{**args, "page": n}, _external=True), rel
        )
        for n, rel in found
    )


@songs.post("")
def create():
    song = Song(**request.get_json())
    db.session.add(song)
    db.session.commit()
    return song.as_dict(), 201


def create_app():
    app = Flask(__name__)
    path = os.path.abspath(os.environ.get("SONGS_DB", "songs.db"))
    app.config["SQLALCHEMY_DATABASE_URI"] = f"sqlite:///{path}"
    db.init_app(app)
    app.register_blueprint(songs)
    with app.app_context():
        db.create_all()
    return app
