"""A client that no server can hurt: each attack has its end, in bounds."""

import json
import os
import re
import resource
import subprocess
import sys

import pytest

from conftest import EXERCISES, PROGRAM, ROOT

SERVERS = ROOT / "tests/servers"
sys.path.insert(0, str(SERVERS))
from hostile import CASES, LIMITS, REDIRECTS  # noqa: E402

MEMORY_MAX = 64 << 20
SCRIPT = """GET {{base}}/%s
[Options]
max-time: 700ms
HTTP *
[Asserts]
jsonpath "$.x" == 1
jsonpath "$..*" count == 1
regex /(a+)+$/ == "x"
xpath "//a" count == 1
"""


@pytest.fixture(scope="module")
def servers():
    process = subprocess.Popen(
        [sys.executable, SERVERS / "hostile.py"], stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, text=True)
    yield ["http://127.0.0.1:" + port
           for port in process.stdout.readline().split()]
    process.stdin.close()
    process.wait(10)


def limit_memory():
    """Beyond this an allocation fails, and with it the program."""
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_MAX, MEMORY_MAX))


@pytest.fixture
def probe(servers, surroundings, tmp_path):
    def run(text, url=None):
        (tmp_path / "x.hurl").write_text(text)
        report = tmp_path / "report.json"
        process = subprocess.run(
            [PROGRAM, "probe", tmp_path / "x.hurl", "--url",
             url or servers[0], "--report", "json=%s" % report],
            env=surroundings, stdin=subprocess.DEVNULL, capture_output=True,
            timeout=30, preexec_fn=limit_memory)
        assert process.returncode in (0, 1), process.stderr
        text = report.read_text()
        assert "\x1b" not in text and "\u202e" not in text
        return json.loads(text)["criteria"][0]["checks"]
    return run


@pytest.mark.parametrize("case", sorted(set(CASES) - set(REDIRECTS)))
def test_an_attack_is_a_named_result_in_bounded_time_and_memory(probe, case):
    message = probe(SCRIPT % case)[0]["message"]
    if CASES[case][3]:
        assert "no whole answer: %s" % CASES[case][3] in message
    else:
        assert "no whole answer" not in message


@pytest.mark.parametrize("case", sorted(
    name for name, case in CASES.items() if case[3] == "http-limit(time)"))
def test_the_time_that_was_waited_is_said(probe, case):
    message = probe(SCRIPT % case)[0]["message"]
    assert re.search("no (whole )?answer within 0.7 s$", message), message


@pytest.mark.parametrize("case, why", [
    ("compression-bomb", "beyond the ceiling"),
    ("bomb-in-a-bomb", "beyond the ceiling"),
    ("nested-compression", "more codings than the ceiling"),
    ("no-gzip", "the body is not gzip"),
    ("unknown-coding", "is not known")])
def test_what_was_asked_for_is_only_decoded_within_bounds(probe, case, why):
    checks = probe((SCRIPT % case).replace("[Options]",
                                           "[Options]\ncompressed: true"))
    assert [c["status"] for c in checks] == ["fail"] * 4
    assert all(why in c["message"] for c in checks), checks


@pytest.mark.parametrize("script, status", [
    ("GET {{base}}/the-largest-body\nHTTP 200\n" * 10, "pass"),
    ("GET {{base}}/the-largest-body\n[Options]\nrepeat: 10\nHTTP 200\n",
     "pass"),
    ("GET {{base}}/the-largest-body\n[Options]\nretry: 10\n"
     "retry-interval: 1\nHTTP 201\n", "fail"),
    ("GET {{base}}/the-largest-body\nHTTP 200\n[Captures]\na: body\n" * 10,
     None),
    ('#! burst=20 expect="200:20"\nGET {{base}}/the-largest-body\nHTTP 200\n',
     "fail"),
    ("GET {{base}}/the-largest-hop\n[Options]\nlocation: true\nHTTP 200\n",
     "fail"),
    ("GET {{base}}/many-cookies\nHTTP 200\n" * 20, None),
], ids=["requests", "repeat", "retry", "captures", "burst", "redirects",
        "cookies"])
def test_many_of_the_largest_answers_take_no_more_memory_than_one(
        probe, script, status):
    checks = probe(script)
    assert checks and (status is None or
                       all(c["status"] == status for c in checks)), checks


COMPARED = """GET {{base}}/%s
HTTP 200
[Captures]
first: body
#! same-as=first%s
GET {{base}}/%s
HTTP 200
"""
ASKED = "GET {{base}}/%s\nHTTP 200\n[Asserts]\n%s\n"


@pytest.mark.parametrize("script, why", [
    (COMPARED % ("list-upwards", " any-order", "list-downwards"),
     "takes more steps to compare"),
    (COMPARED % ("names-upwards", "", "names-downwards"), None),
    (COMPARED % ("deep-objects", "", "deep-objects"), None),
    (COMPARED % ("deep-objects", " any-order", "deep-objects"), None),
    (ASKED % ("almost-matches",
              'jsonpath "$[?search(@, \'(a+)+$\')]" count == 0'),
     "takes longer"),
    (ASKED % ("almost-matches", "regex /((a+)+)[0-9]/ == \"x\""),
     "the regex took more than its limit"),
    (ASKED % ("almost-matches", "body replaceRegex /(a+)+[0-9]/ \"x\" == \"x\""),
     "the regex took more than its limit"),
    (ASKED % ("names-upwards", "jsonpath \"$[?@ > $['99998']]\" count == 0"),
     "takes longer"),
])
def test_no_answer_makes_a_comparison_take_for_ever(probe, script, why):
    last = probe(script)[-1]
    assert last["status"] == ("fail" if why else "pass"), last
    assert (why or "") in (last.get("message") or ""), last


ALL_LISTS = """
from flask import Flask, Response
app = Flask(__name__)


@app.route("/", defaults={"path": ""}, methods=["GET", "POST", "PUT", "DELETE"])
@app.route("/<path:path>", methods=["GET", "POST", "PUT", "DELETE"])
def everything(path):
    return Response("[" + "0," * 520000 + "0]",
                    content_type="application/json")
"""


@pytest.mark.parametrize("exercise", ["catalogue", "list"])
def test_an_app_that_answers_all_with_its_worst_costs_no_more(
        surroundings, tmp_path, exercise):
    """One such list is 16 MiB once it is read, and there are hundreds."""
    (tmp_path / "app.py").write_text(ALL_LISTS)
    process = subprocess.Popen(
        [PROGRAM, "grade", exercise, tmp_path, "--report", "json"],
        env=surroundings, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 1, process.stderr.read()
    assert used.ru_maxrss < 256 << 10


@pytest.mark.parametrize("case", sorted(
    name for name, case in LIMITS.items() if case[3] != "time"))
@pytest.mark.parametrize("mark", ["raw=whole", "framing"])
def test_the_bytes_of_an_answer_have_ceilings_too(probe, mark, case):
    """What an ordinary exchange names more precisely is all body here."""
    checks = probe("#! %s\n%s" % (mark, SCRIPT % case))
    assert "no whole answer: http-limit(" in checks[0]["message"], checks


def test_entities_within_entities_are_refused(probe):
    checks = probe("GET {{base}}/xml-entities\nHTTP 200\n[Asserts]\n"
                   "xpath \"//a\" count == 1\n")
    assert "declares entities" in checks[1]["message"]


@pytest.mark.parametrize("case", sorted(REDIRECTS))
def test_a_redirect_never_leads_away_or_on_for_ever(probe, case):
    checks = probe("GET {{base}}/%s\n[Options]\nlocation: true\nHTTP 200\n"
                   % case)
    assert REDIRECTS[case][1] in checks[0]["message"]


def test_an_answer_that_nobody_asked_for_answers_nothing(probe):
    """It came over the kept connection before the second request."""
    checks = probe('GET {{base}}/smuggle\nHTTP 200\n[Asserts]\n'
                   'jsonpath "$.n" == 1\n'
                   '#! burst=2 expect="200:2"\n'
                   'GET {{base}}/after-smuggling\nHTTP 200\n'
                   'GET {{base}}/after-smuggling\nHTTP 200\n[Asserts]\n'
                   'jsonpath "$.n" == 2\n')
    assert [c["status"] for c in checks] == ["pass"] * len(checks), checks


def test_an_answer_before_the_request_is_one(probe, servers):
    checks = probe('POST {{base}}/\n`hello`\nHTTP 200\n[Asserts]\n'
                   'jsonpath "$.early" == true\n', servers[1])
    assert [c["status"] for c in checks] == ["pass", "pass"], checks


def test_the_manual_lists_each_fault_and_each_has_its_attack():
    header = (ROOT / "runner/probe/http.h").read_text()
    known = {"http-%s(%s)" % (family.lower(), kind) for family, kind in
             re.findall(r'\bHTTP_(LIMIT|PROTOCOL)\("([a-z-]+)"\)', header)}
    manual = (EXERCISES / "FORMAT.md").read_text()
    listed = set(re.findall(r"^\| `(http-\w+\([a-z-]+\))`", manual, re.M))
    assert known == listed == {c[3] for c in CASES.values() if c[3]}
