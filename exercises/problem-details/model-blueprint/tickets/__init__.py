"""Problem details in an application factory with a blueprint."""

from flask import Flask

from . import problems, views


def create_app():
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = 10_000
    problems.install(app)
    app.register_blueprint(views.blueprint)
    return app
