#!/usr/bin/env python3
"""Taste as a script: what the README's map and house style demand of C.

usage: check.py [ROOT]

Prints one line for each violation, `file:line: what`, and then how many
rules held and how many did not.  One pass over the sources, no compiler.
"""

import os
import re
import sys

WIDTH = 80
FUNCTION_LINES = 80
FILE_LINES = 600

# folder (or file) -> what it may include beside itself; the most specific
# entry counts.  "*" is everything.
BELOW_SESSION = ("runner/base runner/probe runner/expect runner/exercise "
                 "runner/submission runner/transcript runner/grader.h")
LAYERS = {
    "sandbox": "",
    "runner/base": "",
    "runner/probe": "runner/base",
    "runner/expect": "runner/base runner/probe",
    "runner/exercise": "runner/base runner/probe runner/expect",
    "runner/submission": "runner/base",
    "runner/transcript": "runner/base runner/probe",
    "runner/grader.h": "runner/base runner/probe runner/transcript",
    "runner/grader.c": "runner/base runner/grader.h",
    "runner/session": BELOW_SESSION + " sandbox",
    "runner/report": "runner/base runner/probe runner/transcript",
    "runner/watch": "runner/base runner/session/session.h runner/report "
                    "runner/exercise runner/submission runner/transcript",
    "runner/batch": "runner/base runner/session/session.h runner/report "
                    "runner/exercise runner/submission runner/transcript",
    "runner/web": "runner/base runner/session/session.h runner/report",
    "runner/cmd": "runner sandbox",
    "runner/main.c": "runner/cmd",
    "graders": BELOW_SESSION,
    "tests": "*",
}

# A third-party header -> the only files that may include it.
LIBRARIES = [
    (r"cjson/", r"runner/base/jsonout\.c"),
    (r"nettle/", r"runner/base/digest\.c|runner/transcript/sign\.c"),
    (r"curl/", r"runner/probe/(http|burst|ending|wire)\.c"),
    (r"libxml/", r"runner/expect/xpath\.c"),
    (r"pcre2", r"runner/expect/regex\.c"),
    (r"zlib\.h", r"runner/expect/coding\.c"),
    (r"brotli/", r"runner/expect/brotli\.c"),
    (r"idn2", r"runner/expect/idn\.c"),
    (r"unictype", r"runner/expect/bidi\.c"),
    (r"uniwidth", r"runner/base/width\.c"),
    (r"archive(_entry)?\.h", r"runner/submission/unpack\.c"),
    (r"seccomp\.h", r"sandbox/seccomp\.c"),
    (r"sqlite3", r"graders/database\.c"),
    (r"microhttpd", r"runner/web/.*"),
    (r"amqp|rabbitmq", r"runner/batch/queue.*\.c"),
    (r"check\.h", r"tests/.*"),
]

# Easy to misuse, and even when used correctly they slow a reader down.
BANNED = {
    "strcpy": "memcpy or arena_strdup", "strcat": "buf", "strncpy": "memcpy",
    "strncat": "buf", "sprintf": "snprintf", "vsprintf": "vsnprintf",
    "gets": "fgets", "atoi": "strtol", "atol": "strtol", "atoll": "strtoll",
    "atof": "strtod", "strtok": "strcspn", "system": "fork and execve",
    "popen": "fork and execve", "tmpnam": "mkdtemp", "tempnam": "mkdtemp",
    "mktemp": "mkdtemp", "rand": "prng", "srand": "prng", "random": "prng",
    "alloca": "an arena", "gmtime": "gmtime_r", "localtime": "localtime_r",
    "ctime": "strftime", "asctime": "strftime", "longjmp": "a status",
}
BANNED_CALL = re.compile(r"(?<![\w.>])(%s)\s*\(" % "|".join(BANNED))

# Libraries are silent: who calls them decides what a person sees.
PRINTS = re.compile(r"(?<![\w.>])((?:v?printf|puts|putchar|perror)\s*\(|"
                    r"stdout\b|stderr\b)")
MAY_PRINT = re.compile(r"runner/(cmd/|report/|main\.c)|sandbox/box_main\.c|"
                       r"tests/")

INCLUDE = re.compile(r'\s*#\s*include\s+(["<])([^">]+)[">]')
TOKEN = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|'
                   r"'(?:\\.|[^'\\\n])*'", re.S)


def code_only(text):
    """The text with comments and literals blanked, line by line the same."""
    def blank(match):
        return re.sub(r"[^\n]", " ", match.group())
    return TOKEN.sub(blank, text)


def layer_of(path):
    while path and path not in LAYERS:
        path = path.rpartition("/")[0]
    return path


def inside(path, folder):
    return path == folder or path.startswith(folder + "/")


def may_include(path, target):
    layer = layer_of(path)
    if not layer:
        return False
    if LAYERS[layer] == "*":
        return True
    own = layer if not layer.endswith((".c", ".h")) else ""
    return any(folder and inside(target, folder)
               for folder in [own, *LAYERS[layer].split()])


class Check:
    def __init__(self, path, text):
        self.path, self.text = path, text
        self.lines = text.split("\n")
        self.code = code_only(text).split("\n")
        self.found = []

    def say(self, line, rule, what):
        self.found.append((line, rule, what))

    def includes(self):
        for number, line in enumerate(self.lines, 1):
            match = INCLUDE.match(line)
            if not match:
                continue
            quote, target = match.groups()
            if quote == '"' and not may_include(self.path, target):
                self.say(number, "layers", "%s must not include %s" % (
                    layer_of(self.path) or self.path, target))
            if quote == "<":
                self.third_party(number, target)

    def third_party(self, number, target):
        for header, users in LIBRARIES:
            if re.match(header, target) and not re.fullmatch(users,
                                                             self.path):
                self.say(number, "libraries", "<%s> is for %s only" % (
                    target, users.replace("\\", "")))

    def widths(self):
        for number, line in enumerate(self.lines, 1):
            columns = len(line.expandtabs(8))
            if columns > WIDTH:
                self.say(number, "width", "%d columns" % columns)
            if line != line.rstrip():
                self.say(number, "blanks", "blanks at the end of the line")

    def lengths(self):
        if len(self.lines) - 1 > FILE_LINES:
            self.say(len(self.lines) - 1, "file-length", "%d lines" % (
                len(self.lines) - 1))
        start = 0
        for number, line in enumerate(self.code, 1):
            if line.rstrip() == "{":
                start = number
            elif line.startswith("}") and start:
                if number - start - 1 > FUNCTION_LINES:
                    self.say(start, "function-length", "a function of %d "
                             "lines" % (number - start - 1))
                start = 0

    def calls(self):
        for number, line in enumerate(self.code, 1):
            for match in BANNED_CALL.finditer(line):
                name = match.group(1)
                self.say(number, "banned", "%s(): use %s" % (name,
                                                              BANNED[name]))
            match = PRINTS.search(line)
            if match and not MAY_PRINT.match(self.path):
                self.say(number, "prints", "a library prints (%s)" %
                         match.group(1).rstrip("( "))

    def guard(self):
        if not self.path.endswith(".h"):
            return
        name = re.sub(r"\W", "_", self.path).upper()
        if "#ifndef " + name not in self.text:
            self.say(1, "guard", "wants the include guard " + name)


RULES = ["includes", "widths", "lengths", "calls", "guard"]
NAMES = ["layers", "libraries", "width", "blanks", "file-length",
         "function-length", "banned", "prints", "guard"]


def sources(root):
    for top in ("runner", "sandbox", "graders", "tests"):
        for folder, _, files in os.walk(os.path.join(root, top)):
            for name in sorted(files):
                if name.endswith((".c", ".h")):
                    yield os.path.join(folder, name)


def main():
    root = sys.argv[1] if len(sys.argv) > 1 else "."
    broken, n_files = set(), 0
    for file in sources(root):
        n_files += 1
        with open(file, encoding="utf-8", errors="replace") as stream:
            check = Check(os.path.relpath(file, root), stream.read())
        for rule in RULES:
            getattr(check, rule)()
        for line, rule, what in sorted(check.found):
            print("%s:%d: %s (%s)" % (check.path, line, what, rule))
            broken.add(rule)
    if not n_files:
        print("no C sources below %s" % root)
        broken = set(NAMES)
    print("%d passed, %d failed, 0 skipped" % (len(NAMES) - len(broken),
                                               len(broken)))
    return 1 if broken else 0


sys.exit(main())
