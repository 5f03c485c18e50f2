"""Events with Flask-SQLAlchemy; row values and an HMAC by hand."""

import base64
import hashlib
import hmac
import os

from flask import Flask, abort, request
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import tuple_

db = SQLAlchemy()
SECRET = os.environ.get("EVENTS_SECRET", "").encode()


class Event(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    kind = db.Column(db.String, nullable=False)
    weight = db.Column(db.Integer, nullable=False, index=True)

    def show(self):
        return {"id": self.id, "kind": self.kind, "weight": self.weight}


def sign(text):
    return hmac.new(SECRET, text.encode(), hashlib.sha256).hexdigest()[:32]


def encode(event):
    # Negated, so that both parts of the key ascend.
    text = f"{-event.weight}:{event.id}"
    return base64.urlsafe_b64encode(f"{sign(text)}.{text}".encode()).decode()


def decode(cursor):
    try:
        given = base64.b64decode(cursor, altchars=b"-_", validate=True)
        signature, _, text = given.decode("ascii").partition(".")
    except ValueError:
        abort(400)
    good = hmac.compare_digest(signature, sign(text))
    if not good or base64.urlsafe_b64encode(given).decode() != cursor:
        abort(400)
    return [int(part) for part in text.split(":")]


def create_app():
    app = Flask(__name__)
    path = os.path.abspath(os.environ.get("EVENTS_DB", "events.db"))
    app.config["SQLALCHEMY_DATABASE_URI"] = f"sqlite:///{path}"
    db.init_app(app)
    with app.app_context():
        db.create_all()

    @app.get("/events")
    def index():
        try:
            size = int(request.args.get("size", 20))
        except ValueError:
            abort(400)
        if size not in range(1, 101):
            abort(400)
        query = db.select(Event).order_by(-Event.weight, Event.id)
        if "cursor" in request.args:
            place = decode(request.args["cursor"])
            query = query.where(tuple_(-Event.weight, Event.id) > place)
        events = db.session.scalars(query.limit(size + 1)).all()
        more = len(events) > size
        return {
            "items": [event.show() for event in events[:size]],
            "next": encode(events[size - 1]) if more else None,
        }

    @app.post("/events")
    def create():
        event = Event(**request.get_json())
        db.session.add(event)
        db.session.commit()
        return event.show(), 201

    @app.route("/events/<int:id>", methods=["GET", "DELETE"])
    def one(id):
        event = db.get_or_404(Event, min(id, 2**62))
        if request.method == "GET":
            return event.show()
        db.session.delete(event)
        db.session.commit()
        return "", 204

    return app
