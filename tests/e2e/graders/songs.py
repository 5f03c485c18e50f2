import json, sqlite3
from urllib.parse import urlencode
from flask import Flask, request, jsonify, abort
from werkzeug.exceptions import HTTPException
app = Flask(__name__)
def db():
    c = sqlite3.connect("/data/s.db", timeout=10, isolation_level=None)
    c.row_factory = sqlite3.Row
    c.execute("create table if not exists song(id integer primary key autoincrement, code text unique, title text, genre text, seconds int, plays int default 0)")
    return c
@app.errorhandler(HTTPException)
def problem(e):
    r = e.get_response()
    r.data = json.dumps(dict(type=f"/problems/{e.code}", title=e.name, status=e.code, detail=e.description))
    r.content_type = "application/problem+json"
    return r
def is_text(v): return isinstance(v, str) and 1 <= len(v) <= 40
RULES = {"code": lambda v: isinstance(v, str) and len(v) == 6,
         "title": is_text, "genre": lambda v: v in ("rock", "jazz", "folk"),
         "seconds": lambda v: isinstance(v, int) and 1000 <= v <= 10000}
def body():
    b = request.get_json()
    if not isinstance(b, dict): abort(422, "no object")
    wrong = [n for n in RULES if not RULES[n](b.get(n))]
    if wrong: abort(422, f"wrong: {', '.join(wrong)}")
    return {n: b[n] for n in RULES}
def get(i):
    r = db().execute("select * from song where id=?", (i,)).fetchone()
    if not r: abort(404)
    return dict(r)
def write(sql, values):
    try: return db().execute(sql, values).lastrowid
    except sqlite3.IntegrityError as e: abort(409, "the code is taken")
@app.post("/songs")
def create():
    b = body()
    i = write("insert into song(code,title,genre,seconds) values(?,?,?,?)", list(b.values()))
    return jsonify(get(i)), 201, {"Location": f"/songs/{i}"}
def number(name, default, most):
    text = request.args.get(name) or str(default)
    if not text.isdecimal() or not 1 <= int(text) <= most: abort(400, name)
    return int(text)
@app.get("/songs")
def lst():
    page, size = number("page", 1, 10**9), number("size", 20, 50)
    key = request.args.get("sort", "id")
    if key.removeprefix("-") not in ("id", "title", "seconds"): abort(400, "sort")
    order = key.removeprefix("-") + (" desc" if key[0] == "-" else "")
    where, values = "1", []
    if "genre" in request.args:
        where += " and genre=?"; values.append(request.args["genre"])
    if "q" in request.args:
        where += " and instr(lower(title), lower(?))"; values.append(request.args["q"])
    c = db()
    rows = c.execute(f"select * from song where {where} order by {order}, id limit ? offset ?", (*values, size, (page - 1) * size))
    total = c.execute(f"select count(*) from song where {where}", values).fetchone()[0]
    last = -(-total // size) or 1
    links = [link(n, rel) for n, rel in ((1, "first"), (page - 1, "prev"), (page + 1, "next"), (last, "last")) if 1 <= n <= last]
    return jsonify(items=[dict(r) for r in rows], total=total), 200, {"Link": ", ".join(links)}
def link(page, rel): return f'<{request.path}?{urlencode({**request.args, "page": page})}>; rel="{rel}"'
@app.get("/songs/<int(max=9223372036854775807):i>")
def one(i): return jsonify(get(i))
@app.put("/songs/<int(max=9223372036854775807):i>")
def put(i):
    get(i); b = body()
    write("update song set code=?, title=?, genre=?, seconds=? where id=?", (*b.values(), i))
    return jsonify(get(i))
@app.delete("/songs/<int(max=9223372036854775807):i>")
def rm(i):
    get(i); db().execute("delete from song where id=?", (i,)); return "", 204
@app.get("/double/<int:n>/")
def double(n): return jsonify(n=n, double=2 * n)
