import re
from uuid import uuid4

from flask import g, jsonify, request
from werkzeug.exceptions import default_exceptions

CODES = {400: "malformed_json", 404: "not_found", 405: "method_not_allowed"}
CODES.update({413: "too_large", 415: "unsupported_media_type"})
CODES.update({422: "invalid", 500: "internal"})


def on_request():
    given = request.headers.get("X-Request-ID")
    if given is None or not re.match(r"[a-zA-Z0-9\-]{1,64}\Z", given):
        given = uuid4().hex
    g.id = given


def on_response(response):
    response.headers.setdefault("X-Request-ID", g.id)
    return response


def on_error(error):
    body = jsonify(
        type="about:blank",
        title=error.name,
        status=error.code,
        detail=str(error.description),
        instance=request.path,
        code=CODES.get(error.code, "other"),
        request_id=g.id,
        **getattr(error, "more", {}),
    )
    body.status_code = error.code
    body.mimetype = "application/problem+json"
    if error.code == 405:
        body.headers["Allow"] = ", ".join(sorted(error.valid_methods))
    return body


def install(app):
    app.before_request(on_request)
    app.after_request(on_response)
    for status in default_exceptions:
        app.register_error_handler(status, on_error)
