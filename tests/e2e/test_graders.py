"""Every grader tells right from wrong: a small app keeps all points, and each
mistake made in it loses the criterion that asks about it, and no other.

The apps are in graders/; a mistake is a few replacements in their text.
"""

import json

import pytest

from conftest import ROOT

APPS = ROOT / "tests/e2e/graders"


def counter(add, read, at):
    return {"add": add, "read": {"path": read, "at": at}}


NOTES = {"note": {"path": "/notes", "fields": [
    {"name": "slug", "type": "string", "required": True, "unique": True},
    {"name": "text", "type": "string", "required": True}]}}
HITS = {"make": {"path": "/counters"}, **counter(
    {"path": "/counters/{id}/hits"}, "/counters/{id}", "/hits")}

PAYMENTS = {"payment": {
    "path": "/payments", "headers": {"Idempotency-Key": "{uuid}"},
    "list": {"items": "/items", "size": "limit", "cursor": "cursor",
             "next": "/next_cursor"},
    "fields": [
        {"name": "amount", "type": "integer", "required": True, "min": 1,
         "max": 100000},
        {"name": "who", "type": "string", "required": True}]}}

WORD = "[A-Z][a-z]{3,6}"
USERS = {
    "old": {"path": "/v1/users", "fields": [
        {"name": "name", "type": "string", "required": True,
         "pattern": f"{WORD} {WORD}"}]},
    "new": {"path": "/v2/users", "fields": [
        {"name": "first_name", "type": "string", "required": True,
         "pattern": WORD},
        {"name": "last_name", "type": "string", "required": True,
         "pattern": WORD}]}}

MEMBERS = {"note": {"path": "/notes", "fields": [
    {"name": "text", "type": "string", "required": True}]}}
JOB = {"method": "POST", "path": "/jobs", "json": {"name": "{word}"}}


TEXT = {"type": "string", "required": True, "min": 1, "max": 40}
THINGS = {"thing": {"path": "/things", "fields": [
    {"name": "size", "type": "integer", "required": True, "min": 1, "max": 9},
    {"name": "weight", "type": "integer", "required": True, "min": 0,
     "max": 500},
    {"name": "label", **TEXT}, {"name": "place", **TEXT}]}}


def bearer(name):
    return {"name": name,
            "headers": {"Authorization": f"Bearer {name}-token"}}


# app: resources, workers, criteria as id -> (grader, options)
EXERCISES = {
    "notes": (NOTES, 2, {
        "reads": ("workers", {"resource": "note", "counter": HITS,
                              "rules": ["reads", "list", "deleted",
                                        "changed", "counter"]}),
        "session": ("workers", {"session": {
            "login": {"path": "/login"}, "read": {"path": "/me"}}}),
        "races": ("concurrency", {"resource": "note", "counter": HITS}),
        "crash": ("persistence", {"resource": "note"}),
    }),
    "payments": (PAYMENTS, 2, {
        "keys": ("idempotency", {
            "resource": "payment", "no_key": 400,
            "users": [{"headers": {"X-User": "a"}},
                      {"headers": {"X-User": "b"}}]}),
        "pages": ("cursor", {
            "resource": "payment", "order": ["amount", "id"],
            "ties": "amount", "more_at": "/has_more"}),
    }),
    "members": (MEMBERS, 1, {
        "auth": ("auth-lifecycle", {
            "users": [bearer("ann"), bearer("bob")],
            "protected": [{"path": "/me"}, {"path": "/notes"}],
            "public": ["/health"], "owned": "note",
            "whoami": {"path": "/me", "at": "/name"},
            "forbidden": [{"user": "bob", "method": "DELETE",
                           "path": "/admin/notes"}],
            "every_answer": ["X-Request-ID"]}),
        "headers": ("security-headers", {
            "headers": {"X-Content-Type-Options": "nosniff"},
            "cookies": True}),
    }),
    "users": (USERS, 1, {
        "versions": ("versioning", {
            "versions": [
                {"name": "v1", "resource": "old", "fields": ["name"],
                 "absent": ["first_name"]},
                {"name": "v2", "resource": "new", "fields": ["first_name"],
                 "absent": ["name"]}],
            "deprecated": {"name": "v1", "sunset": True, "link": True},
            "unknown_requests": [{"path": "/v9/users"}]}),
    }),
    "things": (THINGS, 1, {
        "input": ("validation", {
            "resource": "thing", "rules": [
                "accept", "missing", "null", "type", "range",
                "unchanged"]}),
    }),
    "jobs": ({}, 2, {
        "limit": ("rate-limit", {
            "request": JOB, "limit": 5, "window_s": 60,
            "key_header": "X-Api-Key", "exempt": "/health",
            "headers": ["RateLimit-Remaining"],
            "counter": counter(JOB, "/count", "/n")}),
        "recovery": ("rate-limit", {
            "request": {"method": "POST", "path": "/quick", "json": {}},
            "limit": 3, "window_s": 1, "key_header": "X-Api-Key",
            "rules": ["recovers", "retry-after"]}),
    }),
}

KEY_ROW = 'c.execute("select * from key where k=?", (k,)).fetchone()'
KEY_STORE = 'c.execute("insert into key values(?,?,?,?)", (k, fp, 201, body))'
HIT = ('db().execute("update counter set hits=hits+1 where id=?", (i,)); '
       'return "", 204')
SLOW_HIT = ('c = db(); h = c.execute("select hits from counter where id=?", '
            '(i,)).fetchone()[0]; __import__("time").sleep(0.002); '
            'c.execute("update counter set hits=? where id=?", (h + 1, i)); '
            'return "", 204')
READ_NOTE = '@app.get("/notes/<int:i>")\ndef one(i): return jsonify(show(get(i)))'

# app, mistake, criteria lost, what is replaced by what
MISTAKES = [
    ("notes", "a store for each process", ["reads", "races", "crash"],
     ('DB = "/data/n.db"', 'DB = f"/tmp/{os.getpid()}.db"')),
    ("notes", "a secret for each process", ["session"],
     ('"fixed-by-env"', "secrets.token_hex()")),
    ("notes", "read, wait, write", ["races"], (HIT, SLOW_HIT)),
    ("notes", "check, then insert", ["races"],
     ("slug text unique", "slug text"),
     ("    try:\n        i =",
      '    if c.execute("select 1 from note where slug=?", '
      '(b["slug"],)).fetchone(): return jsonify(error="taken"), 409\n'
      '    __import__("time").sleep(0.005)\n    try:\n        i =')),
    ("notes", "a number for each process", ["reads", "races"],
     (HIT, "HITS[i] = HITS.get(i, 0) + 1; db().execute(\"update counter set "
      'hits=? where id=?", (HITS[i], i)); return "", 204'),
     ('DB = "/data/n.db"', 'DB = "/data/n.db"\nHITS = {}')),
    ("notes", "a cache that is never told", ["reads"],
     (READ_NOTE, "import functools\n@functools.lru_cache\n"
      "def cached(i): return show(get(i))\n@app.get(\"/notes/<int:i>\")\n"
      "def one(i): return jsonify(cached(i))")),
    ("things", "true is a number", ["input"],
     (" and not isinstance(v, bool)", "")),
    ("things", "true is a number, and all fields are always named", ["input"],
     (" and not isinstance(v, bool)", ""),
     ("errors=wrong", "errors=list(RULES)")),
    ("things", "true is a number, and the first wrong field is named",
     ["input"], (" and not isinstance(v, bool)", ""),
     ("errors=wrong", "errors=wrong[:1]")),
    ("things", "one wrong field is no reason to refuse", ["input"],
     ("if wrong:", "if len(wrong) > 1:")),
    ("things", "the largest value is not accepted", ["input"],
     ("1 <= v <= 9", "1 <= v < 9")),
    ("things", "a long text is cut", ["input"],
     ("body[n] for n", "body[n] if is_int(body[n]) else body[n][:39] for n")),
    ("payments", "the key is ignored", ["keys"],
     ("        if r:\n", "        if False:\n"),
     ("insert into key", "insert or replace into key")),
    ("payments", "another key replays the body", ["keys"],
     ('k = user + ":" + key',
      'k = user + ":" + hashlib.sha256(request.data).hexdigest()')),
    ("payments", "the body is not compared", ["keys"],
     ('            if r["fp"] != fp: return jsonify(error="other body"), '
      "422\n", "")),
    ("payments", "users share their keys", ["keys"],
     ('k = user + ":" + key', "k = key")),
    ("payments", "keys are kept in memory", ["keys"],
     ('DB = "/data/n.db"', 'DB = "/data/n.db"\nKEYS = {}'),
     (KEY_ROW, "KEYS.get(k)"),
     (KEY_STORE, "KEYS[k] = dict(fp=fp, status=201, body=body)")),
    ("payments", "the key is not required", ["keys"],
     ('    if not key: return jsonify(error="key"), 400\n',
      '    if not key: key = __import__("uuid").uuid4().hex\n')),
    ("payments", "look, wait, work", ["keys"],
     ('c.execute("begin immediate")', "import time"),
     ('        i = c.execute("insert into pay',
      '        time.sleep(.01)\n        i = c.execute("insert into pay'),
     ("insert into key values", "insert or replace into key values"),
     ('c.execute("commit")', "pass")),
    ("payments", "an offset in disguise", ["pages"],
     ('        where, args = "where (amount,id) > (?,?)", [a, i]',
      '        where, args = "", []; off = i'),
     ('    where, args = "", []\n', '    where, args = "", []; off = 0\n'),
     ('limit ?", (*args, limit + 1)',
      'limit ? offset ?", (*args, limit + 1, off)'),
     ('"i": rows[-1]["id"]', '"i": off + limit')),
    ("payments", "no tie-break", ["pages"],
     ('(amount,id) > (?,?)", [a, i]', 'amount > ?", [a]')),
    ("payments", "the boundary is repeated", ["pages"],
     ("(amount,id) > (?,?)", "(amount,id) >= (?,?)")),
    ("payments", "a bad cursor is a crash", ["pages"],
     ('        except Exception:\n            return '
      'jsonify(error="cursor"), 400',
      "        except ZeroDivisionError: pass")),
    ("payments", "there is always more", ["pages"],
     ("more = len(rows) > limit", "more = len(rows) >= limit")),
    ("members", "no challenge", ["auth"],
     (', {"WWW-Authenticate": "Bearer"}', "")),
    ("members", "everybody is ann", ["auth"],
     ('        return jsonify(error="who?"), 401, '
      '{"WWW-Authenticate": "Bearer"}\n', '        g.user = "ann"; return\n')),
    ("members", "the user is kept in the module", ["auth"],
     ("    g.user = user\n", "    global U\n    U = user; g.user = user\n"),
     ("def me(): return jsonify(name=g.user)",
      "def me():\n    time.sleep(.002)\n    return jsonify(name=U)")),
    ("members", "anybody may PUT", ["auth"],
     ('    mine(i); db().execute("update', '    db().execute("update')),
    ("members", "the list shows all", ["auth"],
     (' where who=? order by id", (g.user,)', ' order by id"')),
    ("members", "HEAD gets past", ["auth"],
     ("    if request.path in PUBLIC:",
      '    if request.method == "HEAD": g.user = "ann"; return\n'
      "    if request.path in PUBLIC:")),
    ("members", "anybody is admin", ["auth"],
     ('    if g.user != "ann": abort(403)\n', "")),
    ("members", "a header on 2xx only", ["headers"],
     ("    r.headers[\"X-Content",
      '    if r.status_code < 300: r.headers["X-Content')),
    ("members", "a cookie that scripts read", ["headers"],
     ("httponly=True, ", "")),
    ("users", "a member is renamed", ["versions"],
     ('dict(id=r["id"], name=', 'dict(id=r["id"], full_name=')),
    ("users", "no sunset", ["versions"],
     ('"Sunset": "Sun, 30 Jun 2030 23:59:59 GMT", ', "")),
    ("users", "sunset before deprecation", ["versions"], ("2030", "2020")),
    ("users", "deprecation is no date", ["versions"],
     ("@1688169599", "true")),
    ("users", "no successor", ["versions"],
     (", \"Link\": '</v2/users>; rel=\"successor-version\"'", "")),
    ("users", "every word is a version", ["versions"],
     ('@app.get("/v1/users")', '@app.get("/<any>/users")\n'
      'def l9(any): return l2()\n@app.get("/v1/users")')),
    ("users", "every version is old", ["versions"],
     ('if request.path.startswith("/v1/"): ', "")),
    ("jobs", "one too many", ["limit"], ("n >= limit", "n > limit")),
    ("jobs", "no Retry-After", ["limit"], ('"Retry-After": str(w), ', "")),
    ("jobs", "a limit for each address that is claimed", ["limit"],
     ('request.headers.get("X-Api-Key", "")',
      'request.headers.get("X-Api-Key", "") + '
      'request.headers.get("X-Forwarded-For", "")')),
    ("jobs", "one limit for all", ["limit"],
     ('key = pre + request.headers.get("X-Api-Key", "")', "key = pre")),
    ("jobs", "work, then refuse", ["limit"],
     ("    w = limited(limit",
      "    db().execute(\"insert into job values('x')\")\n"
      "    w = limited(limit"),
     ("    db().execute(\"insert into job values('x')\")\n    return",
      "    return")),
    ("jobs", "nobody is told what is left", ["limit"],
     ('return jsonify(ok=1), 200, {"RateLimit-Remaining": "1"}',
      "return jsonify(ok=1), 200")),
    ("jobs", "nothing is exempt", ["limit"],
     ('def health(): return "ok"',
      'def health(): return handle(5, 60, "h")')),
    ("jobs", "nothing is forgotten", ["recovery"],
     ('t<=?", (key, now - window)', 't<=?", (key, now - 1000)')),
]


def write_exercise(folder, resources, workers, criteria, **more):
    """One that asks only what `criteria` say: id -> (grader, options)."""
    name = folder.name
    folder.mkdir()
    (folder / "brief.md").write_text("* **R1** Everything.\n")
    (folder / "exercise.json").write_text(json.dumps({
        "format": 1, "slug": name, "title": name, "level": "mid",
        "minutes": 5, "skills": ["all"],
        "server": {"workers": workers, "threads": 4},
        "resources": resources, "criteria": [
            {"id": key, "title": key, "skill": "all", "points": 1,
             "grader": grader, "with": options, "spec": ["R1"]}
            for key, (grader, options) in criteria.items()], **more}))
    return folder


def with_mistake(text, edits):
    for old, new in edits:
        assert old in text, old
        text = text.replace(old, new)
    return text


@pytest.fixture
def exercise(tmp_path):
    """The folder of an exercise that is graded by its app's criteria."""
    def make(app):
        return write_exercise(tmp_path / app, *EXERCISES[app])
    return make


def charged(result):
    return [c["id"] for c in result.document["criteria"]
            if c["points"] < c["max_points"]]


@pytest.mark.parametrize("app", sorted(EXERCISES))
def test_a_right_answer_keeps_all_points(app, exercise, grade, submission):
    text = (APPS / f"{app}.py").read_text()
    result = grade(exercise(app), submission({"app.py": text}))
    assert charged(result) == [], result


@pytest.mark.parametrize("named", ["wrong[:1]", "list(RULES)", '"wrong"'])
def test_who_does_not_name_each_field_is_asked_for_each(
        named, exercise, grade, submission):
    text = (APPS / "things.py").read_text()
    text = text.replace("errors=wrong", f"errors={named}")
    result = grade(exercise("things"), submission({"app.py": text}))
    assert charged(result) == [], result


@pytest.mark.parametrize("app", sorted(EXERCISES))
def test_an_app_that_does_nothing_gains_little(app, exercise, grade,
                                               submission):
    text = "from flask import Flask\napp = Flask(__name__)\n"
    result = grade(exercise(app), submission({"app.py": text}))
    assert result.document["score"]["percent"] < 25, result


@pytest.mark.parametrize("app, lost, edits",
                         [(m[0], m[2], m[3:]) for m in MISTAKES],
                         ids=[f"{m[0]}: {m[1]}" for m in MISTAKES])
def test_a_mistake_loses_its_criterion(app, lost, edits, exercise, grade,
                                       submission):
    text = with_mistake((APPS / f"{app}.py").read_text(), edits)
    result = grade(exercise(app), submission({"app.py": text}))
    assert charged(result) == lost, result
