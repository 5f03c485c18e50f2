"""The routes in a blueprint; errors by status."""

import re

from flask import Blueprint, Flask, jsonify, redirect, request, url_for

pages = Blueprint("pages", __name__)


@pages.route("/ping")
def ping():
    return jsonify(pong=True)


@pages.route("/square/<text>")
def square(text):
    if not re.fullmatch("[0-9]{1,400}", text):
        return jsonify(error="no such page"), 404
    return jsonify(n=int(text), square=int(text) ** 2)


@pages.route("/greet/<name>")
def greet(name):
    return jsonify({"name": name})


@pages.route("/tree/<path:rest>")
def tree(rest):
    return jsonify(path=rest, depth=len(rest.split("/")))


@pages.route("/colours/", strict_slashes=True)
def colours():
    return jsonify(["red", "green", "blue"])


@pages.route("/colours", strict_slashes=True)
def to_colours():
    return redirect(url_for("pages.colours"), 301)


@pages.post("/echo")
@pages.put("/echo")
def echo():
    return jsonify(request.get_json())


@pages.route("/search")
def search():
    term = request.args.get("term")
    if term is None:
        return jsonify(error="which term?"), 400
    return jsonify(term=term)


def create_app():
    app = Flask(__name__)
    app.register_blueprint(pages)

    @app.errorhandler(404)
    def unknown(_error):
        return jsonify(error="no such page"), 404

    @app.errorhandler(405)
    def not_here(error):
        response = jsonify(error="not with this method")
        response.status_code = 405
        response.headers["Allow"] = ", ".join(error.valid_methods)
        return response

    return app
