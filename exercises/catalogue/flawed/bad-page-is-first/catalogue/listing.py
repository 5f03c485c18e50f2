"""The list: its query parameters, its statement and its links."""

import re
from urllib.parse import urlencode

from flask import request, url_for
from sqlalchemy import func, select

from .errors import Invalid
from .fields import CATEGORIES, PRICE_CENTS_MAX
from .models import Product, db

PAGE_MAX = 1_000_000
LIMIT_MAX = 100
LIMIT_DEFAULT = 20
SORT_KEYS = {
    "id": Product.id,
    "name": Product.name,
    "price_cents": Product.price_cents,
}


def whole_number(name, default, lo, hi, problems):
    value = request.args.get(name)
    if value is None:
        return default
    if re.fullmatch(r"[0-9]{1,9}", value) and lo <= int(value) <= hi:
        return int(value)
    return default


def read_query():
    problems = {}
    query = {
        "page": whole_number("page", 1, 1, PAGE_MAX, problems),
        "limit": whole_number("limit", LIMIT_DEFAULT, 1, LIMIT_MAX, problems),
        "min_price": whole_number(
            "min_price", None, 0, PRICE_CENTS_MAX, problems
        ),
        "max_price": whole_number(
            "max_price", None, 0, PRICE_CENTS_MAX, problems
        ),
        "category": request.args.get("category"),
        "q": request.args.get("q", ""),
        "sort": request.args.get("sort", "-id"),
    }
    if query["category"] not in (None, *CATEGORIES):
        problems["category"] = "must be one of " + ", ".join(CATEGORIES)
    if query["sort"].removeprefix("-") not in SORT_KEYS:
        problems["sort"] = "must be one of " + ", ".join(SORT_KEYS)
    if problems:
        raise Invalid(problems)
    return query


def filters(query):
    if query["category"]:
        yield Product.category == query["category"]
    if query["min_price"] is not None:
        yield Product.price_cents >= query["min_price"]
    if query["max_price"] is not None:
        yield Product.price_cents <= query["max_price"]
    if query["q"]:
        yield Product.name.icontains(query["q"], autoescape=True)


def order(sort):
    key = SORT_KEYS[sort.removeprefix("-")]
    return [key.desc() if sort.startswith("-") else key.asc(), Product.id]


def links(query, total):
    last = max(1, -(-total // query["limit"]))
    pages = {"first": 1, "last": last}
    if query["page"] > 1:
        pages["prev"] = min(query["page"] - 1, last)
    if query["page"] < last:
        pages["next"] = query["page"] + 1
    kept = {
        name: value
        for name, value in query.items()
        if value not in (None, "") and name != "page"
    }
    path = url_for("products.list_products")
    return ", ".join(
        f'<{path}?{urlencode(kept | {"page": page})}>; rel="{rel}"'
        for rel, page in pages.items()
    )


def find(query):
    """One page of the products and the number of all that fit."""
    where = list(filters(query))
    total = db.session.scalar(
        select(func.count()).select_from(Product).where(*where)
    )
    page = db.session.scalars(
        select(Product)
        .where(*where)
        .order_by(*order(query["sort"]))
        .limit(query["limit"])
        .offset((query["page"] - 1) * query["limit"])
    )
    return page.all(), total
