"""Each mistake loses exactly the checks that ask about it, by their names.

As test_graders.py, for crud, conditional, negotiation and templates.
"""

import json

import pytest

from conftest import ROOT

APPS = ROOT / "tests/e2e/graders"
FIELDS = [{"name": "title", "type": "string", "required": True, "min": 1,
           "max": 40},
          {"name": "pages", "type": "integer", "required": True, "min": 1,
           "max": 999},
          {"name": "note", "type": "string", "null": True, "max": 40}]
RESOURCES = {name: {"path": "/" + name, "fields": FIELDS}
             for name in ("articles", "plain")}

# app: criteria as id -> (grader, options)
EXERCISES = {
    "articles": {
        "crud": ("crud", {"resource": "plain", "defaults": {"note": None}}),
        "conditional": ("conditional", {"resource": "articles",
                                        "required": True}),
        "negotiation": ("negotiation", {
            "path": "/report", "offers": ["application/json", "text/csv"],
            "unacceptable": "406"}),
    },
    "wall": {
        "templates": ("templates", {
            "send": {"method": "POST", "path": "/wall",
                     "form": {"text": "{text}"}},
            "page": "/wall",
            "contexts": [{"kind": "text", "xpath": "//li/b"},
                         {"kind": "attribute", "xpath": "//li/@title"},
                         {"kind": "script"}]}),
    },
}

# app, mistake, checks lost, what is replaced by what
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
]


@pytest.fixture
def exercise(tmp_path):
    """The folder of an exercise that is graded by its app's criteria."""
    def make(app):
        folder = tmp_path / app
        folder.mkdir()
        (folder / "brief.md").write_text("* **R1** Everything.\n")
        (folder / "exercise.json").write_text(json.dumps({
            "format": 1, "slug": app, "title": app, "level": "mid",
            "minutes": 5, "skills": ["all"], "resources": RESOURCES,
            "criteria": [
                {"id": name, "title": name, "skill": "all", "points": 1,
                 "grader": grader, "with": options, "spec": ["R1"]}
                for name, (grader, options) in EXERCISES[app].items()]}))
        return folder
    return make


def lost(result):
    return sorted(check["id"] for c in result.document["criteria"]
                  for check in c["checks"] if check["status"] != "pass")


@pytest.mark.parametrize("app", sorted(EXERCISES))
def test_a_right_answer_keeps_all_points(app, exercise, grade, submission):
    text = (APPS / f"{app}.py").read_text()
    result = grade(exercise(app), submission({"app.py": text}))
    assert lost(result) == [], result
    assert result.status == 0


@pytest.mark.parametrize("app, mistake, checks, edits",
                         [(m[0], m[1], m[2], m[3:]) for m in MISTAKES],
                         ids=[f"{m[0]}: {m[1]}" for m in MISTAKES])
def test_a_mistake_loses_its_checks(app, mistake, checks, edits, exercise,
                                    grade, submission):
    text = (APPS / f"{app}.py").read_text()
    for old, new in edits:
        assert old in text, mistake
        text = text.replace(old, new)
    result = grade(exercise(app), submission({"app.py": text}))
    assert lost(result) == sorted(checks), result
