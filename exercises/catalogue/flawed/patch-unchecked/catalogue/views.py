from flask import Blueprint, request, url_for
from sqlalchemy.exc import IntegrityError
from werkzeug.exceptions import (
    BadRequest,
    Conflict,
    NotFound,
    UnsupportedMediaType,
)

from . import fields, listing
from .errors import Invalid
from .models import Product, db

blueprint = Blueprint("products", __name__)

ID_MAX = 2**63 - 1  # what an SQLite integer can hold


def read_body(partial=False):
    if request.mimetype != "application/json":
        raise UnsupportedMediaType("The body must be application/json.")
    try:
        document = request.get_json()
    except RecursionError:  # the parser's answer to deep nesting
        raise BadRequest("The body is nested too deeply.") from None
    if not isinstance(document, dict):
        raise Invalid({})
    problems = fields.check(document, partial)
    if problems:
        raise Invalid(problems)
    return document


def find_product(product_id):
    product = None
    if product_id <= ID_MAX:
        product = db.session.get(Product, product_id)
    if product is None:
        raise NotFound("There is no such product.")
    return product


def store(product, members):
    for name, value in members.items():
        setattr(product, name, value)
    db.session.add(product)
    try:
        db.session.commit()
    except IntegrityError:
        db.session.rollback()
        raise Conflict("Another product has this sku.") from None


@blueprint.get("/products")
def list_products():
    query = listing.read_query()
    products, total = listing.find(query)
    body = {
        "items": [product.as_json() for product in products],
        "total": total,
        "page": query["page"],
        "limit": query["limit"],
    }
    return body, {"Link": listing.links(query, total)}


@blueprint.post("/products")
def create_product():
    members = fields.DEFAULTS | read_body()
    product = Product()
    store(product, members)
    location = url_for("products.read_product", product_id=product.id)
    return product.as_json(), 201, {"Location": location}


@blueprint.get("/products/<int:product_id>")
def read_product(product_id):
    return find_product(product_id).as_json()


@blueprint.put("/products/<int:product_id>")
def replace_product(product_id):
    product = find_product(product_id)
    store(product, fields.DEFAULTS | read_body())
    return product.as_json()


@blueprint.patch("/products/<int:product_id>")
def change_product(product_id):
    product = find_product(product_id)
    store(product, request.get_json())
    return product.as_json()


@blueprint.delete("/products/<int:product_id>")
def delete_product(product_id):
    db.session.delete(find_product(product_id))
    db.session.commit()
    return "", 204
