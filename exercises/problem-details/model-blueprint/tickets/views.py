from flask import Blueprint, abort, request
from werkzeug.exceptions import NotFound, UnprocessableEntity

blueprint = Blueprint("tickets", __name__)
store = {}


def subject_ok(value):
    return isinstance(value, str) and 0 < len(value) < 81


def priority_ok(value):
    return value in ["low", "normal", "high"]


def read_ticket():
    if request.mimetype != "application/json":
        abort(415)
    ticket = request.get_json()
    wrong = []
    if not isinstance(ticket, dict):
        wrong.append(("", "not an object"))
    else:
        if not subject_ok(ticket.get("subject")):
            wrong.append(("/subject", "1 to 80 characters of text"))
        if not priority_ok(ticket.get("priority")):
            wrong.append(("/priority", "low, normal or high"))
    if wrong:
        error = UnprocessableEntity()
        error.more = {
            "errors": [{"pointer": p, "detail": text} for p, text in wrong]
        }
        raise error
    return ticket["subject"], ticket["priority"]


@blueprint.route("/tickets", methods=["POST"])
def create():
    subject, priority = read_ticket()
    id = len(store) + 1
    store[id] = dict(id=id, subject=subject, priority=priority)
    return store[id], 201


@blueprint.route("/tickets/<int:id>")
def show(id):
    try:
        return store[id]
    except KeyError:
        raise NotFound from None


@blueprint.route("/broken")
def broken():
    raise RuntimeError("database password is hunter2")
