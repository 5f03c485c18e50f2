import json, sqlite3
from flask import Flask, request, redirect, render_template_string
app = Flask(__name__)
def db():
    c = sqlite3.connect("/data/w.db", timeout=10, isolation_level=None)
    c.execute("create table if not exists said(id integer primary key, text text)")
    return c
PAGE = """<!DOCTYPE html>
<html lang="en"><head><title>Wall</title></head><body><ul>
{% for text in said %}<li title="{{ text }}"><b>{{ text }}</b></li>
{% endfor %}</ul>
<script>const said = {{ said | tojson }};</script>
</body></html>"""
@app.post("/wall")
def say():
    db().execute("insert into said(text) values(?)", (request.form["text"],))
    return redirect("/wall", 303)
@app.get("/wall")
def wall():
    said = [r[0] for r in db().execute("select text from said order by id desc")]
    return render_template_string(PAGE, said=said)
