"""Begin here.  The brief is in BRIEF.md."""

import os
import sqlite3

from flask import Flask

DATABASE = os.environ.get("LIMITS_DB", "limits.db")
QUOTES_WINDOW_S = float(os.environ.get("QUOTES_WINDOW_S", "60"))
TICKS_WINDOW_S = float(os.environ.get("TICKS_WINDOW_S", "2"))

app = Flask(__name__)


def connect():
    return sqlite3.connect(DATABASE, timeout=20)
