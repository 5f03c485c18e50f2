import threading
from flask import Flask, request, jsonify, abort
app = Flask(__name__)
ROWS, LOCK = [], threading.Lock()
def is_int(v): return isinstance(v, int) and not isinstance(v, bool)
def is_text(v): return isinstance(v, str) and 1 <= len(v) <= 40
RULES = {"size": lambda v: is_int(v) and 1 <= v <= 9,
         "weight": lambda v: is_int(v) and 0 <= v <= 500,
         "label": is_text, "place": is_text}
@app.post("/things")
def create():
    body = request.get_json()
    wrong = [name for name in RULES if not RULES[name](body.get(name))]
    if wrong:
        return jsonify(errors=wrong), 422
    with LOCK:
        ROWS.append({"id": len(ROWS) + 1, **{n: body[n] for n in RULES}})
        return jsonify(ROWS[-1]), 201, {"Location": f"/things/{len(ROWS)}"}
@app.get("/things")
def lst(): return jsonify(ROWS)
@app.get("/things/<int:i>")
def one(i):
    if not 1 <= i <= len(ROWS): abort(404)
    return jsonify(ROWS[i - 1])
