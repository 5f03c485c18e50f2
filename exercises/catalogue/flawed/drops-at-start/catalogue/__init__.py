"""A product catalogue over SQLite, as a JSON API."""

import os

from flask import Flask

from . import errors, views
from .models import db

MAX_BODY_BYTES = 64 * 1024


def create_app():
    app = Flask(__name__)
    path = os.path.abspath(os.environ.get("CATALOGUE_DB", "catalogue.db"))
    app.config["SQLALCHEMY_DATABASE_URI"] = f"sqlite:///{path}"
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
    db.init_app(app)
    errors.init_app(app)
    app.register_blueprint(views.blueprint)
    with app.app_context():
        db.drop_all()
        db.create_all()
    return app
