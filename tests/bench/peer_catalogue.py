"""
The brief of exercises/catalogue as an ordinary test file: pytest and Flask's
test client, in the process of the application under test.

This is what `make bench` compares a grade with: the same questions, asked the
usual way.  SUBMISSION is the folder of the application (default: the model).

    SUBMISSION=exercises/catalogue/model pytest tests/bench/peer_catalogue.py
"""

import importlib
import json
import os
import pathlib
import random
import re
import string
import sys
from urllib.parse import parse_qs, urlsplit

import pytest

HERE = pathlib.Path(__file__).resolve().parent
MODEL = HERE.parent.parent / "exercises" / "catalogue" / "model"
SUBMISSION = pathlib.Path(os.environ.get("SUBMISSION", MODEL)).resolve()
CATEGORIES = ["books", "garden", "kitchen", "office", "toys"]
PROBLEM = "application/problem+json"


def load():
    """The application object, found and built anew as after a restart."""
    for name, module in list(sys.modules.items()):
        origin = getattr(module, "__file__", None) or ""
        if origin.startswith(str(SUBMISSION)):
            del sys.modules[name]
    for name in ("wsgi", "app", "main"):
        if (SUBMISSION / f"{name}.py").exists():
            module = importlib.import_module(name)
            break
    if hasattr(module, "app"):
        return module.app
    return module.create_app()


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    path = tmp_path_factory.mktemp("data") / "catalogue.db"
    os.environ["CATALOGUE_DB"] = str(path)
    sys.path.insert(0, str(SUBMISSION))
    return path


@pytest.fixture(scope="module")
def client(database):
    return load().test_client()


def sku():
    letters = "".join(random.choices(string.ascii_uppercase, k=3))
    return f"{letters}-{random.randrange(10000):04}"


def product(**members):
    return {
        "sku": sku(),
        "name": "".join(random.choices(string.ascii_lowercase, k=9)),
        "category": random.choice(CATEGORIES),
        "price_cents": random.randrange(10_000_001),
    } | members


def create(client, **members):
    answer = client.post("/products", json=product(**members))
    assert answer.status_code == 201, answer.data
    return answer.json


def total(client):
    return client.get("/products").json["total"]


def is_problem(answer, status):
    assert answer.status_code == status, (answer.status, answer.data)
    assert answer.mimetype == PROBLEM
    for member in ("type", "title", "detail"):
        assert isinstance(answer.json[member], str)
    assert answer.json["status"] == status


def names_field(answer, field):
    is_problem(answer, 422)
    assert [error["field"] for error in answer.json["errors"]] == [field]
    assert isinstance(answer.json["errors"][0]["message"], str)


def links(answer):
    found = {}
    for value in answer.headers["Link"].split(", "):
        url, rel = re.fullmatch(r'<(.*)>; rel="?(\w+)"?', value).groups()
        parts = urlsplit(url)
        found[rel] = f"{parts.path}?{parts.query}"
    return found


def walk(client, url):
    answer = client.get(url)
    while True:
        yield from answer.json["items"]
        if "next" not in links(answer):
            return
        answer = client.get(links(answer)["next"])


# Routes


@pytest.mark.parametrize("path", ["/", "/product", "/products/1/x"])
def test_unknown_path(client, path):
    is_problem(client.get(path), 404)


@pytest.mark.parametrize(
    "path, methods, declared",
    [
        ("/products", "PUT PATCH DELETE", "GET HEAD POST OPTIONS"),
        ("/products/1", "POST", "GET HEAD PUT PATCH DELETE OPTIONS"),
    ],
)
def test_methods(client, path, methods, declared):
    for method in methods.split():
        answer = client.open(path, method=method)
        is_problem(answer, 405)
        assert set(answer.allow) == {m.lower() for m in declared.split()} or (
            {m.upper() for m in answer.allow} == set(declared.split())
        )
    answer = client.options(path)
    assert answer.status_code in (200, 204)
    assert {m.upper() for m in answer.allow} == set(declared.split())


@pytest.mark.parametrize(
    "id", ["0", "-1", "abc", "1.5", "9" * 30, "1'--", "%00", str(2**63)]
)
def test_ids_of_no_product(client, id):
    is_problem(client.get(f"/products/{id}"), 404)
    is_problem(client.delete(f"/products/{id}"), 404)


def test_head(client):
    new = create(client)
    answer = client.head(f"/products/{new['id']}")
    assert answer.status_code == 200 and answer.data == b""


# One product


def test_create(client):
    sent = product(stock=7, description='<b>&amp; "q" \\ ü €</b>\n ')
    answer = client.post("/products", json=sent)
    assert answer.status_code == 201
    assert answer.json == sent | {"id": answer.json["id"]}
    read = client.get(urlsplit(answer.headers["Location"]).path)
    assert read.status_code == 200 and read.json == answer.json
    assert read.mimetype == "application/json"


def test_defaults(client):
    new = create(client)
    assert (new["stock"], new["description"]) == (0, "")


def test_text_is_kept(client):
    name = "  <i>Ünï</i> 'x' %s {{7*7}} \U0001f600 "
    new = create(client, name=name)
    assert client.get(f"/products/{new['id']}").json["name"] == name


def test_put(client):
    new = create(client, stock=5, description="old")
    other = product()
    url = f"/products/{new['id']}"
    wanted = other | {"id": new["id"], "stock": 0, "description": ""}
    for _ in range(2):
        answer = client.put(url, json=other)
        assert answer.status_code == 200 and answer.json == wanted
        assert client.get(url).json == wanted
    del other["name"]
    names_field(client.put(url, json=other), "name")
    assert client.get(url).json == wanted


def test_put_never_creates(client):
    before = total(client)
    is_problem(client.put("/products/999999", json=product()), 404)
    is_problem(client.patch("/products/999999", json={"stock": 1}), 404)
    assert total(client) == before


def test_patch(client):
    new = create(client, stock=5)
    url = f"/products/{new['id']}"
    answer = client.patch(url, json={"stock": 6, "name": "x"})
    assert answer.status_code == 200
    assert answer.json == new | {"stock": 6, "name": "x"}
    assert client.patch(url, json={}).json == answer.json
    names_field(client.patch(url, json={"name": "y", "stock": -1}), "stock")
    assert client.get(url).json == answer.json


def test_delete(client):
    url = f"/products/{create(client)['id']}"
    answer = client.delete(url)
    assert answer.status_code == 204 and answer.data == b""
    is_problem(client.get(url), 404)
    is_problem(client.put(url, json=product()), 404)
    is_problem(client.patch(url, json={}), 404)
    is_problem(client.delete(url), 404)


def test_unique_sku(client):
    one, two = create(client), create(client)
    before = total(client)
    is_problem(client.post("/products", json=product(sku=one["sku"])), 409)
    url = f"/products/{two['id']}"
    is_problem(client.put(url, json=product(sku=one["sku"])), 409)
    is_problem(client.patch(url, json={"sku": one["sku"], "stock": 9}), 409)
    assert client.patch(url, json={"sku": two["sku"]}).json == two
    assert total(client) == before
    create(client)


# What is refused


WRONG = {
    "sku": [
        5,
        "",
        "ABC-123",
        "abc-1234",
        "ABC-1234\n",
        "XABC-1234",
        "ABC-１２３４",
    ],
    "name": [5, True, "", "x" * 81, "   ", ["x"], "\ud800"],
    "category": [5, "", "Books", "food", ["books"], {}],
    "price_cents": ["5", 5.5, True, -1, 10_000_001, 10**40, [], {}],
    "stock": ["5", 5.5, False, -1, 100_001, [1]],
    "description": [5, "x" * 501, [], "\udfff"],
}


@pytest.mark.parametrize("field", WRONG)
def test_wrong_members(client, field):
    before = total(client)
    target = create(client)
    url = f"/products/{target['id']}"
    for value in [*WRONG[field], None]:
        names_field(
            client.post("/products", json=product(**{field: value})), field
        )
        names_field(client.patch(url, json={field: value}), field)
        names_field(client.put(url, json=product(**{field: value})), field)
    assert total(client) == before + 1
    assert client.get(url).json == target


@pytest.mark.parametrize("field", ["sku", "name", "category", "price_cents"])
def test_required_members(client, field):
    document = product()
    del document[field]
    names_field(client.post("/products", json=document), field)


@pytest.mark.parametrize("field", ["id", "colour"])
def test_unknown_members(client, field):
    names_field(client.post("/products", json=product(**{field: 1})), field)


def test_two_wrong_members(client):
    answer = client.post("/products", json=product(stock="1", name=""))
    is_problem(answer, 422)
    named = {error["field"] for error in answer.json["errors"]}
    assert named == {"stock", "name"}


@pytest.mark.parametrize(
    "members",
    [
        {"name": "x"},
        {"name": "x" * 80},
        {"price_cents": 0},
        {"price_cents": 10_000_000},
        {"stock": 100_000},
        {"description": "x" * 500},
    ],
)
def test_boundaries(client, members):
    assert create(client, **members).items() >= members.items()


@pytest.mark.parametrize(
    "body", ["[]", '[{"a":1}]', '"x"', "5", "true", "null"]
)
def test_not_an_object(client, body):
    answer = client.post(
        "/products", data=body, content_type="application/json"
    )
    is_problem(answer, 422)


@pytest.mark.parametrize(
    "body", [b"", b"{", b'{"a":1}x', b"\xff\xfe", b"{'a':1}"]
)
def test_not_json(client, body):
    answer = client.post(
        "/products", data=body, content_type="application/json"
    )
    is_problem(answer, 400)


@pytest.mark.parametrize("depth", [5000, 32000])
def test_deep_json(client, depth):
    body = "[" * depth + "]" * depth
    answer = client.post(
        "/products", data=body, content_type="application/json"
    )
    assert answer.status_code in (400, 422)


def test_media_type(client):
    body = json.dumps(product())
    for media_type in (
        "text/plain",
        "application/x-www-form-urlencoded",
        None,
    ):
        answer = client.post("/products", data=body, content_type=media_type)
        is_problem(answer, 415)
    answer = client.post(
        "/products", data=body, content_type="application/json; charset=utf-8"
    )
    assert answer.status_code == 201


def test_too_large(client):
    is_problem(
        client.post("/products", json=product(description="x" * 65536)), 413
    )


# The list


@pytest.mark.parametrize(
    "query, field",
    [
        ("page=0", "page"),
        ("page=-1", "page"),
        ("page=abc", "page"),
        ("page=1.5", "page"),
        ("page=1000001", "page"),
        ("page=99999999999999999999", "page"),
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=abc", "limit"),
        ("limit=", "limit"),
        ("category=food", "category"),
        ("min_price=-1", "min_price"),
        ("max_price=x", "max_price"),
        ("sort=stock", "sort"),
        ("sort=--id", "sort"),
        ("sort=", "sort"),
    ],
)
def test_bad_queries(client, query, field):
    names_field(client.get(f"/products?{query}"), field)


def test_ignored_parameters(client):
    assert client.get("/products?colour=red&q=").status_code == 200


@pytest.fixture(scope="module")
def shelf(client):
    """A mark that only these products carry, and the products."""
    mark = "".join(random.choices(string.ascii_lowercase, k=12))
    rows = [
        create(
            client,
            name=f"{random.choice('aBc')}{mark}",
            category=random.choice(["toys", "books"]),
            price_cents=random.randrange(4) * 100,
        )
        for _ in range(13)
    ]
    return mark, rows


def test_walk(client, shelf):
    mark, rows = shelf
    url = f"/products?limit=5&q={mark.upper()}&sort=price_cents"
    seen = [row["id"] for row in walk(client, url)]
    assert seen == [
        row["id"]
        for row in sorted(rows, key=lambda r: (r["price_cents"], r["id"]))
    ]
    first = client.get(url)
    assert first.json["total"] == 13 and first.json["limit"] == 5
    assert set(links(first)) == {"first", "next", "last"}
    assert parse_qs(urlsplit(links(first)["last"]).query)["page"] == ["3"]
    last = client.get(links(first)["last"])
    assert len(last.json["items"]) == 3
    assert set(links(last)) == {"first", "prev", "last"}
    beyond = client.get(f"{url}&page=9")
    assert beyond.status_code == 200 and beyond.json["items"] == []
    assert "next" not in links(beyond)


def test_default_order(client, shelf):
    ids = [
        row["id"] for row in client.get("/products?limit=100").json["items"]
    ]
    assert ids == sorted(ids, reverse=True)
    assert len(client.get("/products").json["items"]) <= 20


@pytest.mark.parametrize("key", ["id", "name", "price_cents"])
@pytest.mark.parametrize("sign", ["", "-"])
def test_sort(client, shelf, key, sign):
    mark, rows = shelf
    wanted = sorted(rows, key=lambda row: row["id"])
    wanted.sort(key=lambda row: row[key], reverse=sign == "-")
    assert (
        list(walk(client, f"/products?limit=4&q={mark}&sort={sign}{key}"))
        == wanted
    )


def test_filters(client, shelf):
    mark, rows = shelf
    url = (
        f"/products?q={mark}&category=toys&min_price=100&max_price=200&limit=2"
    )
    fits = {
        row["id"]
        for row in rows
        if row["category"] == "toys" and 100 <= row["price_cents"] <= 200
    }
    assert {row["id"] for row in walk(client, url)} == fits
    assert client.get(url).json["total"] == len(fits)


def test_search_is_literal(client):
    mark = "".join(random.choices(string.ascii_lowercase, k=12))
    for name in (f"{mark}%a", f"{mark}_b", f"{mark}\\c", f"{mark}xd"):
        create(client, name=name)
    for sign in "%_\\":
        answer = client.get("/products", query_string={"q": mark + sign})
        assert answer.json["total"] == 1
    nothing = client.get("/products", query_string={"q": mark + "zz"})
    assert nothing.json["items"] == []
    assert set(links(nothing)) == {"first", "last"}


def test_restart(client, database):
    new = create(client)
    again = load().test_client()
    assert again.get(f"/products/{new['id']}").json == new
