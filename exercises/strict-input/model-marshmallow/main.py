"""Sign-ups with marshmallow and class-based views."""

import json
import os
import sqlite3

from flask import Flask, abort, request
from flask.views import MethodView
from marshmallow import Schema, ValidationError, fields, validate
from werkzeug.exceptions import HTTPException

PATH = os.environ.get("SIGNUPS_DB", "signups.db")


class Whole(fields.Integer):
    def _deserialize(self, value, *args, **kwargs):
        if type(value) is not int:
            raise ValidationError("Not an integer.")
        return value


class YesOrNo(fields.Field):
    def _deserialize(self, value, *args, **kwargs):
        if value is not True and value is not False:
            raise ValidationError("Not a boolean.")
        return value


def not_blank(text):
    if not text.strip():
        raise ValidationError("Blank.")


class SignupSchema(Schema):
    name = fields.String(
        required=True, validate=[validate.Length(1, 60), not_blank]
    )
    code = fields.String(
        required=True, validate=validate.Regexp(r"[A-Z]{2}[0-9]{4}\Z")
    )
    age = Whole(required=True, validate=validate.Range(0, 130))
    kind = fields.String(
        required=True, validate=validate.OneOf(["standard", "reduced", "vip"])
    )
    tickets = Whole(load_default=1, validate=validate.Range(1, 8))
    newsletter = YesOrNo(load_default=False)
    note = fields.String(
        load_default=None, allow_none=True, validate=validate.Length(max=200)
    )


def database():
    return sqlite3.connect(PATH, timeout=10)


class Signups(MethodView):
    def get(self):
        rows = database().execute("SELECT id, body FROM signups ORDER BY id")
        items = [{**json.loads(body), "id": id} for id, body in rows]
        return {"items": items, "total": len(items)}

    def post(self):
        if not request.is_json or request.mimetype != "application/json":
            abort(415)
        try:
            document = json.loads(request.get_data())
        except (ValueError, RecursionError):
            abort(400)
        signup = SignupSchema().load(document)
        # ASCII in the file: half a surrogate pair survives as an escape.
        with database() as db:
            cursor = db.execute(
                "INSERT INTO signups (body) VALUES (?)", [json.dumps(signup)]
            )
        return {**signup, "id": cursor.lastrowid}, 201


class Signup(MethodView):
    def get(self, id):
        if len(str(id)) > 18:
            abort(404)
        query = "SELECT body FROM signups WHERE id = ?"
        for (body,) in database().execute(query, [id]):
            return {**json.loads(body), "id": id}
        abort(404)


app = Flask(__name__)
app.config["MAX_CONTENT_LENGTH"] = 16384
app.add_url_rule("/signups", view_func=Signups.as_view("signups"))
app.add_url_rule("/signups/<int:id>", view_func=Signup.as_view("signup"))


@app.errorhandler(HTTPException)
def http_error(error):
    if error.code < 400:
        return error
    response = error.get_response()
    response.data = json.dumps({"error": error.name})
    response.mimetype = "application/json"
    return response


@app.errorhandler(ValidationError)
def invalid(error):
    wrong = {
        name: "; ".join(texts)
        for name, texts in error.messages.items()
        if name != "_schema"
    }
    return {"error": "invalid", "fields": wrong}, 422


with database() as db:
    db.execute(
        "CREATE TABLE IF NOT EXISTS signups (id INTEGER PRIMARY KEY, body)"
    )
