"""Begin here.  The brief is in BRIEF.md; run it with `flask run`."""

import os
import sqlite3

from flask import Flask, g

DATABASE = os.environ.get("CATALOGUE_DB", "catalogue.db")


def connection():
    """The connection of this request."""
    if "connection" not in g:
        g.connection = sqlite3.connect(DATABASE)
        g.connection.row_factory = sqlite3.Row
    return g.connection


def create_app():
    app = Flask(__name__)

    @app.teardown_appcontext
    def close_connection(_error):
        if "connection" in g:
            g.pop("connection").close()

    # Your routes go here.
    return app


app = create_app()
