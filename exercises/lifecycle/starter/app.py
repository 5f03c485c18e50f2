"""Begin here.  The brief is in BRIEF.md."""

import json
import os

from flask import Flask

TOKENS = json.loads(os.environ.get("TOKENS", "{}"))

app = Flask(__name__)
