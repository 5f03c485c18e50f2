"""The guestbook as a package with a factory; entries are dataclasses."""

from dataclasses import dataclass

from flask import Blueprint, Flask, current_app, redirect, render_template
from flask import request, url_for

pages = Blueprint("pages", __name__)


@dataclass(frozen=True)
class Entry:
    name: str
    message: str
    cents: int | None

    @property
    def gift(self):
        if self.cents is None:
            return "-"
        euros, cents = divmod(self.cents, 100)
        return "%d.%02d EUR" % (euros, cents)


@pages.get("/")
def home():
    entries = current_app.extensions["guestbook"]
    names = [entry.name for entry in entries]
    return render_template("home.html", entries=entries, names=names)


@pages.post("/entries")
def sign():
    cents = request.form.get("gift", type=int)
    current_app.extensions["guestbook"].append(
        Entry(request.form["name"], request.form["message"], cents)
    )
    return redirect(url_for(".home", _external=True), code=303)


@pages.get("/about")
def about():
    return render_template("page.html", heading="About")


@pages.app_errorhandler(404)
def unknown(_error):
    return render_template("page.html", heading="Not found"), 404


def create_app():
    app = Flask(__name__)
    app.extensions["guestbook"] = []
    app.register_blueprint(pages)
    return app
