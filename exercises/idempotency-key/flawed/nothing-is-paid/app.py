"""Payments: the key and the payment are stored in one transaction."""

import hashlib
import json
import os
import sqlite3
from contextlib import contextmanager

from flask import Flask, abort, jsonify, request

DATABASE = os.environ.get("PAYMENTS_DB", "payments.db")

app = Flask(__name__)


@contextmanager
def transaction():
    connection = sqlite3.connect(DATABASE, timeout=20, isolation_level=None)
    connection.row_factory = sqlite3.Row
    try:
        # Takes the lock now: who looks for a key also gets to store it.
        connection.execute("BEGIN IMMEDIATE")
        yield connection
        connection.execute("COMMIT")
    finally:
        connection.close()


def caller():
    return request.headers.get("X-User") or abort(401)


def read_payment():
    try:
        payment = request.get_json()
    except RecursionError:
        abort(400)
    if not isinstance(payment, dict):
        abort(422)
    account, cents = payment.get("account"), payment.get("cents")
    if not isinstance(account, str) or not 1 <= len(account) <= 40:
        abort(422)
    if not isinstance(cents, int) or isinstance(cents, bool):
        abort(422)
    if not 0 <= cents <= 1_000_000:
        abort(422)
    return payment


def fingerprint(payment):
    text = json.dumps(payment, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def find(connection, user, number):
    query = "SELECT id, account, cents FROM payment WHERE user = ? AND id = ?"
    row = connection.execute(query, (user, number)).fetchone()
    return dict(row) if row else None


@app.post("/payments")
def create():
    user = caller()
    key = request.headers.get("Idempotency-Key", "")
    if not 1 <= len(key) <= 100:
        abort(400)
    payment = read_payment()
    print_of_it = fingerprint(payment)
    with transaction() as connection:
        known = connection.execute(
            "SELECT fingerprint, payment FROM used WHERE user = ? AND key = ?",
            (user, key),
        ).fetchone()
        if known and known["fingerprint"] != print_of_it:
            abort(422)
        if known:
            return find(connection, user, known["payment"]), 201
        cursor = connection.execute(
            "INSERT INTO payment (user, account, cents) VALUES (?, ?, ?)",
            (user, payment["account"], payment["cents"]),
        )
        connection.execute(
            "INSERT INTO used (user, key, fingerprint, payment)"
            " VALUES (?, ?, ?, ?)",
            (user, key, print_of_it, cursor.lastrowid),
        )
        created = find(connection, user, cursor.lastrowid)
    return created, 201


@app.get("/payments")
def list_payments():
    with transaction() as connection:
        rows = connection.execute(
            "SELECT id, account, cents FROM payment WHERE user = ?"
            " ORDER BY id",
            (caller(),),
        ).fetchall()
    return jsonify([dict(row) for row in rows])


@app.get("/payments/<int:number>")
def read(number):
    if number >= 2**63:
        abort(404)
    with transaction() as connection:
        return find(connection, caller(), number) or abort(404)


with transaction() as setup:
    setup.execute("""
        CREATE TABLE IF NOT EXISTS payment (
            id INTEGER PRIMARY KEY AUTOINCREMENT, user TEXT NOT NULL,
            account TEXT NOT NULL, cents INTEGER NOT NULL
        )""")
    setup.execute("""
        CREATE TABLE IF NOT EXISTS used (
            user TEXT NOT NULL, key TEXT NOT NULL,
            fingerprint TEXT NOT NULL, payment INTEGER NOT NULL,
            PRIMARY KEY (user, key)
        )""")
