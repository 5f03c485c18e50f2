"""Sign-ups with pydantic and Flask-SQLAlchemy, in an application factory."""

import os
from typing import Annotated, Literal

from flask import Flask, abort, jsonify, request
from flask_sqlalchemy import SQLAlchemy
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
)
from werkzeug.exceptions import HTTPException

db = SQLAlchemy()


class Signup(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    data = db.Column(db.JSON, nullable=False)


def not_blank(text):
    assert text.strip(), "must not be blank"
    return text


class NewSignup(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    name: Annotated[
        str, Field(min_length=1, max_length=60), AfterValidator(not_blank)
    ]
    code: Annotated[str, Field(pattern="^[A-Z]{2}[0-9]{4}$", max_length=6)]
    age: Annotated[int, Field(ge=0, le=130)]
    kind: Literal["standard", "reduced", "vip"]
    tickets: Annotated[int, Field(ge=1, le=8)] = 1
    newsletter: bool = False
    note: Annotated[str, Field(max_length=200)] | None = None


def on_http_exception(error):
    if error.code >= 400:
        headers = [h for h in error.get_headers() if h[0] == "Allow"]
        return jsonify(error=error.name), error.code, headers
    return error


def on_invalid(error):
    fields = {
        str(problem["loc"][0]): problem["msg"]
        for problem in error.errors(include_input=False, include_url=False)
        if problem["loc"]
    }
    return jsonify(error="invalid", fields=fields), 422


def create_app():
    app = Flask(__name__)
    path = os.path.abspath(os.environ.get("SIGNUPS_DB", "signups.db"))
    app.config["SQLALCHEMY_DATABASE_URI"] = f"sqlite:///{path}"
    app.config["MAX_CONTENT_LENGTH"] = 16384
    db.init_app(app)
    app.register_error_handler(HTTPException, on_http_exception)
    app.register_error_handler(ValidationError, on_invalid)
    with app.app_context():
        db.create_all()

    @app.post("/signups")
    def create():
        if request.mimetype != "application/json":
            abort(415)
        try:
            document = request.get_json()
        except RecursionError:
            abort(400)
        signup = Signup(data=NewSignup.model_validate(document).model_dump())
        db.session.add(signup)
        db.session.commit()
        return show(signup), 201

    @app.get("/signups")
    def list_all():
        signups = db.session.scalars(db.select(Signup).order_by(Signup.id))
        items = [show(signup) for signup in signups]
        return {"total": len(items), "items": items}

    @app.get("/signups/<int:id>")
    def read(id):
        if id > 2**62:
            abort(404)
        return show(db.get_or_404(Signup, id))

    def show(signup):
        return {"id": signup.id, **signup.data}

    return app
