"""What a product may look like; knows nothing of HTTP or the database."""

import re

CATEGORIES = ("books", "garden", "kitchen", "office", "toys")
SKU = re.compile(r"[A-Z]{3}-[0-9]{4}")
PRICE_CENTS_MAX = 10_000_000


def text(value, lo, hi):
    if not isinstance(value, str):
        return "must be a string"
    if len(value) < lo:
        return f"must have {lo} characters or more"
    try:
        value.encode()
    except UnicodeEncodeError:  # JSON can spell half a surrogate pair
        return "must be valid Unicode"
    return None


def integer(value, lo, hi):
    # bool is a subclass of int
    if not isinstance(value, int) or isinstance(value, bool):
        return "must be an integer"
    if value < lo:
        return f"must be {lo} or more"
    return None


def sku(value):
    wrong = text(value, 8, 8)
    if not wrong and not SKU.fullmatch(value):
        wrong = "must look like ABC-1234"
    return wrong


def name(value):
    wrong = text(value, 1, 80)
    if not wrong and not value.strip():
        wrong = "must not be blank"
    return wrong


def category(value):
    if not isinstance(value, str) or value not in CATEGORIES:
        return "must be one of " + ", ".join(CATEGORIES)
    return None


def price_cents(value):
    return integer(value, 0, PRICE_CENTS_MAX)


def stock(value):
    return integer(value, 0, 100_000)


def description(value):
    return text(value, 0, 500)


RULES = {
    "sku": sku,
    "name": name,
    "category": category,
    "price_cents": price_cents,
    "stock": stock,
    "description": description,
}
DEFAULTS = {"stock": 0, "description": ""}


def check(document, partial):
    """The problems of a document from a client, by field."""
    problems = {}
    for field in document:
        if field not in RULES:
            problems[field] = "is not a member of a product"
    for field, rule in RULES.items():
        if field in document:
            wrong = rule(document[field])
            if wrong:
                problems[field] = wrong
        elif not partial and field not in DEFAULTS:
            problems[field] = "is required"
    return problems
