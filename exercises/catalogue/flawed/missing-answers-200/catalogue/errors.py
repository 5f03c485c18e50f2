"""Every error leaves the application as an RFC 9457 problem."""

from flask import json
from werkzeug.exceptions import HTTPException


class Invalid(HTTPException):
    """422; `problems` maps the name of a field to what is wrong with it."""

    code = 422
    description = "The request breaks a rule; see errors."

    def __init__(self, problems):
        super().__init__()
        self.problems = problems


def as_problem(error):
    if error.code < 400:  # a redirect is an HTTPException, too
        return error
    body = {
        "type": "about:blank",
        "title": error.name,
        "status": error.code,
        "detail": error.description,
    }
    if isinstance(error, Invalid):
        body["errors"] = [
            {"field": field, "message": message}
            for field, message in error.problems.items()
        ]
    response = error.get_response()  # keeps Allow and other headers
    response.data = json.dumps(body)
    if error.code == 404:
        response.status_code = 200
    response.content_type = "application/problem+json"
    return response


def init_app(app):
    # Covers what the views raise, what the router raises, and, as an
    # InternalServerError, whatever nobody caught.
    app.register_error_handler(HTTPException, as_problem)
