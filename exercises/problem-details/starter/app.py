"""Begin here.  The brief is in BRIEF.md."""

from flask import Flask

app = Flask(__name__)


@app.get("/broken")
def broken():
    raise RuntimeError("database password is hunter2")
