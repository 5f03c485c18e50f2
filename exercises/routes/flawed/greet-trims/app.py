from flask import Flask, abort, json, jsonify, request
from werkzeug.exceptions import HTTPException

app = Flask(__name__)


@app.get("/ping")
def ping():
    return {"pong": True}


@app.get("/square/<int:n>")
def square(n):
    return {"n": n, "square": n * n}


@app.get("/greet/<name>")
def greet(name):
    return {"name": name.strip()}


@app.get("/tree/<path:path>")
def tree(path):
    return {"path": path, "depth": len(path.split("/"))}


@app.get("/colours/")
def colours():
    return ["red", "green", "blue"]


@app.route("/echo", methods=["POST", "PUT"])
def echo():
    return jsonify(request.get_json())


@app.get("/search")
def search():
    if "term" not in request.args:
        abort(400, "term is missing")
    return {"term": request.args["term"]}


@app.errorhandler(HTTPException)
def explain(error):
    if error.code < 400:  # the redirect to /colours/
        return error
    response = error.get_response()
    response.data = json.dumps({"error": error.description})
    response.content_type = "application/json"
    return response
