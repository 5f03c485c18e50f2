import os, sqlite3, time
from flask import Flask, request, jsonify
app = Flask(__name__)
def db():
    c = sqlite3.connect("/data/n.db", timeout=10, isolation_level=None)
    c.execute("create table if not exists hit(k text, t real)")
    c.execute("create table if not exists job(name text)")
    return c
def limited(limit, window, key):
    c = db(); now = time.time(); c.execute("begin immediate")
    try:
        c.execute("delete from hit where k=? and t<=?", (key, now - window))
        n, first = c.execute("select count(*), min(t) from hit where k=?", (key,)).fetchone()
        if n >= limit:
            return max(1, int(first + window - now + 0.999))
        c.execute("insert into hit values(?,?)", (key, now)); return 0
    finally: c.execute("commit")
@app.get("/health")
def health(): return "ok"
@app.get("/count")
def count(): return jsonify(n=db().execute("select count(*) from job").fetchone()[0])
def handle(limit, window, pre):
    key = pre + request.headers.get("X-Api-Key", "")
    w = limited(limit, window, key)
    if w: return jsonify(error="slow down"), 429, {"Retry-After": str(w), "RateLimit-Remaining": "0"}
    db().execute("insert into job values('x')")
    return jsonify(ok=1), 200, {"RateLimit-Remaining": "1"}
@app.post("/jobs")
def jobs(): return handle(5, 60, "j")
@app.post("/quick")
def quick(): return handle(3, 1, "q")
