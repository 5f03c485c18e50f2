"""Begin here.  The brief is in BRIEF.md."""

from flask import Flask

app = Flask(__name__)
contacts = {}
