import sqlite3, secrets, time
from flask import Flask, request, jsonify, abort, g, redirect
app = Flask(__name__)
TOKENS = {"ann-token": "ann", "bob-token": "bob"}
def db():
    c = sqlite3.connect("/data/n.db", timeout=10, isolation_level=None)
    c.row_factory = sqlite3.Row
    c.execute("create table if not exists note(id integer primary key autoincrement, who text, text text)")
    return c
PUBLIC = {"/health"}
ORIGINS = {"https://members.example"}
@app.before_request
def auth():
    if request.path in PUBLIC: return
    if request.url_rule is None and request.routing_exception is not None and request.routing_exception.code == 404: return
    h = request.headers.get("Authorization", "")
    user = TOKENS.get(h.removeprefix("Bearer "))
    if not user:
        return jsonify(error="who?"), 401, {"WWW-Authenticate": "Bearer"}
    g.user = user
@app.after_request
def hdr(r):
    r.headers["X-Content-Type-Options"] = "nosniff"
    if request.headers.get("Origin") in ORIGINS: r.access_control_allow_origin = request.headers["Origin"]
    r.vary.add("Origin")
    r.headers["X-Request-ID"] = request.headers.get("X-Request-ID") or secrets.token_hex(8)
    return r
@app.get("/health")
def health():
    r = jsonify(ok=True); r.set_cookie("s", "x", httponly=True, samesite="Lax"); return r
@app.get("/me")
def me(): return jsonify(name=g.user)
@app.post("/notes")
def create():
    b = request.get_json(); c = db()
    i = c.execute("insert into note(who,text) values(?,?)", (g.user, b["text"])).lastrowid
    return jsonify(id=i, text=b["text"]), 201
@app.get("/notes")
def lst(): return jsonify([dict(id=r["id"], text=r["text"]) for r in db().execute("select * from note where who=? order by id", (g.user,))])
def mine(i):
    r = db().execute("select * from note where id=?", (i,)).fetchone()
    if not r or r["who"] != g.user: abort(404)
    return r
@app.get("/notes/<int:i>")
def one(i): return jsonify(id=i, text=mine(i)["text"])
@app.put("/notes/<int:i>")
def put(i):
    mine(i); db().execute("update note set text=? where id=?", (request.get_json()["text"], i)); return one(i)
@app.delete("/notes/<int:i>")
def rm(i):
    mine(i); db().execute("delete from note where id=?", (i,)); return "", 204
@app.delete("/admin/notes")
def admin():
    if g.user != "ann": abort(403)
    return "", 204
