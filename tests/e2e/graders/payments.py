import sqlite3, json, base64, hashlib
from flask import Flask, request, jsonify, abort
app = Flask(__name__)
DB = "/data/n.db"
def db():
    c = sqlite3.connect(DB, timeout=10, isolation_level=None)
    c.row_factory = sqlite3.Row
    c.execute("create table if not exists pay(id integer primary key autoincrement, amount int, who text)")
    c.execute("create table if not exists key(k text primary key, fp text, status int, body text)")
    return c
def show(r): return dict(id=r["id"], amount=r["amount"], who=r["who"])
def valid(b):
    return isinstance(b, dict) and type(b.get("amount")) is int and isinstance(b.get("who"), str)
@app.post("/payments")
def create():
    key = request.headers.get("Idempotency-Key")
    if not key: return jsonify(error="key"), 400
    b = request.get_json(silent=True)
    if not valid(b): return jsonify(error="bad"), 422
    user = request.headers.get("X-User", "")
    k = user + ":" + key
    fp = hashlib.sha256(json.dumps(b, sort_keys=True).encode()).hexdigest()
    c = db(); c.execute("begin immediate")
    try:
        r = c.execute("select * from key where k=?", (k,)).fetchone()
        if r:
            if r["fp"] != fp: return jsonify(error="other body"), 422
            return app.response_class(r["body"], r["status"], mimetype="application/json")
        i = c.execute("insert into pay(amount,who) values(?,?)", (b["amount"], b["who"])).lastrowid
        body = json.dumps(show(c.execute("select * from pay where id=?", (i,)).fetchone()))
        c.execute("insert into key values(?,?,?,?)", (k, fp, 201, body))
        return app.response_class(body, 201, mimetype="application/json")
    finally:
        c.execute("commit")
@app.get("/payments")
def lst():
    limit = int(request.args.get("limit", 10))
    cur = request.args.get("cursor")
    where, args = "", []
    if cur is not None:
        try:
            d = json.loads(base64.urlsafe_b64decode(cur.encode()))
            a, i = d["a"], d["i"]
            if type(a) is not int or type(i) is not int: raise ValueError
        except Exception:
            return jsonify(error="cursor"), 400
        where, args = "where (amount,id) > (?,?)", [a, i]
    rows = db().execute(f"select * from pay {where} order by amount,id limit ?", (*args, limit + 1)).fetchall()
    more = len(rows) > limit
    rows = rows[:limit]
    nxt = base64.urlsafe_b64encode(json.dumps({"a": rows[-1]["amount"], "i": rows[-1]["id"]}).encode()).decode() if more else None
    return jsonify(items=[show(r) for r in rows], next_cursor=nxt, has_more=more)
@app.get("/payments/<int:i>")
def one(i):
    r = db().execute("select * from pay where id=?", (i,)).fetchone()
    if not r: abort(404)
    return jsonify(show(r))
@app.delete("/payments/<int:i>")
def rm(i):
    db().execute("delete from pay where id=?", (i,)); return "", 204
