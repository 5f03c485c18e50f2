import re
import uuid
from itertools import count

from flask import Flask, abort, g, json, request
from werkzeug.exceptions import HTTPException

CODES = {
    400: "malformed_json",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    415: "unsupported_media_type",
    422: "invalid",
    500: "internal",
}
PRIORITIES = {"low", "normal", "high"}

app = Flask(__name__)
app.config["MAX_CONTENT_LENGTH"] = 10_000
tickets = {}
new_ids = count(1)


class Invalid(HTTPException):
    code = 422
    description = "The ticket breaks a rule; see errors."

    def __init__(self, errors):
        super().__init__()
        self.errors = errors


@app.before_request
def take_request_id():
    offered = request.headers.get("X-Request-ID", "")
    usable = re.fullmatch("[A-Za-z0-9-]{1,64}", offered)
    g.request_id = offered if usable else str(uuid.uuid4())


@app.after_request
def show_request_id(response):
    response.headers["X-Request-ID"] = g.request_id
    return response


@app.errorhandler(HTTPException)
def as_problem(error):
    if error.code < 400:
        return error
    problem = {
        "type": "about:blank",
        "title": error.name,
        "status": error.code,
        "detail": error.description,
        "instance": request.path,
        "code": CODES.get(error.code, "error"),
        "request_id": g.request_id,
    }
    if isinstance(error, Invalid):
        problem["errors"] = error.errors
    response = error.get_response()
    response.data = json.dumps(problem)
    response.content_type = "application/problem+json"
    return response


def check(ticket):
    if not isinstance(ticket, dict):
        return {"": "must be an object"}
    errors = {}
    subject = ticket.get("subject")
    if not isinstance(subject, str) or not 1 <= len(subject) <= 80:
        errors["/subject"] = "must be a string of 1 to 80 characters"
    if ticket.get("priority") not in PRIORITIES:
        errors["/priority"] = "must be one of " + ", ".join(PRIORITIES)
    return errors


@app.post("/tickets")
def create():
    if request.mimetype != "application/json":
        abort(415)
    try:
        ticket = request.get_json()
    except RecursionError:
        abort(400)
    errors = check(ticket)
    if errors:
        raise Invalid(
            [{"pointer": at, "detail": why} for at, why in errors.items()]
        )
    number = next(new_ids)
    tickets[number] = {
        "id": number,
        "subject": ticket["subject"],
        "priority": ticket["priority"],
    }
    return tickets[number], 201


@app.get("/tickets/<int:number>")
def read(number):
    if number not in tickets:
        abort(404)
    return tickets[number]


@app.get("/broken")
def broken():
    raise RuntimeError("database password is hunter2")
