import sqlite3
from flask import Flask, request, jsonify, abort
app = Flask(__name__)
def db():
    c = sqlite3.connect("/data/n.db", timeout=10, isolation_level=None)
    c.row_factory = sqlite3.Row
    c.execute("create table if not exists u(id integer primary key autoincrement, first text, last text)")
    return c
def v1(r): return dict(id=r["id"], name=r["first"] + " " + r["last"])
def v2(r): return dict(id=r["id"], first_name=r["first"], last_name=r["last"])
OLD = {"Deprecation": "@1688169599", "Sunset": "Sun, 30 Jun 2030 23:59:59 GMT", "Link": '</v2/users>; rel="successor-version"'}
def get(i):
    r = db().execute("select * from u where id=?", (i,)).fetchone()
    if not r: abort(404)
    return r
def new(f, l):
    return get(db().execute("insert into u(first,last) values(?,?)", (f, l)).lastrowid)
@app.after_request
def old(r):
    if request.path.startswith("/v1/"): r.headers.extend(OLD)
    if request.path.startswith("/users"): r.vary.add("X-Version")
    return r
@app.get("/v1/users")
def l1(): return jsonify([v1(r) for r in db().execute("select * from u order by id")])
@app.get("/v2/users")
def l2(): return jsonify([v2(r) for r in db().execute("select * from u order by id")])
@app.post("/v1/users")
def c1():
    f, _, l = request.get_json()["name"].partition(" ")
    return jsonify(v1(new(f, l))), 201
@app.post("/v2/users")
def c2():
    b = request.get_json(); return jsonify(v2(new(b["first_name"], b["last_name"]))), 201
@app.get("/v1/users/<int:i>")
def o1(i): return jsonify(v1(get(i)))
@app.get("/v2/users/<int:i>")
def o2(i): return jsonify(v2(get(i)))
# The same, where a header chooses.
def shown(r): return (v2 if request.headers.get("X-Version", "1") == "2" else v1)(r)
@app.get("/users")
def l(): return jsonify([shown(r) for r in db().execute("select * from u order by id")])
@app.post("/users")
def c():
    b = request.get_json(); f, _, l = b["name"].partition(" ") if "name" in b else (b["first_name"], "", b["last_name"])
    return jsonify(shown(new(f, l))), 201
@app.get("/users/<int:i>")
def o(i): return jsonify(shown(get(i)))
