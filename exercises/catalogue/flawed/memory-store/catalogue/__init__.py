"""A product catalogue over SQLite, as a JSON API."""

from flask import Flask

from . import errors, views
from .models import db

MAX_BODY_BYTES = 64 * 1024


def create_app():
    app = Flask(__name__)
    app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite:///:memory:"
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
    db.init_app(app)
    errors.init_app(app)
    app.register_blueprint(views.blueprint)
    with app.app_context():
        db.create_all()
    return app
