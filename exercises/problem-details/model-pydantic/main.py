"""Problem details with pydantic, and a handler of its own for each source."""

import json
import logging
import secrets
import string
from typing import Literal

from flask import Flask, Response, request
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from werkzeug.exceptions import HTTPException, UnsupportedMediaType

ALLOWED = set(string.ascii_letters + string.digits + "-")


class Ticket(BaseModel):
    model_config = ConfigDict(strict=True)
    subject: str = Field(min_length=1, max_length=80)
    priority: Literal["low", "normal", "high"]


class Desk:
    def __init__(self):
        self.tickets = []

    def add(self, ticket):
        self.tickets.append({"id": len(self.tickets) + 1, **ticket})
        return self.tickets[-1]


CODE = {400: "malformed_json", 413: "too_large", 422: "invalid"}
CODE |= {415: "unsupported_media_type", 500: "internal"}


def problem(status, title, headers=(), **members):
    body = {
        "type": f"https://desk.example/problems/{status}",
        "title": title,
        "status": status,
        "detail": members.pop("detail", title),
        "instance": request.path,
        "code": CODE.get(status, title.lower().replace(" ", "_")),
        "request_id": request.environ["request.id"],
        **members,
    }
    response = Response(json.dumps(body), status)
    response.content_type = "application/problem+json; charset=utf-8"
    for name, value in headers:
        if name not in ("Content-Type", "Content-Length"):
            response.headers[name] = value
    return response


class RequestId:
    """WSGI middleware: also sees what Flask answers by itself."""

    def __init__(self, app):
        self.app = app

    def __call__(self, environ, start_response):
        given = environ.get("HTTP_X_REQUEST_ID", "")
        if not 1 <= len(given) <= 64 or not set(given) <= ALLOWED:
            given = secrets.token_hex(12)
        environ["request.id"] = given

        def start(status, headers, *rest):
            return start_response(
                status, [*headers, ("X-Request-ID", given)], *rest
            )

        return self.app(environ, start)


app = Flask(__name__)
app.config["MAX_CONTENT_LENGTH"] = 10000
app.wsgi_app = RequestId(app.wsgi_app)
desk = Desk()


@app.errorhandler(HTTPException)
def http(error):
    return problem(error.code, error.name, error.get_headers())


@app.errorhandler(ValidationError)
def invalid(error):
    errors = [
        {
            "pointer": "".join(f"/{part}" for part in found["loc"]),
            "detail": found["msg"],
        }
        for found in error.errors(include_input=False, include_url=False)
    ]
    return problem(422, "Invalid ticket", errors=errors)


@app.errorhandler(Exception)
def crash(_error):
    logging.exception("request %s", request.environ["request.id"])
    return problem(500, "Internal error")


@app.post("/tickets")
def create():
    if not request.is_json:
        raise UnsupportedMediaType()
    return (
        desk.add(Ticket.model_validate(request.get_json()).model_dump()),
        201,
    )


@app.get("/tickets/<int:number>")
def read(number):
    for ticket in desk.tickets:
        if ticket["id"] == number:
            return ticket
    return problem(404, "Not Found", detail="no such ticket")


@app.get("/broken")
def broken():
    raise RuntimeError("database password is hunter2")
