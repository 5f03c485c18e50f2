"""Begin here.  The brief is in BRIEF.md."""

from flask import Flask

app = Flask(__name__)


@app.get("/")
def hello():
    return "Your routes go here."
