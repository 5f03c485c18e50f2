"""Begin here.  The brief is in brief.md."""

from flask import Flask

app = Flask(__name__)
contacts = {}
