from flask import Blueprint, abort, jsonify, request

from . import store

name = "v1"
blueprint = Blueprint(name, __name__)


def show_one(person):
    return {
        "id": person.id,
        "name": " ".join(part for part in (person.first, person.last) if part),
        "phone": next(iter(person.phones), None),
    }


@blueprint.after_request
def finish(response):
    if response.status_code >= 300 or "Sunset" in response.headers:
        return response
    path = request.path.removeprefix("/v1")
    response.headers["Deprecation"] = "@1767225600"
    response.headers["Sunset"] = "Fri, 31 Dec 2027 23:59:59 GMT"
    response.headers["Link"] = f"</v2{path}>; rel=successor-version"
    return response


@blueprint.get("/contacts")
def index():
    return jsonify([show_one(person) for person in store.people])


@blueprint.post("/contacts")
def create():
    body = request.json
    words = body["name"].split(" ")
    last = words.pop() if len(words) > 1 else ""
    phones = [body["phone"]] if body["phone"] else []
    person = store.add(" ".join(words), last, phones)
    where = {"Location": f"{request.path}/{person.id}"}
    return jsonify(show_one(person)), 201, where


@blueprint.get("/contacts/<int:id>")
def show(id):
    person = store.get(id)
    if person is None:
        abort(404)
    return jsonify(show_one(person))
