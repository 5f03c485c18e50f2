"""Payments with SQLAlchemy: the unique key decides; the loser says 409."""

import os
from typing import Annotated

from flask import Flask, g, request
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import create_engine, event, select
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

path = os.path.abspath(os.environ.get("PAYMENTS_DB", "payments.db"))
engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": 20})


class Base(DeclarativeBase):
    pass


class Payment(Base):
    __tablename__ = "payments"
    id: Mapped[int] = mapped_column(primary_key=True)
    user: Mapped[str]
    account: Mapped[str]
    cents: Mapped[int]
    key: Mapped[str]


class Key(Base):
    __tablename__ = "keys"
    user: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    body: Mapped[str]


class Body(BaseModel):
    model_config = ConfigDict(strict=True)
    account: Annotated[str, Field(min_length=1, max_length=40)]
    cents: Annotated[int, Field(ge=1, le=1_000_000)]


app = Flask(__name__)


@app.before_request
def open_session():
    g.user = request.headers.get("X-User")
    if not g.user:
        return {"error": "who are you?"}, 401
    g.session = Session(engine)


@app.teardown_request
def close_session(_error):
    if "session" in g:
        g.session.close()


@app.errorhandler(ValidationError)
def invalid(_error):
    return {"error": "not a payment"}, 422


def show(payment):
    return {
        "id": payment.id,
        "account": payment.account,
        "cents": payment.cents,
    }


def mine():
    return select(Payment).where(Payment.user == g.user).order_by(Payment.id)


@app.post("/payments")
def create():
    key = request.headers.get("Idempotency-Key")
    if not key:
        return {"error": "a key is required"}, 400
    body = Body.model_validate(request.get_json())
    text = body.model_dump_json()
    for _attempt in range(2):
        known = g.session.get(Key, (g.user, key))
        if known:
            return replay(known, text)
        g.session.add(Key(user=g.user, key=key, body=text))
        payment = Payment(user=g.user, key=key, **body.model_dump())
        g.session.add(payment)
        try:
            g.session.commit()
            return show(payment), 201
        except (IntegrityError, OperationalError):
            g.session.rollback()  # another one was quicker
    return {"error": "still working on it"}, 409


def replay(known, text):
    if known.body != text:
        return {"error": "the key was used for something else"}, 422
    payment = g.session.scalar(mine().where(Payment.key == known.key))
    return show(payment), 201


@app.get("/payments")
def index():
    return [show(payment) for payment in g.session.scalars(mine())]


@app.get("/payments/<int:id>")
def one(id):
    payment = g.session.scalar(mine().where(Payment.id == id % 2**62))
    return show(payment) if payment else ({"error": "not found"}, 404)


@event.listens_for(engine, "connect")
def begin_ourselves(connection, _record):
    connection.isolation_level = None


@event.listens_for(engine, "begin")
def begin_immediate(connection):
    connection.exec_driver_sql("BEGIN IMMEDIATE")


Base.metadata.create_all(engine)
engine.dispose()
