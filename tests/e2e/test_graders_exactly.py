"""Each mistake loses exactly the checks that ask about it, by their names.

As test_graders.py, for the graders and the rules that it leaves out.
"""

import pytest

from test_graders import (APPS, MEMBERS, NOTES, USERS, bearer,
                          with_mistake, write_exercise)

FIELDS = [{"name": "title", "type": "string", "required": True, "min": 1,
           "max": 40},
          {"name": "pages", "type": "integer", "required": True, "min": 1,
           "max": 999},
          {"name": "note", "type": "string", "null": True, "max": 40}]
RESOURCES = {name: {"path": "/" + name, "fields": FIELDS}
             for name in ("articles", "plain")}
SONGS = {"song": {
    "path": "/songs",
    "list": {"items": "/items", "total": "/total", "page": "page",
             "size": "size", "default_size": 20, "max_size": 50},
    "fields": [
        {"name": "code", "type": "string", "required": True, "unique": True,
         "pattern": "[A-Z]{3}[0-9]{3}"},
        {"name": "title", "type": "string", "required": True, "min": 1,
         "max": 40},
        {"name": "genre", "type": "string", "required": True,
         "enum": ["rock", "jazz", "folk"]},
        # Nearly all that are drawn have as many digits.
        {"name": "seconds", "type": "integer", "required": True, "min": 1000,
         "max": 10000},
        {"name": "plays", "type": "integer", "readonly": True, "min": 1,
         "max": 999}]}}
BY_HEADER = {name: {**USERS[name], "path": "/users",
                    "headers": {"X-Version": number}}
             for name, number in (("old", "1"), ("new", "2"))}


def versions(**options):
    return {"versions": [
        {"name": "v1", "resource": "old", "fields": ["name"],
         "absent": ["first_name"]},
        {"name": "v2", "resource": "new", "fields": ["first_name"],
         "absent": ["name"]}], **options}


# exercise: app, resources, workers, criteria as id -> (grader, options)
EXERCISES = {
    "articles": ("articles", RESOURCES, 1, {
        "crud": ("crud", {"resource": "plain", "defaults": {"note": None}}),
        "conditional": ("conditional", {"resource": "articles",
                                        "required": True}),
        "negotiation": ("negotiation", {
            "path": "/report", "offers": ["application/json", "text/csv"],
            "unacceptable": "406"}),
    }),
    "writers": ("articles", RESOURCES, 1, {
        "races": ("concurrency", {"resource": "articles", "if_match": True}),
    }),
    "wall": ("wall", {}, 1, {
        "templates": ("templates", {
            "send": {"method": "POST", "path": "/wall",
                     "form": {"text": "{text}"}},
            "page": "/wall",
            "contexts": [{"kind": "text", "xpath": "//li/b"},
                         {"kind": "attribute", "xpath": "//li/@title"},
                         {"kind": "script"}]}),
    }),
    "members": ("members", MEMBERS, 1, {
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
            "absent": ["X-Powered-By"],
            "cors": {"path": "/health",
                     "allowed": ["https://members.example"]}}),
    }),
    "users": ("users", USERS, 1, {"versions": ("versioning", versions())}),
    "by-header": ("users", BY_HEADER, 1, {
        "versions": ("versioning", versions(default="v1")),
    }),
    "notes": ("notes", NOTES, 1, {
        "crash": ("persistence", {"resource": "note"}),
    }),
    "many": ("notes", NOTES, 2, {
        "workers": ("workers", {"resource": "note"}),
    }),
    "songs": ("songs", SONGS, 1, {
        "routing": ("routing", {"routes": [
            {"path": "/songs", "methods": ["GET", "POST"],
             "slash": "missing"},
            {"path": "/songs/{id}", "methods": ["GET", "PUT", "DELETE"],
             "params": {"id": {"type": "integer", "resource": "song"}}},
            {"path": "/double/{n}/", "slash": "redirect",
             "params": {"n": {"type": "integer", "echo": "/n"}}}]}),
        "input": ("validation", {"resource": "song", "rules": [
            "accept", "missing", "readonly", "unique", "unchanged"]}),
        "errors": ("error-envelope", {"rules": [
            "media-type", "json", "members", "rfc9457", "leak", "should"]}),
    }),
    "pages": ("songs", SONGS, 1, {
        "list": ("pagination", {
            "resource": "song", "rows": 12, "order": ["id"],
            "links": ["first", "prev", "next", "last"],
            "bad_numbers": "reject", "over_max": "reject",
            "filters": [{"param": "genre", "field": "genre"}],
            "sort": {"param": "sort", "fields": ["title", "seconds"],
                     "ties": "id", "unknown": 400},
            "search": {"param": "q", "fields": ["title"]}}),
    }),
    "walks": ("songs", SONGS, 1, {
        "list": ("pagination", {"resource": "song", "rows": 12,
                                "rules": ["union"]}),
    }),
    "linked": ("songs", SONGS, 1, {
        "list": ("pagination", {"resource": "song", "rows": 12,
                                "links": ["first", "prev", "next", "last"],
                                "rules": ["union", "links"]}),
    }),
}
ENVELOPE = {"rfc9457": True, "media_type": "application/problem+json",
            "members": [{"at": "/detail", "type": "nonempty"}]}

# exercise, mistake, checks lost, what is replaced by what
MISTAKES = [
    ("articles", "PUT merges", ["put"],
     ('b["pages"], b.get("note"), i))\n    return show(get(i))\n'
      '@app.patch("/plain',
      'b["pages"], b.get("note", get(i)["note"]), i))\n'
      '    return show(get(i))\n@app.patch("/plain')),
    ("articles", "no Location", ["location"],
     ('res.headers["Location"] = res.headers["Location"].replace('
      '"articles", "plain"); return res',
      'del res.headers["Location"]; return res')),
    ("articles", "PATCH replaces", ["patch", "patch-null"],
     ('    r = get(i); r.update(request.get_json())\n',
      '    get(i); r = {"title": "x", "pages": 1, "note": None, '
      '**request.get_json()}\n')),
    ("articles", "a second DELETE is a crash", ["delete-again"],
     ("def rm(i):\n    get(i);",
      "def rm(i):\n    db().execute('select id from article where id=?', "
      "(i,)).fetchone()[0];")),
    ("articles", "a create answers 200", ["create"],
     ('"articles", "plain"); return res\n@app.get("/plain")',
      '"articles", "plain"); res.status_code = 200; return res\n'
      '@app.get("/plain")')),
    ("articles", "one row shows another title", ["location", "read", "put",
                                                 "put-again", "patch",
                                                 "patch-null", "others"],
     ("def plain_one(i): return show(get(i))",
      'def plain_one(i): return show({**get(i), "title": "x"})')),
    ("articles", "the list holds three", ["list"],
     ("def plain_list(): return lst()",
      "def plain_list(): return jsonify(lst().get_json()[:3])")),
    ("articles", "a PUT makes a row", ["put-missing"],
     ("def plain_put(i):\n    get(i);", "def plain_put(i):\n"
      "    db().execute('insert or ignore into article(id) values(?)', "
      "(i,));")),
    ("articles", "the same PUT again is a conflict", ["put-again"],
     ("def plain_put(i):\n    get(i); b = request.get_json()\n",
      "def plain_put(i):\n    r = get(i); b = request.get_json()\n"
      "    if r['title'] == b['title']: abort(409)\n")),
    ("articles", "a PATCH of nothing is done", ["patch-missing"],
     ("def plain_patch(i):\n    r = get(i);",
      "def plain_patch(i):\n"
      "    r = db().execute('select * from article where id=?', (i,))"
      ".fetchone()\n    if not r: return {}\n    r = dict(r);")),
    ("articles", "a DELETE deletes nothing", ["delete"],
     ("def plain_rm(i): return rm(i)",
      "def plain_rm(i): get(i); return '', 204")),
    ("articles", "a DELETE takes the row before, too", ["others"],
     ("def plain_rm(i): return rm(i)",
      "def plain_rm(i):\n"
      "    db().execute('delete from article where id=1'); return rm(i)")),
    ("articles", "a HEAD counts", ["safe"],
     ("def plain_one(i): return show(get(i))",
      "def plain_one(i):\n    db().execute('update article set "
      "pages=pages+? where id=?', (request.method == 'HEAD', i)); "
      "return show(get(i))")),
    ("articles", "JSON that says it is text", ["media-type"],
     ("def plain_one(i): return show(get(i))",
      "def plain_one(i):\n    r = show(get(i)); r.mimetype = 'text/plain'; "
      "return r")),
    ("articles", "no ETag", ["etag"],
     ('res.headers["ETag"] = tag(r)', "pass")),
    ("articles", "anything is no type", ["any"],
     ("    best = request.accept", "    if request.headers.get('Accept') "
      "== '*/*': abort(406)\n    best = request.accept")),
    ("articles", "an ETag of the id alone", ["changed", "stale"],
     ("json.dumps(r, sort_keys=True)", "str(r['id'])")),
    ("articles", "304 is never given", ["not-modified"],
     ("if request.if_none_match.contains_weak(tag(r).strip('\"')): ",
      "if False: ")),
    ("articles", "an old If-Match writes", ["stale"],
     ("    if request.if_match and not request.if_match.contains("
      "tag(r).strip('\"')): abort(412)\n", "")),
    ("articles", "If-Match may be left out", ["required"],
     ('    if "If-Match" not in request.headers: abort(428)\n', "")),
    ("articles", "an ETag of its own each time", ["stable", "not-modified",
                                                   "if-match", "changed",
                                                   "stale"],
     ("def tag(r): return '\"%s\"' % ", "def tag(r): return '\"%s\"' % "
      "os.urandom(4).hex() or ")),
    ("articles", "Accept is not read", ["offers", "unacceptable", "weights"],
     ("    best = request.accept_mimetypes.best_match(OFFERS, "
      'default="application/json")\n', "    best = OFFERS[0]\n"),
     ("    if not request.accept_mimetypes.best_match(OFFERS) and "
      "request.accept_mimetypes: abort(406)\n", "")),
    ("articles", "no Vary", ["vary"],
     ('    res.headers["Vary"] = "Accept"\n', "")),
    ("articles", "anything goes", ["unacceptable"],
     ("    if not request.accept_mimetypes.best_match(OFFERS) and "
      "request.accept_mimetypes: abort(406)\n", "")),
    ("articles", "Latin-1 that says UTF-8", ["charset"],
     ('ody.encode("utf-8"), mimetype=best)',
      'ody.encode("latin-1"), content_type=best + "; charset=utf-8")'),
     ("json.dumps({\"a\": 1, \"b\": \"\\u00e9\"})",
      "'{\"a\": 1, \"b\": \"\\u00e9\"}'")),
    ("wall", "markup is let through", ["escaped"],
     ("<b>{{ text }}</b>", "<b>{{ text | safe }}</b>")),
    ("wall", "an attribute without quotes", ["attribute"],
     ('title="{{ text }}"', "title={{ text }}")),
    ("wall", "a script by hand", ["script"],
     ("{{ said | tojson }}", '"{{ said | join(",") | safe }}"')),
    ("wall", "the text is a template", ["injection"],
     ("    return render_template_string(PAGE, said=said)",
      "    for text in said:\n"
      "        try: said[said.index(text)] = render_template_string(text)\n"
      "        except Exception: pass\n"
      "    return render_template_string(PAGE, said=said)")),
    ("wall", "tags are cut out", ["kept"],
     ('request.form["text"],', '__import__("re").sub("<[^>]*>", "", '
      'request.form["text"]),')),
    ("wall", "the page says it is text", ["valid"],
     ("    return render_template_string(PAGE, said=said)",
      "    return render_template_string(PAGE, said=said), "
      "{'Content-Type': 'text/plain; charset=utf-8'}")),
    ("wall", "nothing is shown", ["shown"],
     ("PAGE, said=said)", "PAGE, said=[])")),
    ("writers", "compare, wait, write", ["lost-update"],
     ("    with LOCK:\n        r = get(i); check(r);",
      "    if True:\n        r = get(i); check(r); "
      "__import__('time').sleep(.1);")),
    ("members", "the list is for ann", ["accepted"],
     ("def lst(): return", "def lst(): return abort(403) "
      "if g.user == 'bob' else")),
    ("members", "nothing is public", ["public"],
     ('PUBLIC = {"/health"}', "PUBLIC = set()")),
    ("members", "a hook for good answers", ["hooks"],
     ('    r.headers["X-Request-ID"]',
      '    if r.status_code < 400: r.headers["X-Request-ID"]')),
    ("members", "the framework is named", ["absent-X-Powered-By"],
     ('    r.headers["X-Content',
      '    r.headers["X-Powered-By"] = "Flask"; r.headers["X-Content')),
    ("members", "every origin is let in", ["cors"],
     ("in ORIGINS", "is not None")),
    ("members", "no origin is let in", ["cors"],
     ('ORIGINS = {"https://members.example"}', "ORIGINS = set()")),
    ("members", "the debugger is on", ["console",
                                       "header-X-Content-Type-Options"],
     ("app = Flask(__name__)\n", "app = Flask(__name__)\n"
      "from werkzeug.debug import DebuggedApplication\n"
      "app.wsgi_app = DebuggedApplication(app.wsgi_app, evalex=True)\n")),
    ("users", "each version numbers its own", ["shared"],
     ('def v2(r): return dict(id=r["id"]',
      'def v2(r): return dict(id=r["id"] + 1000'),
     ("v2(get(i))", "v2(get(i - 1000))")),
    ("by-header", "the default is the newest", ["default"],
     ('"X-Version", "1"', '"X-Version", "2"')),
    ("by-header", "no Vary", ["vary"],
     ('r.vary.add("X-Version")', "pass")),
    ("notes", "what is deleted is only remembered", ["created", "deleted"],
     ("def get(i):\n", "GONE = set()\ndef get(i):\n"
      "    if i in GONE: abort(404)\n"),
     ('order by id")])', 'order by id") if r["id"] not in GONE])'),
     ('db().execute("delete from note where id=?", (i,))', "GONE.add(i)")),
    ("notes", "ids are counted from 1 after each start", ["ids"],
     ('DB = "/data/n.db"', 'DB = "/data/n.db"\n'
      'IDS = __import__("itertools").count(1)'),
     ('"insert into note(slug,text) values(?,?)", (',
      '"insert or replace into note(id,slug,text) values(?,?,?)", '
      "(next(IDS), ")),
    ("notes", "the second start fails", ["comes-back"],
     ('DB = "/data/n.db"', 'DB = "/data/n.db"\n'
      'if os.path.exists(DB): raise SystemExit("there is a database")')),
    ("many", "the rows are gone after a start", ["restart"],
     ('    c.execute("create table if not exists counter',
      '    if c.execute("pragma user_version").fetchone()[0] != os.getppid():'
      '\n        c.execute("delete from note"); '
      'c.execute(f"pragma user_version={os.getppid()}")\n'
      '    c.execute("create table if not exists counter')),
    ("songs", "PUT is not there yet", ["methods-2"],
     ("    get(i); b = body()\n", "    get(i); abort(501)\n")),
    ("songs", "HEAD is not there", ["head"],
     ("def double(n): return", "def double(n): return abort(405) "
      "if request.method == 'HEAD' else")),
    ("songs", "both spellings answer", ["slash-3"],
     ('"/double/<int:n>/"', '"/double/<int:n>/", strict_slashes=False')),
    ("songs", "a slash more is the same list", ["slash-1"],
     ('@app.get("/songs")', '@app.get("/songs", strict_slashes=False)\n'
      '@app.get("/songs/")')),
    ("songs", "no row is an empty one", ["missing-id-2"],
     ("def one(i): return jsonify(get(i))",
      "def one(i): return jsonify(dict(db().execute('select * from song "
      "where id=?', (i,)).fetchone() or {}))")),
    ("songs", "a number comes back as text", ["echo-3"],
     ("jsonify(n=n", "jsonify(n=str(n)")),
    ("songs", "a client sets the plays", ["readonly"],
     ("song(code,title,genre,seconds) values(?,?,?,?)\", list(b.values())",
      "song(code,title,genre,seconds,plays) values(?,?,?,?,?)\", "
      "[*b.values(), request.json.get('plays', 0)]")),
    ("songs", "a client sets the id", ["readonly"],
     ("song(code,title,genre,seconds) values(?,?,?,?)\", list(b.values())",
      "song(code,title,genre,seconds,id) values(?,?,?,?,?)\", "
      "[*b.values(), request.json.get('id')]")),
    ("songs", "an empty object is no wrong one", ["missing-all"],
     ("    if wrong:", "    if wrong and b:")),
    ("songs", "two may have one code", ["unique-code"],
     ("code text unique", "code text")),
    ("songs", "the database's words are shown", ["leak"],
     ('"the code is taken"', "str(e)")),
    ("songs", "each problem has a title of its own", ["title"],
     ("title=e.name", 'title=f"{e.name}: {request.path}"')),
    ("pages", "a page is never short", ["size"],
     ('number("size", 20, 50)', 'max(7, number("size", 20, 50))')),
    ("pages", "links without brackets", ["link-syntax"],
     ("f'<{request", "f'{request"), (")}>; rel", ")}; rel")),
    ("walks", "rows that are made up", ["shown"],
     ("[dict(r) for r in rows]",
      '[{**r, "code": "", "title": "", "seconds": 0} for r in rows]')),
    ("walks", "another order for each walk", ["stable"],
     ('    where, values = "1", []\n', '    where, values = "1", []\n'
      '    if page == 1: app.way = -getattr(app, "way", 1)\n'
      '    if key == "id": order = f"id * {app.way}"\n')),
    ("linked", "another order after the first walk", ["stable"],
     ('    where, values = "1", []\n', '    where, values = "1", []\n'
      '    app.walks = getattr(app, "walks", 0) + (page == 1)\n'
      '    if app.walks > 1: order = "id desc"\n')),
    ("pages", "the genre is not looked at", ["filter-genre"],
     ('where += " and genre=?"; values.append(request.args["genre"])',
      "pass")),
    ("pages", "nothing descends", ["sort-seconds-down", "sort-title-down"],
     ('" desc" if key[0] == "-" else ""', '""')),
    ("pages", "seconds are not sorted by", ["sort-seconds",
                                            "sort-seconds-down"],
     ('order = key.removeprefix("-")',
      'order = key.removeprefix("-").replace("seconds", "id")')),
    ("pages", "numbers are sorted as text", ["sort-seconds",
                                             "sort-seconds-down"],
     ('order = key.removeprefix("-")', 'order = key.removeprefix("-")'
      '.replace("seconds", "cast(seconds as text)")')),
    ("pages", "what cannot be sorted by is left", ["sort-unknown"],
     ('abort(400, "sort")', 'key = "id"')),
    ("pages", "a search for capitals", ["search"],
     ("instr(lower(title), lower(?))", "instr(title, ?)")),
    ("pages", "a pattern in a search", ["search-wildcards"],
     ("instr(lower(title), lower(?))", "title like '%'||?||'%'")),
]


@pytest.fixture
def surroundings(surroundings, runtime):
    return {**surroundings, "XDG_RUNTIME_DIR": str(runtime)}


@pytest.fixture
def exercise(tmp_path):
    """The folder of an exercise, and the text of its app."""
    def make(name):
        app, *asked = EXERCISES[name]
        folder = write_exercise(tmp_path / name, *asked, envelope=ENVELOPE)
        return folder, (APPS / f"{app}.py").read_text()
    return make


def without(result, *statuses):
    return sorted(check["id"] for c in result.document["criteria"]
                  for check in c["checks"]
                  if check["status"] not in statuses)


def lost(result):
    return without(result, "pass", "not-measured")


@pytest.mark.parametrize("name", sorted(EXERCISES))
def test_a_right_answer_keeps_all_points(name, exercise, grade, submission):
    folder, text = exercise(name)
    result = grade(folder, submission({"app.py": text}))
    assert without(result, "pass") == [], result
    assert result.status == 0


@pytest.mark.parametrize("name, checks, edits",
                         [(m[0], m[2], m[3:]) for m in MISTAKES],
                         ids=[f"{m[0]}: {m[1]}" for m in MISTAKES])
def test_a_mistake_loses_its_checks(name, checks, edits, exercise, grade,
                                    submission):
    folder, text = exercise(name)
    result = grade(folder, submission({"app.py": with_mistake(text, edits)}))
    assert lost(result) == sorted(checks), result
