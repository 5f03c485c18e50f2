"""Views that are coroutines; Flask runs each in a loop of its own."""

from flask import Flask, jsonify, request
from werkzeug.exceptions import HTTPException

app = Flask(__name__)


@app.get("/ping")
async def ping():
    return {"pong": True}


@app.get("/square/<int:n>")
async def square(n: int):
    return {"n": n, "square": n**2}


@app.get("/greet/<name>")
async def greet(name: str):
    return {"name": name}


@app.get("/tree/<path:path>")
async def tree(path: str):
    return {"path": path, "depth": path.count("/") + 1}


@app.get("/colours/")
async def colours():
    return ["red", "green", "blue"]


@app.route("/echo", methods=["POST", "PUT"])
async def echo():
    return jsonify(request.get_json(force=True))


@app.get("/search")
async def search():
    if (term := request.args.get("term")) is None:
        return {"error": "what for?"}, 400
    return {"term": term}


@app.errorhandler(HTTPException)
async def refuse(error):
    if error.code < 400:
        return error
    headers = [
        (name, value)
        for name, value in error.get_headers()
        if name != "Content-Type"
    ]
    return {"error": error.name}, error.code, headers
