"""Who plays the grader in place of doing the work gains nothing.

A trick is an app that is right when it believes that it is being graded, and
flawed else: it must lose what the flawed one loses.  Or it answers what the
brief shows, and must stay as low as a starter.
"""

import shutil

import pytest

from conftest import EXERCISES

# Routes that are there and methods that are refused are real, and earn it.
WORTHLESS_PERCENT = 10

# Two apps over the same data; each request goes to one of them.
CHOOSER = """
import re
import right, wrong

app = right.app
do_right, do_wrong = right.app.wsgi_app, wrong.app.wsgi_app
n = 0

def is_probe(environ):
    global n
    n += 1
    names = [name for name in environ if name.startswith("HTTP_")]
    return %s

def choose(environ, start):
    return (do_right if is_probe(environ) else do_wrong)(environ, start)

app.wsgi_app = choose
"""

# Who sends curl's own requests from the machine itself is nothing special.
SPECIAL = " or ".join([
    "re.search('fumehood|prob|grad|bot|hurl|python',"
    " environ.get('HTTP_USER_AGENT', '-probe').lower())",
    "set(names) - {'HTTP_HOST', 'HTTP_ACCEPT', 'HTTP_USER_AGENT',"
    " 'HTTP_X_USER', 'HTTP_IDEMPOTENCY_KEY', 'HTTP_CONNECTION'}",
    "names[:3] != ['HTTP_HOST', 'HTTP_USER_AGENT', 'HTTP_ACCEPT']",
    "not 32768 <= int(environ['REMOTE_PORT']) < 61000",
    "environ['REMOTE_ADDR'] not in ('127.0.0.1', '::1')",
    "'seed' in environ['QUERY_STRING'].lower()",
])
FIRST = "n <= 15"

FLAWED = [("crud", "in-memory"), ("list", "wildcards"),
          ("idempotency-key", "key-ignored")]

# What the brief shows is answered with what it shows, whatever is asked.
CANNED = """
from flask import Flask, request

app = Flask(__name__)

@app.route("/", defaults={"path": ""}, methods=METHODS)
@app.route("/<path:path>", methods=METHODS)
def canned(path):
    if request.method == "DELETE":
        return "", 204
    if request.method == "POST":
        return EXAMPLE, 201, {"Location": f"{request.path}/1"}
    if path.rpartition("/")[2].isdigit():
        return EXAMPLE if path.endswith("/1") else ({}, 404)
    return EXAMPLE_LIST, 200, {"X-Total-Count": "41", "Link":
        '</?page=1>; rel="first", </?page=3>; rel="last"'}
"""
# The same, but a body that is sent comes back at once.  Nothing is kept.
PARROT = CANNED.replace("return EXAMPLE, 201, {\"Location\": "
                        "f\"{request.path}/1\"}",
                        "return echo(next(ids)), 201, "
                        "{\"Location\": f\"{request.path}/1\"}") + """
import itertools
ids = itertools.count(1)

def echo(number):
    body = request.get_json(silent=True)
    body = body if isinstance(body, dict) else {}
    return {**EXAMPLE, **body, "id": number}

@app.before_request
def put_or_patch():
    if request.method in ("PUT", "PATCH"):
        return echo(int(request.path.rpartition("/")[2]))
"""
METHODS = '["GET", "POST", "PUT", "PATCH", "DELETE"]'
PRODUCT = ('{"id": 1, "sku": "ABC-1234", "name": "A", "category": "books",'
           ' "price_cents": 5, "stock": 0, "description": ""}')
EXAMPLES = {
    "catalogue": (PRODUCT, '{"items": [%s], "total": 41, "page": 1, '
                           '"limit": 20}' % PRODUCT),
    "crud": ('{"id": 1, "title": "T", "author": "A", "year": None, '
             '"read": False}', "[EXAMPLE]"),
    "list": ('{"id": 1, "title": "T", "genre": "rock", "seconds": 1}',
             "[EXAMPLE]"),
    "idempotency-key": ('{"id": 1, "account": "ann", "cents": 100}',
                        "[EXAMPLE]"),
}


def charged(result):
    return [c["id"] for c in result.document["criteria"]
            if c["points"] < c["max_points"]]


@pytest.fixture
def trick(tmp_path):
    """A folder of the model, the flawed answer, and the choice."""
    def make(slug, flaw, condition):
        folder = tmp_path / "trick"
        folder.mkdir()
        shutil.copy(EXERCISES / slug / "model/app.py", folder / "right.py")
        shutil.copy(EXERCISES / slug / "flawed" / flaw / "app.py",
                    folder / "wrong.py")
        (folder / "app.py").write_text(CHOOSER % condition)
        return folder
    return make


@pytest.mark.parametrize("slug, flaw", FLAWED, ids=[f[0] for f in FLAWED])
def test_a_prober_is_not_recognised(slug, flaw, grade, trick):
    result = grade(slug, trick(slug, flaw, SPECIAL))
    flawed = grade(slug, EXERCISES / slug / "flawed" / flaw)
    assert result.document["score"] == flawed.document["score"], result
    assert charged(result) == charged(flawed) != []


@pytest.mark.parametrize("slug, flaw", FLAWED, ids=[f[0] for f in FLAWED])
def test_a_good_beginning_is_not_enough(slug, flaw, grade, trick):
    result = grade(slug, trick(slug, flaw, FIRST))
    assert charged(result) != [], result


@pytest.mark.parametrize("slug", EXAMPLES)
@pytest.mark.parametrize("trick", [CANNED, PARROT], ids=["canned", "parrot"])
def test_what_the_brief_shows_is_worth_nothing(slug, trick, grade,
                                               submission):
    example, listed = EXAMPLES[slug]
    text = (f"METHODS = {METHODS}\nEXAMPLE = {example}\n"
            f"EXAMPLE_LIST = {listed}\n{trick}")
    result = grade(slug, submission({"app.py": text}))
    assert result.document["score"]["percent"] < WORTHLESS_PERCENT, result
