"""A blueprint for each version; the plain path hands on to one of them."""

from flask import Flask, abort, current_app, request

from . import v1, v2

VERSIONS = {"1": v1, "2": v2}


def by_header(action, **values):
    wanted = request.headers.get("API-Version", "1")
    if wanted not in VERSIONS:
        abort(406)
    view = current_app.view_functions[f"{VERSIONS[wanted].name}.{action}"]
    response = current_app.make_response(
        current_app.ensure_sync(view)(**values)
    )
    VERSIONS[wanted].finish(response)
    response.headers["API-Version"] = wanted
    response.headers["Vary"] = "API-Version"
    return response


def create_app():
    app = Flask(__name__)
    app.register_blueprint(v1.blueprint, url_prefix="/v1")
    app.register_blueprint(v2.blueprint, url_prefix="/v2")

    @app.get("/contacts")
    def index():
        return by_header("index")

    @app.post("/contacts")
    def create():
        return by_header("create")

    @app.get("/contacts/<int:id>")
    def show(id):
        return by_header("show", id=id)

    return app
