"""Notes and counters with Flask-SQLAlchemy in an application factory."""

import os

from flask import Flask, abort, request, session
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

db = SQLAlchemy(engine_options={"connect_args": {"timeout": 20}})


class Note(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    text = db.Column(db.String, nullable=False)

    def show(self):
        return {"id": self.id, "text": self.text}


class Counter(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    name = db.Column(db.String, nullable=False)
    hits = db.Column(db.Integer, nullable=False, default=0)

    def show(self):
        return {"id": self.id, "name": self.name, "hits": self.hits}


def add(row):
    db.session.add(row)
    db.session.commit()
    return row.show(), 201


def create_app():
    app = Flask(__name__)
    path = os.path.abspath(os.environ.get("NOTES_DB", "notes.db"))
    app.config["SQLALCHEMY_DATABASE_URI"] = f"sqlite:///{path}"
    app.config["SECRET_KEY"] = os.environ["NOTES_SECRET"]
    db.init_app(app)
    with app.app_context():
        try:
            db.create_all()
        except OperationalError:  # another worker was quicker
            db.session.execute(text("SELECT 1 FROM note, counter LIMIT 1"))

    @app.route("/notes", methods=["GET", "POST"])
    def notes():
        if request.method == "POST":
            return add(Note(text=request.json["text"]))
        return [note.show() for note in Note.query.order_by(Note.id)]

    @app.route("/notes/<int:id>", methods=["GET", "PUT", "DELETE"])
    def note(id):
        note = db.get_or_404(Note, id)
        if request.method == "DELETE":
            db.session.delete(note)
            db.session.commit()
            return "", 204
        if request.method == "PUT":
            note.text = request.json["text"]
            db.session.commit()
        return note.show()

    @app.post("/counters")
    def counters():
        return add(Counter(name=request.json["name"]))

    @app.get("/counters/<int:id>")
    def counter(id):
        return db.get_or_404(Counter, id).show()

    @app.post("/counters/<int:id>/hits")
    def hits(id):
        changed = Counter.query.filter_by(id=id).update(
            {Counter.hits: Counter.hits + 1}
        )
        db.session.commit()
        if not changed:
            abort(404)
        return db.get_or_404(Counter, id).show()

    @app.post("/login")
    def login():
        session["name"] = request.json["name"]
        return {"name": session["name"]}

    @app.get("/me")
    def me():
        if not session.get("name"):
            return {"error": "who are you?"}, 401
        return {"name": session["name"]}

    return app
