"""A product catalogue with flask-smorest, marshmallow and SQLAlchemy."""

import os

from flask import Flask, json
from flask_smorest import Api
from sqlalchemy.exc import IntegrityError
from werkzeug.exceptions import HTTPException

from database import db
from resources import blueprint


class ProblemApi(Api):
    """Its errors are RFC 9457 problems, not flask-smorest's own shape."""

    def handle_http_exception(self, error):
        if error.code < 400:
            return error
        problem = {
            "type": f"https://catalogue.example/problems/{error.code}",
            "title": error.name,
            "status": error.code,
            "detail": error.description or error.name,
        }
        if error.code == 422:
            messages = getattr(error, "data", {}).get("messages", {})
            problem["errors"] = named_fields(messages)
        response = error.get_response()
        response.set_data(json.dumps(problem))
        response.content_type = "application/problem+json"
        return response


def named_fields(messages):
    """webargs says {location: {field: [message, ...]}}."""
    return [
        {"field": field, "message": str(said)}
        for fields in messages.values()
        if isinstance(fields, dict)
        for field, said in fields.items()
        if field != "_schema"
    ]


def sku_taken(_error):
    db.session.rollback()
    problem = {
        "type": "https://catalogue.example/problems/409",
        "title": "Conflict",
        "status": 409,
        "detail": "Another product has this sku.",
    }
    return problem, 409, {"Content-Type": "application/problem+json"}


def create_app():
    app = Flask(__name__)
    database = os.path.abspath(os.environ.get("CATALOGUE_DB", "shop.db"))
    app.config.update(
        API_TITLE="Catalogue",
        API_VERSION="1",
        OPENAPI_VERSION="3.0.3",
        SQLALCHEMY_DATABASE_URI=f"sqlite:///{database}",
        MAX_CONTENT_LENGTH=65536,
    )
    db.init_app(app)
    api = ProblemApi(app)
    api.register_blueprint(blueprint)
    app.register_error_handler(HTTPException, api.handle_http_exception)
    app.register_error_handler(IntegrityError, sku_taken)
    with app.app_context():
        db.create_all()
    return app
