"""The service in a blueprint that is closed, beside one that is open."""

import json
import os

from flask import Blueprint, Flask, current_app, g, jsonify, redirect
from flask import request
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import Unauthorized

import pool

opened = Blueprint("opened", __name__)
closed = Blueprint("closed", __name__)
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cache-Control": "no-store",
}


def who():
    given = request.authorization
    if given is None or given.type != "bearer":
        return None
    return current_app.config["TOKENS"].get(given.token)


def guard():
    g.who = who()
    if request.blueprint != "opened" and not g.who:
        raise Unauthorized(
            www_authenticate=WWWAuthenticate("Bearer", {"realm": "notes"})
        )


@opened.get("/greeting")
def greeting():
    return jsonify(hello=g.who or "stranger")


@opened.get("/old")
def old():
    return redirect("/greeting", 302)


@closed.get("/me")
def me():
    g.line = pool.connect()
    return jsonify(name=g.who)


@closed.route("/notes", methods=["GET", "POST"])
def notes():
    g.line = pool.connect()
    mine = current_app.extensions["notes"].setdefault(g.who, [])
    if request.method == "GET":
        return jsonify(mine)
    mine.append({"owner": g.who, "text": request.json["text"]})
    return jsonify(mine[-1]), 201


@closed.get("/broken")
def broken():
    g.line = pool.connect()
    raise RuntimeError("boom")


@closed.get("/pool")
def count():
    return jsonify(open=pool.count())


def hang_up(_error=None):
    line = g.pop("line", None)
    if line is not None:
        line.close()


def create_app():
    app = Flask(__name__)
    app.config["TOKENS"] = json.loads(os.environ["TOKENS"])
    app.extensions["notes"] = {}
    app.before_request(guard)
    app.teardown_request(hang_up)

    @app.after_request
    def add_headers(response):
        response.headers.update(HEADERS)
        return response

    app.register_blueprint(opened)
    app.register_blueprint(closed)
    return app
