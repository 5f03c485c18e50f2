from dataclasses import asdict

from flask import Blueprint, abort, jsonify, request

from . import store

name = "v2"
blueprint = Blueprint(name, __name__)


def finish(response):
    return response


@blueprint.get("/contacts")
def index():
    return jsonify([asdict(person) for person in store.people])


@blueprint.post("/contacts")
def create():
    body = request.json
    person = store.add(body["first"], body["last"], body["phones"])
    where = {"Location": f"{request.path}/{person.id}"}
    return jsonify(asdict(person)), 201, where


@blueprint.get("/contacts/<int:id>")
def show(id):
    person = store.get(id)
    if person is None:
        abort(404)
    return jsonify(asdict(person))
