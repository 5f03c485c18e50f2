import os, sqlite3, secrets
from flask import Flask, request, jsonify, session, abort
app = Flask(__name__)
app.secret_key = "fixed-by-env"
DB = "/data/n.db"
def db():
    c = sqlite3.connect(DB, timeout=10, isolation_level=None)
    c.row_factory = sqlite3.Row
    c.execute("pragma journal_mode=wal")
    c.execute("create table if not exists note(id integer primary key autoincrement, slug text unique, text text)")
    c.execute("create table if not exists counter(id integer primary key autoincrement, hits integer default 0)")
    return c
def show(r): return dict(id=r["id"], slug=r["slug"], text=r["text"])
@app.post("/notes")
def create():
    b = request.get_json()
    c = db()
    try:
        i = c.execute("insert into note(slug,text) values(?,?)", (b["slug"], b["text"])).lastrowid
    except sqlite3.IntegrityError:
        return jsonify(error="slug taken"), 409
    return jsonify(show(c.execute("select * from note where id=?", (i,)).fetchone())), 201, {"Location": f"/notes/{i}"}
@app.get("/notes")
def lst():
    return jsonify([show(r) for r in db().execute("select * from note order by id")])
def get(i):
    r = db().execute("select * from note where id=?", (i,)).fetchone()
    if not r: abort(404)
    return r
@app.get("/notes/<int:i>")
def one(i): return jsonify(show(get(i)))
@app.put("/notes/<int:i>")
def put(i):
    get(i); b = request.get_json()
    c = db(); c.execute("update note set slug=?, text=? where id=?", (b["slug"], b["text"], i))
    return jsonify(show(get(i)))
@app.delete("/notes/<int:i>")
def rm(i):
    get(i); db().execute("delete from note where id=?", (i,)); return "", 204
@app.post("/counters")
def mk():
    i = db().execute("insert into counter default values").lastrowid
    return jsonify(id=i, hits=0), 201
@app.post("/counters/<int:i>/hits")
def hit(i):
    db().execute("update counter set hits=hits+1 where id=?", (i,)); return "", 204
@app.get("/counters/<int:i>")
def rd(i):
    return jsonify(id=i, hits=db().execute("select hits from counter where id=?", (i,)).fetchone()[0])
@app.post("/login")
def login():
    session["u"] = "ann"; return "", 204
@app.get("/me")
def me():
    if "u" not in session: abort(401)
    return jsonify(name=session["u"])
