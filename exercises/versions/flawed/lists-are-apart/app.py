"""One store, and a translation for each version."""

from itertools import count

from flask import Flask, abort, g, jsonify, request

app = Flask(__name__)
contacts = {}
made_in = {}
new_ids = count(1)


def read_v1(document):
    first, _, last = document["name"].rpartition(" ")
    if not first:
        first, last = last, ""
    phones = [document["phone"]] if document["phone"] is not None else []
    return {"first": first, "last": last, "phones": phones}


def show_v1(contact):
    name = contact["first"]
    if contact["last"]:
        name += " " + contact["last"]
    phones = contact["phones"]
    return {
        "id": contact["id"],
        "name": name,
        "phone": phones[0] if phones else None,
    }


def read_v2(document):
    return {name: document[name] for name in ("first", "last", "phones")}


def show_v2(contact):
    return dict(contact)


READ = {"1": read_v1, "2": read_v2}
SHOW = {"1": show_v1, "2": show_v2}


@app.url_value_preprocessor
def choose_version(_endpoint, values):
    """From the path if it has one, else from the header, else 1."""
    values = values if values is not None else {}
    g.in_path = "version" in values
    g.version = values.pop("version", None)
    if g.version is None:
        g.version = request.headers.get("API-Version", "1")
        if g.version not in READ:
            abort(406)


@app.after_request
def announce(response):
    if "version" not in g or not response.status_code < 300:
        return response
    if not g.in_path:
        response.headers["API-Version"] = g.version
        response.vary.add("API-Version")
    if g.version == "1":
        response.headers["Deprecation"] = "@1767225600"
        response.headers["Sunset"] = "Fri, 31 Dec 2027 23:59:59 GMT"
        successor = place("2", request.view_args.get("number"))
        link = f'<{successor}>; rel="successor-version"'
        response.headers.add("Link", link)
    return response


def place(version, number=None):
    path = "/contacts" if version is None else f"/v{version}/contacts"
    return path if number is None else f"{path}/{number}"


@app.get("/contacts")
@app.get("/v<any('1', '2'):version>/contacts")
def list_contacts():
    own = [c for c in contacts.values() if made_in[c["id"]] == g.version]
    return jsonify([SHOW[g.version](c) for c in own])


@app.post("/contacts")
@app.post("/v<any('1', '2'):version>/contacts")
def create():
    number = next(new_ids)
    contacts[number] = {"id": number, **READ[g.version](request.get_json())}
    made_in[number] = g.version
    version = g.version if g.in_path else None
    headers = {"Location": place(version, number)}
    return SHOW[g.version](contacts[number]), 201, headers


@app.get("/contacts/<int:number>")
@app.get("/v<any('1', '2'):version>/contacts/<int:number>")
def read(number):
    if number not in contacts:
        abort(404)
    return SHOW[g.version](contacts[number])
