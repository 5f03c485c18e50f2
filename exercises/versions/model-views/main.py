"""Class-based views, made once for each version and once for the header."""

import sqlite3

from flask import Flask, json, make_response, request
from flask.views import MethodView
from werkzeug.exceptions import NotAcceptable, NotFound

db = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
db.execute("CREATE TABLE contact (id INTEGER PRIMARY KEY, name, phones)")


class One:
    number = "1"

    def show(self, id, name, phones):
        phone = phones[0] if phones else None
        return {"id": id, "name": name, "phone": phone}

    def read(self, body):
        phone = body["phone"]
        return body["name"], [] if phone is None else [phone]

    def headers(self, path):
        return {
            "Deprecation": "@1767225600",
            "Sunset": "Fri, 31 Dec 2027 23:59:59 GMT",
            "Link": [
                '</moving>; rel="deprecation"; type="text/html"',
                f"<http://{request.host}/v2{path}>;rel=successor-version",
            ],
        }


class Two:
    number = "2"

    def show(self, id, name, phones):
        head, space, tail = name.rpartition(" ")
        first, last = (head, tail) if space else (tail, "")
        return {"id": id, "first": first, "last": last, "phones": phones}

    def read(self, body):
        name = body["first"]
        return (f"{name} {body['last']}" if body["last"] else name), body[
            "phones"
        ]

    def headers(self, _path):
        return {}


VERSIONS = {"1": One(), "2": Two()}


class Versioned(MethodView):
    def __init__(self, fixed=None):
        self.fixed = fixed

    def dispatch_request(self, **values):
        number = self.fixed or request.headers.get("API-Version", "1")
        if number not in VERSIONS:
            raise NotAcceptable()
        self.version = VERSIONS[number]
        response = make_response(super().dispatch_request(**values))
        path = "/contacts" + "".join(f"/{v}" for v in values.values())
        response.headers.update(self.version.headers(path))
        if not self.fixed:
            response.headers["API-Version"] = number
            response.headers["Vary"] = ["Accept", "api-version"]
        return response

    def select(self, where="", *values):
        rows = db.execute(f"SELECT * FROM contact {where} ORDER BY id", values)
        return [
            self.version.show(id, name, json.loads(phones))
            for id, name, phones in rows
        ]


class Contacts(Versioned):
    def get(self):
        return self.select()

    def post(self):
        name, phones = self.version.read(request.json)
        cursor = db.execute(
            "INSERT INTO contact (name, phones) VALUES (?, ?)",
            [name, json.dumps(phones)],
        )
        (contact,) = self.select("WHERE id = ?", cursor.lastrowid)
        return contact, 201, {"Location": f"{request.path}/{contact['id']}"}


class Contact(Versioned):
    def get(self, id):
        found = self.select("WHERE id = ?", min(id, 2**62))
        if not found:
            raise NotFound()
        return found[0]


app = Flask(__name__)
for prefix, fixed in (("", None), ("/v1", "1"), ("/v2", "2")):
    app.add_url_rule(
        f"{prefix}/contacts",
        view_func=Contacts.as_view(f"contacts{prefix}", fixed),
    )
    app.add_url_rule(
        f"{prefix}/contacts/<int:id>",
        view_func=Contact.as_view(f"contact{prefix}", fixed),
    )
