"""A product catalogue with class-based views over the sqlite3 module."""

import json
import math
import os
import re
import sqlite3
import urllib.parse
import uuid

import flask
from flask import Flask, Response, g, request
from flask.views import MethodView
from werkzeug.exceptions import HTTPException, abort

SCHEMA = """
CREATE TABLE IF NOT EXISTS products (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    sku TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    category TEXT NOT NULL,
    price_cents INTEGER NOT NULL,
    stock INTEGER NOT NULL,
    description TEXT NOT NULL
) STRICT
"""
COLUMNS = ("sku", "name", "category", "price_cents", "stock", "description")
CATEGORIES = {"books", "garden", "kitchen", "office", "toys"}
DATABASE = os.environ.get("CATALOGUE_DB", "catalogue.sqlite")

app = Flask(__name__)
app.config["MAX_CONTENT_LENGTH"] = 1 << 16


def database():
    if not hasattr(g, "database"):
        g.database = sqlite3.connect(DATABASE, timeout=10)
        g.database.row_factory = sqlite3.Row
    return g.database


@app.teardown_appcontext
def close(_exception):
    if hasattr(g, "database"):
        g.database.close()


def problem(status, title, detail, errors=None, headers=()):
    body = dict(
        type="/problem", title=title, status=status, detail=detail,
        instance=request.path, **{"request-id": uuid.uuid4().hex},
    )
    if errors is not None:
        body["errors"] = [
            {"field": name, "message": text} for name, text in errors
        ]
    response = Response(json.dumps(body), status)
    for name, value in headers:
        if name.lower() not in ("content-type", "content-length"):
            response.headers.add(name, value)
    response.headers["Content-Type"] = "application/problem+json"
    return response


@app.errorhandler(HTTPException)
def on_http_exception(e):
    if e.code in (301, 302, 303, 307, 308):
        return e
    return problem(e.code, e.name, e.description, headers=e.get_headers())


def invalid(errors):
    detail = "Some members break a rule." if errors else "Not an object."
    abort(problem(422, "Unprocessable Entity", detail, errors))


def wrong_string(value, shortest, longest):
    if type(value) is not str:
        return "not a string"
    if len(value) < shortest or len(value) > longest:
        return f"not {shortest} to {longest} characters long"
    if any("\ud800" <= char <= "\udfff" for char in value):
        return "holds half a character"


def wrong_int(value, most):
    if type(value) is not int:
        return "not an integer"
    if value < 0 or value > most:
        return f"not between 0 and {most}"


def wrong_member(name, value):
    """What is wrong with one member of a product, or None."""
    if name == "sku":
        is_sku = isinstance(value, str) and re.fullmatch(
            "[A-Z]{3}-[0-9]{4}", value
        )
        return None if is_sku else "not of the form ABC-1234"
    if name == "name":
        if isinstance(value, str) and value and not value.strip():
            return "only white space"
        return wrong_string(value, 1, 80)
    if name == "category":
        known = isinstance(value, str) and value in CATEGORIES
        return None if known else "not a known category"
    if name == "price_cents":
        return wrong_int(value, 10**7)
    if name == "stock":
        return wrong_int(value, 10**5)
    if name == "description":
        return wrong_string(value, 0, 500)
    return "not a member of a product"


def json_object():
    if request.mimetype != "application/json":
        abort(415)
    data = request.get_data()
    try:
        body = json.loads(data)
    except (ValueError, RecursionError):
        abort(400, "The body is not JSON.")
    if not isinstance(body, dict):
        invalid([])
    return body


def members(required):
    body = json_object()
    errors = [(name, wrong_member(name, body[name])) for name in body]
    errors = [error for error in errors if error[1]]
    errors += [(name, "missing") for name in required if name not in body]
    if errors:
        invalid(errors)
    return body


def number(args, name, default, least, most, errors):
    text = args.get(name, str(default))
    if text.isascii() and text.isdigit() and len(text) < 10:
        if least <= int(text) <= most:
            return int(text)
    errors.append((name, f"not a number from {least} to {most}"))


def row_or_404(product_id):
    row = None
    if product_id < 2**63:
        row = (
            database()
            .execute("SELECT * FROM products WHERE id = ?", (product_id,))
            .fetchone()
        )
    if row is None:
        abort(404)
    return dict(row)


def write(sql, values):
    try:
        with database() as transaction:
            return transaction.execute(sql, values)
    except sqlite3.IntegrityError:
        abort(409, "The sku belongs to another product.")


class ProductList(MethodView):
    def get(self):
        args, errors = request.args, []
        page = number(args, "page", 1, 1, 10**6, errors)
        limit = number(args, "limit", 20, 1, 100, errors)
        low = number(args, "min_price", 0, 0, 10**7, errors)
        high = number(args, "max_price", 10**7, 0, 10**7, errors)
        sort = args.get("sort", "-id")
        key = sort[1:] if sort.startswith("-") else sort
        if key not in ("id", "name", "price_cents"):
            errors.append(("sort", "not a known order"))
        where, values = "price_cents BETWEEN ? AND ?", [low, high]
        if "category" in args:
            if args["category"] not in CATEGORIES:
                errors.append(("category", "not a known category"))
            where += " AND category = ?"
            values.append(args["category"])
        if errors:
            invalid(errors)
        if args.get("q"):
            where += " AND instr(lower(name), lower(?)) > 0"
            values.append(args["q"])
        return self.answer(page, limit, sort, key, where, values)

    def answer(self, page, limit, sort, key, where, values):
        total = (
            database()
            .execute(f"SELECT count(*) FROM products WHERE {where}", values)
            .fetchone()[0]
        )
        direction = "DESC" if sort.startswith("-") else "ASC"
        rows = database().execute(
            f"SELECT * FROM products WHERE {where}"
            f" ORDER BY {key} {direction}, id LIMIT ? OFFSET ?",
            [*values, limit, (page - 1) * limit],
        )
        body = {
            "items": [dict(row) for row in rows],
            "total": total,
            "page": page,
            "limit": limit,
        }
        last = math.ceil(total / limit) or 1
        return flask.jsonify(body), 200, {"Link": self.link(page, last)}

    def link(self, page, last):
        targets = {"first": 1, "last": last}
        if page > 1:
            targets["prev"] = page - 1
        if page < last:
            targets["next"] = page + 1
        values = []
        for rel, target in targets.items():
            args = request.args.to_dict()
            args["page"] = target
            query = urllib.parse.urlencode(args)
            values.append(f'</products?{query}>; rel="{rel}"')
        return ", ".join(values)

    def post(self):
        body = members(("sku", "name", "category", "price_cents"))
        body = {"stock": 0, "description": "", **body}
        cursor = write(
            "INSERT INTO products (sku, name, category, price_cents, stock,"
            " description) VALUES (:sku, :name, :category, :price_cents,"
            " :stock, :description)",
            body,
        )
        new = row_or_404(cursor.lastrowid)
        return new, 201, {"Location": f"/products/{new['id']}"}


class ProductItem(MethodView):
    def get(self, product_id):
        return row_or_404(product_id)

    def put(self, product_id):
        row_or_404(product_id)
        body = members(("sku", "name", "category", "price_cents"))
        return self.save(product_id, {"stock": 0, "description": "", **body})

    def patch(self, product_id):
        row = row_or_404(product_id)
        return self.save(product_id, row | members(()))

    def delete(self, product_id):
        row_or_404(product_id)
        write("DELETE FROM products WHERE id = ?", (product_id,))
        return "", 204

    def save(self, product_id, row):
        changes = ", ".join(f"{name} = :{name}" for name in COLUMNS)
        write(
            f"UPDATE products SET {changes} WHERE id = :id",
            {**row, "id": product_id},
        )
        return row_or_404(product_id)


app.add_url_rule("/products", view_func=ProductList.as_view("products"))
app.add_url_rule(
    "/products/<int:product_id>", view_func=ProductItem.as_view("product")
)

with sqlite3.connect(DATABASE) as connection:
    connection.execute(SCHEMA)
connection.close()
