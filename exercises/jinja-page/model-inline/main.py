"""The guestbook with its templates beside the code, in a DictLoader."""

import json
from collections import namedtuple
from decimal import Decimal

from flask import Flask, Response, render_template, request
from jinja2 import DictLoader
from markupsafe import Markup

TEMPLATES = {
    "macros.html": """
{%- macro page(title) -%}
<html><head><meta charset=utf-8><title>{{ title }}</title></head><body>
<nav><a href="/">Entries</a> | <a href="/about">About</a></nav>
{{ caller() }}
</body></html>
{%- endmacro -%}
{%- macro entry(e) -%}
<li class="entry card"><article>
<h2><b title="Written by {{ e.name }}" class="name">{{ e.name }}</b></h2>
<p class="message">
  {{ e.message }}
</p>
<div>Gift: <span class='gift'>{{ e.gift }}</span></div></article></li>
{%- endmacro -%}""",
    "entries.html": """
{%- from "macros.html" import page, entry -%}
{% call page("Guestbook") %}<ol>{% for e in entries %}{{ entry(e) }}{% endfor %}
</ol><script>var names = [
{% for name in names %}  {{ name }},
{% endfor %}];</script>{% endcall %}""",
    "text.html": """
{%- from "macros.html" import page -%}
{% call page(title + " - Guestbook") %}<p>{{ text }}</p>{% endcall %}""",
}
Entry = namedtuple("Entry", "name message gift")

app = Flask(__name__)
app.jinja_loader = DictLoader(TEMPLATES)
book = []


def script_json(value):
    text = json.dumps(value)
    for character in "<>&'()":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)


def show_gift(text):
    if not text:
        return "-"
    return f"{Decimal(text) / 100:.2f} EUR"


@app.route("/")
def entries():
    names = [script_json(entry.name) for entry in book]
    return render_template("entries.html", entries=book, names=names)


@app.route("/entries", methods=["POST"])
def add():
    form = request.form
    gift = show_gift(form.get("gift", ""))
    book.append(Entry(form["name"], form["message"], gift))
    return Response(status=303, headers={"Location": "/"})


@app.route("/about")
def about():
    return render_template("text.html", title="About", text="A guestbook.")


@app.errorhandler(404)
def missing(_):
    page = render_template("text.html", title="Not found", text="Not here.")
    return page, 404
