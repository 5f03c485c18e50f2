"""The routes as class-based views, added by hand."""

from flask import Flask, request
from flask.views import MethodView, View
from werkzeug.exceptions import BadRequestKeyError, HTTPException


class Fixed(View):
    methods = ["GET"]

    def __init__(self, answer):
        self.answer = answer

    def dispatch_request(self):
        return self.answer


class Square(MethodView):
    def get(self, n):
        return dict(n=n, square=n**2)


class Greet(MethodView):
    def get(self, name):
        return dict(name=name)


class Tree(MethodView):
    def get(self, path):
        return dict(path=path, depth=path.count("/") + 1)


class Echo(MethodView):
    def post(self):
        value = request.get_json()
        return app.json.response(value)

    put = post


class Search(MethodView):
    def get(self):
        return dict(term=request.args["term"])


def explain(error):
    if error.response is not None or (error.code or 500) < 400:
        return error
    headers = dict(error.get_headers())
    headers["Content-Type"] = "application/json"
    text = error.name
    if isinstance(error, BadRequestKeyError):
        text = "something is missing"
    return app.json.dumps({"error": text}), error.code, headers


app = Flask(__name__)
app.register_error_handler(HTTPException, explain)
for rule, view in {
    "/ping": Fixed.as_view("ping", {"pong": True}),
    "/square/<int:n>": Square.as_view("square"),
    "/greet/<string:name>": Greet.as_view("greet"),
    "/tree/<path:path>": Tree.as_view("tree"),
    "/colours/": Fixed.as_view("colours", ["red", "green", "blue"]),
    "/echo": Echo.as_view("echo"),
    "/search": Search.as_view("search"),
}.items():
    app.add_url_rule(rule, view_func=view)
