"""A reading list with Flask-SQLAlchemy and pydantic."""

import os

from flask import Flask, abort, request
from flask_sqlalchemy import SQLAlchemy
from pydantic import BaseModel, ConfigDict, Field, ValidationError

db = SQLAlchemy()


class Book(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    title = db.Column(db.String, nullable=False)
    author = db.Column(db.String, nullable=False)
    year = db.Column(db.Integer)
    read = db.Column(db.Boolean, nullable=False)


class NewBook(BaseModel):
    title: str = Field(min_length=1)
    author: str = Field(min_length=1)
    year: int | None = None
    read: bool = False


class BookOut(NewBook):
    model_config = ConfigDict(from_attributes=True)
    id: int


def show(book):
    return BookOut.model_validate(book).model_dump()


def create_app():
    app = Flask(__name__)
    path = os.path.abspath(os.environ.get("BOOKS_DB", "books.db"))
    app.config["SQLALCHEMY_DATABASE_URI"] = f"sqlite:///{path}"
    db.init_app(app)
    with app.app_context():
        db.create_all()

    @app.errorhandler(ValidationError)
    def invalid(error):
        problems = error.errors(include_url=False, include_input=False)
        return {"problems": [problem["msg"] for problem in problems]}, 422

    @app.errorhandler(404)
    def missing(_error):
        return {"error": "no such book"}, 404

    @app.get("/books")
    def list_books():
        books = db.session.scalars(db.select(Book).order_by(Book.id))
        return [show(book) for book in books]

    @app.post("/books")
    def create_book():
        fields = NewBook.model_validate(request.get_json())
        book = Book(**fields.model_dump())
        db.session.add(book)
        db.session.commit()
        url = f"{request.url_root}books/{book.id}"
        return show(book), 201, {"Location": url}

    @app.get("/books/<int:id>")
    def show_book(id):
        return show(find(id))

    @app.put("/books/<int:id>")
    def replace_book(id):
        book = find(id)
        fields = NewBook.model_validate(request.get_json())
        return update(book, fields.model_dump())

    @app.patch("/books/<int:id>")
    def change_book(id):
        book = find(id)
        merged = NewBook.model_validate(show(book) | request.get_json())
        return update(book, merged.model_dump())

    @app.delete("/books/<int:id>")
    def delete_book(id):
        db.session.delete(find(id))
        db.session.commit()
        return "", 204

    def find(id):
        if id >= 1 << 63:
            abort(404)
        return db.get_or_404(Book, id)

    def update(book, fields):
        for name, value in fields.items():
            setattr(book, name, value)
        db.session.commit()
        return show(book)

    return app
