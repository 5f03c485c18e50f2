"""Payments as a class-based view; the answer itself is what is stored."""

import json
import os
import sqlite3

from flask import Flask, Response, request
from flask.views import MethodView

PATH = os.environ["PAYMENTS_DB"]


def connect():
    return sqlite3.connect(PATH, timeout=20, isolation_level=None)


def answer(status, value):
    return Response(json.dumps(value), status, mimetype="application/json")


def wrong(payment):
    if type(payment) is not dict:
        return "not an object"
    if type(payment.get("account")) is not str:
        return "account is no text"
    if len(payment["account"]) not in range(1, 41):
        return "account has 1 to 40 characters"
    if type(payment.get("cents")) is not int:
        return "cents is no integer"
    if payment["cents"] not in range(1, 1_000_001):
        return "cents is 1 to 1000000"


class Payments(MethodView):
    def dispatch_request(self, **values):
        if not request.headers.get("X-User"):
            return answer(401, {"error": "X-User is missing"})
        self.user = request.headers["X-User"]
        self.db = connect()
        try:
            return super().dispatch_request(**values)
        finally:
            self.db.close()

    def get(self, id=None):
        rows = self.db.execute(
            "SELECT answer FROM payments WHERE user = ? AND status = 201"
            " ORDER BY id",
            [self.user],
        )
        payments = [json.loads(text) for (text,) in rows]
        if id is None:
            return answer(200, payments)
        for payment in payments:
            if payment["id"] == id:
                return answer(200, payment)
        return answer(404, {"error": "no such payment"})

    def post(self):
        key = request.headers.get("Idempotency-Key")
        if not key:
            return answer(400, {"error": "Idempotency-Key is missing"})
        payment = request.get_json(silent=True)
        problem = wrong(payment)
        if problem:
            return answer(422, {"error": problem})
        body = json.dumps(payment, sort_keys=True)
        new = self.db.execute(
            "INSERT OR IGNORE INTO payments (user, key, body, status)"
            " VALUES (?, ?, ?, 409)",
            [self.user, key, body],
        )
        if new.rowcount:
            return self.work(new.lastrowid, payment)
        known, status, text = self.db.execute(
            "SELECT body, status, answer FROM payments"
            " WHERE user = ? AND key = ?",
            [self.user, key],
        ).fetchone()
        if known != body:
            return answer(422, {"error": "the key is taken"})
        return answer(status, json.loads(text or '{"error": "at work"}'))

    def work(self, id, payment):
        done = {
            "id": id,
            "account": payment["account"],
            "cents": payment["cents"],
        }
        self.db.execute(
            "UPDATE payments SET status = 201, answer = ? WHERE id = ?",
            [json.dumps(done), id],
        )
        return answer(201, done)


app = Flask(__name__)
view = Payments.as_view("payments")
app.add_url_rule("/payments", view_func=view, methods=["GET", "POST"])
app.add_url_rule("/payments/<int:id>", view_func=view, methods=["GET"])

setup = connect()
setup.execute("""
    CREATE TABLE IF NOT EXISTS payments (
        id INTEGER PRIMARY KEY AUTOINCREMENT, user, key, body, status, answer,
        UNIQUE (user, key)
    )""")
setup.close()
