"""`fumehood probe`, and the manual's examples, each of them run."""

import html
import html.entities
import json
import re
import shutil
import subprocess
import sys

import pytest

from conftest import EXERCISES, ROOT

SERVERS = ROOT / "tests/servers"
MANUAL = EXERCISES / "FORMAT.md"
BLOCK = re.compile(r"^(`{3,})hurl\n(.*?)^\1$", re.M | re.S)


def examples():
    text = MANUAL.read_text()
    for match in BLOCK.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        yield pytest.param(match.group(2), id="line-%d" % line)


def files():
    """`name.json`: and the block below it."""
    return re.findall(r"`([\w.-]+\.json)`:\n\n```json\n(.*?)^```$",
                      MANUAL.read_text(), re.M | re.S)


@pytest.fixture(scope="module")
def server():
    process = subprocess.Popen(
        [sys.executable, SERVERS / "manual.py"], stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, text=True)
    yield "http://127.0.0.1:" + process.stdout.readline().strip()
    process.stdin.close()
    process.wait(10)


@pytest.fixture
def probe(fumehood, server, tmp_path):
    def run(text, *words, report="json", url=None):
        script = tmp_path / "x.hurl"
        script.write_text(text)
        return fumehood("probe", script, "--url", url or server, "--report",
                        report, *words)
    return run


def failures(document):
    return ["%s: %s" % (check["title"], check.get("message"))
            for criterion in document["criteria"]
            for check in criterion["checks"] if check["status"] != "pass"]


@pytest.mark.parametrize("text", list(examples()))
def test_each_example_of_the_manual_holds(probe, tmp_path, text):
    for name, content in files():
        (tmp_path / name).write_text(content)
    result = probe(text)
    assert result.status in (0, 1), result
    assert failures(result.document) == []
    assert result.status == 0


def test_every_operator_has_an_example_in_the_manual():
    shown = "\n".join(text for _, text in BLOCK.findall(MANUAL.read_text()))
    for source in ("query.c", "filter.c", "predicate.c"):
        code = (ROOT / "runner/expect" / source).read_text()
        names = re.findall(r'^\s*\{\s*"([^"]+)",\s*(?:QUERY|FILTER|PREDICATE)',
                           code, re.M)
        assert len(names) > 10, source
        missing = [name for name in names
                   if not re.search(r"(^|\s)%s(\s|$)" % re.escape(name),
                                    shown, re.M)]
        assert [m for m in missing if m not in ("format", "decode")] == []


def test_every_directive_has_an_example_in_the_manual():
    shown = "\n".join(line for _, text in BLOCK.findall(MANUAL.read_text())
                      for line in text.splitlines() if "#!" in line)
    code = (ROOT / "runner/expect/directive.c").read_text()
    names = re.findall(r'^\t\{"([a-z-]+)", KEY_', code, re.M)
    assert len(names) > 25 and len(files()) == 2
    assert [name for name in names
            if not re.search(r"[ !]%s(=| |$)" % name, shown, re.M)
            ] == ["restart"]


def test_the_manual_names_every_option_that_is_refused():
    code = (ROOT / "runner/expect/option.c").read_text()
    refused = [name for name, why in re.findall(
        r'^\t\{"([a-z0-9.-]+)", HURL_IGNORED, \w+,\s+([^}]*)\}', code, re.M)
        if why.strip() != "NULL"]
    shown = MANUAL.read_text().partition("### What is refused")[2]
    assert len(refused) > 15
    assert [name for name in refused if "`%s`" % name not in shown
            and name != "noproxy"] == []


def test_a_failed_check_ends_with_1_and_says_what_came(probe):
    result = probe('GET {{base}}/sample\nHTTP 200\n[Asserts]\n'
                   'jsonpath "$.id" == 8\njsonpath "$.name" isString\n')
    assert result.status == 1
    checks = result.document["criteria"][0]["checks"]
    assert [c["status"] for c in checks] == ["pass", "fail", "pass"]
    assert checks[1]["expected"] == "== integer 8"
    assert checks[1]["actual"] == "integer 7"


def test_asserts_are_judged_after_a_wrong_status(probe):
    result = probe('GET {{base}}/sample\nHTTP 404\n[Asserts]\n'
                   'jsonpath "$.id" == 7\n')
    checks = result.document["criteria"][0]["checks"]
    assert [c["status"] for c in checks] == ["fail", "pass"]


VALUES = """#! id=made title="one is made"
POST {{base}}/nowhere
{ "name": "{{rand_word}}" }
HTTP *
[Captures]
id: jsonpath "$.id"
[Asserts]
status == 201
jsonpath "$.name" == "{{rand_word}}"
jsonpath "$.count" == {{rand_int}}
body matches /[{{]a/

GET {{base}}/things/{{rand_int}}?again={{newUuid}}
HTTP *
[Asserts]
jsonpath "$.name" not == "{{rand_word}} & co"

GET {{base}}/things/{{rand_digits}}
HTTP 200
"""


def test_a_check_shows_the_values_of_its_run(probe):
    result = probe(VALUES, "--seed", "4")
    checks = result.document["criteria"][0]["checks"]
    word = re.search(r'"(\w{9})"', checks[1]["title"]).group(1)
    number = re.search(r"== (\d+)$", checks[2]["title"]).group(1)
    shown = [(c["title"], c.get("expected")) for c in checks]
    assert shown[:5] == [
        ("one is made: status == 201", "== integer 201"),
        ('one is made: jsonpath "$.name" == "%s"' % word,
         '== string "%s"' % word),
        ('one is made: jsonpath "$.count" == %s' % number,
         "== integer %s" % number),
        ("one is made: body matches /[{{]a/", "matches regex [{{]a"),
        # Nothing can be captured of a 404: that is told last.
        ("one is made: id can be captured", "a value"),
    ]
    # Another UUID than was sent would be a lie; the rest is told.
    assert shown[5][0] == ("GET /things/{{rand_int}}?again={{newUuid}}: "
                           'jsonpath "$.name" not == "%s & co"' % word)
    assert re.fullmatch(r"GET /things/\d{4}: the status is 200", shown[6][0])


def test_a_check_has_one_name_in_every_run(probe):
    runs = [probe(VALUES, "--seed", seed).document["criteria"][0]["checks"]
            for seed in "45"]
    titles, names = ([[c[key] for c in run] for run in runs]
                     for key in ("title", "name"))
    assert titles[0] != titles[1]
    assert names[0] == names[1]
    assert names[0][1] == 'one is made: jsonpath "$.name" == "{{rand_word}}"'
    for report in "junit", "tap", "tap14", "ctrf", "exercism":
        seen = [probe(VALUES, "--seed", seed, report=report).out
                for seed in "45"]
        for run, out in zip(runs, seen):
            assert "{{rand_word}}" in html.unescape(out), report
            # Evidence has the values, names have not.
            assert not re.search("name=[^>]*" + re.escape(
                html.escape(run[1]["title"])), out)


def test_what_got_no_answer_still_says_what_was_wanted(probe):
    text = VALUES.split("\n\n")[0].replace("/nowhere", "/close")
    result = probe(text + '\n{"a": "{{rand_word}}"}\n', "--seed", "4",
                   url="http://127.0.0.1:9")
    checks = result.document["criteria"][0]["checks"]
    assert [c["status"] for c in checks] == ["fail"] * 5
    assert checks[0]["expected"] == "== integer 201"
    assert re.fullmatch('== string "[a-z]{9}"', checks[1]["expected"])
    assert re.fullmatch('{"a": "[a-z]{9}"}', checks[4]["expected"])


def test_what_needs_a_failed_request_is_skipped(probe):
    result = probe('#! id=first\nGET {{base}}/sample\nHTTP 404\n'
                   '#! needs=first\nGET {{base}}/sample\nHTTP 200\n')
    checks = result.document["criteria"][0]["checks"]
    assert [c["status"] for c in checks] == ["fail", "skip"]


def test_a_capture_that_fails_skips_who_wanted_it(probe):
    result = probe('GET {{base}}/sample\nHTTP 200\n[Captures]\n'
                   'x: jsonpath "$.absent"\n'
                   'GET {{base}}/echo?x={{x}}\nHTTP 200\n')
    checks = result.document["criteria"][0]["checks"]
    assert [c["status"] for c in checks] == ["pass", "fail", "skip"]


INVALID = {
    "typo": ("GET {{base}}/\nHTTP 200\n[Asserts]\nstatus = 1\n",
             ":4:8: expecting a predicate; did you mean `==`?\n    4 | status = 1\n"
             "      |        ^\n"),
    "undefined": ("GET {{base}}/{{x}}\nHTTP 200\n",
                  ":1:16: the variable x is not defined"),
    "elsewhere": ("GET http://example.org/\nHTTP 200\n",
                  "is not of http://127.0.0.1"),
    "directive": ("#! pionts=1\nGET {{base}}/\n",
                  "did you mean `points`?"),
    "needs": ("#! needs=x\nGET {{base}}/\nHTTP 200\n",
              "no check above has this id"),
    "raw": ("#! raw=all\nGET {{base}}/\n", "whole, head or body"),
    "raw walk": ("#! framing walk=2\nGET {{base}}/\n", "one exchange"),
    "structured": ("GET {{base}}/\nHTTP 200\n[Asserts]\n"
                   "status == 200 #! structured=item\n",
                   ":4:15: `structured` is for the query header"),
}


@pytest.mark.parametrize("name", list(INVALID))
def test_an_invalid_script_ends_with_3_and_shows_where(probe, name):
    text, message = INVALID[name]
    result = probe(text)
    assert result.status == 3
    assert message in result.err


def test_nobody_listening_ends_with_4(probe):
    result = probe("GET {{base}}/\nHTTP 200\n", url="http://127.0.0.1:1")
    assert result.status == 4
    assert "nobody listens at http://127.0.0.1:1" in result.err
    check, = result.document["criteria"][0]["checks"]
    assert check["message"] == "no whole answer: refused: nobody listens"


def test_only_this_machine_is_probed(probe):
    for url in ("http://example.org:80", "http://127.0.0.1.evil:80",
                "https://127.0.0.1:80", "http://127.0.0.1:80/x"):
        assert probe("GET {{base}}/\nHTTP 200\n", url=url).status == 2


def test_dry_run_only_compiles(probe):
    assert probe("GET {{base}}/\nHTTP 200\n", "--dry-run",
                 url="http://127.0.0.1:1").status == 0


def test_a_seed_draws_the_same_values_again(probe):
    text = "GET {{base}}/echo?w={{rand_word}}\nHTTP 200\n[Asserts]\n" \
           'jsonpath "$.query" == "x"\n'

    def drawn(seed):
        result = probe(text, "--seed", seed)
        return result.document["criteria"][0]["checks"][1]["actual"]

    assert drawn(1) == drawn(1) != drawn(2)


def test_a_schema_and_a_table_are_read_beside_the_script(probe, tmp_path):
    (tmp_path / "schema.json").write_text(json.dumps(
        {"type": "object", "required": ["query", "absent"]}))
    (tmp_path / "rows.json").write_text('[{"n": 1}, {"n": 2}]')
    result = probe('#! repeat="rows.json" schema="schema.json"\n'
                   'GET {{base}}/echo?n={{n}}\nHTTP 200\n[Asserts]\n'
                   'jsonpath "$.query" == "n={{n}}"\n')
    checks = result.document["criteria"][0]["checks"]
    assert [c["status"] for c in checks] == ["pass", "pass", "fail"] * 2
    assert "absent" in checks[2]["message"]


@pytest.mark.parametrize("exercise", sorted(
    path.parent.name for path in EXERCISES.glob("*/exercise.json")))
def test_every_exercise_passes_lint(fumehood, exercise):
    result = fumehood("lint", exercise)
    assert result.status == 0, result


def test_lint_shows_each_mistake_with_its_line(fumehood, tmp_path):
    folder = tmp_path / "catalogue"
    shutil.copytree(EXERCISES / "catalogue", folder)
    for name in ("10-create", "20-replace"):
        script = folder / "probes" / (name + ".hurl")
        script.write_text(script.read_text().replace("status ==", "stat ==",
                                                     1))
    result = fumehood("lint", folder)
    assert result.status == 3
    assert result.out.count("expecting a query") == 2
    assert "      | ^" in result.out


def test_every_reference_of_html_is_read_as_python_reads_it(probe, tmp_path):
    text = "\n".join(["&%s|" % name for name in html.entities.html5] + [
        "&#%s|" % n for n in ("0", "38", "38;", "x26;", "X26", "128", "x81",
                              "11", "12", "13", "127", "55296", "1114111",
                              "1114112", "99999999999999999999", "x", "")] +
        ["&notit;", "&not", "&amp", "&ampere", "&;", "&", "& amp;", "&&lt;",
         "&CounterClockwiseContourIntegral;", "&nothingatall;", "&a<b;"])
    (tmp_path / "in.txt").write_bytes(text.encode())
    (tmp_path / "want.txt").write_bytes(html.unescape(text).encode())
    result = probe('POST {{base}}/echo\nfile,in.txt;\nHTTP 200\n[Asserts]\n'
                   'jsonpath "$.body" htmlUnescape utf8Encode =='
                   ' file,want.txt;\n')
    assert result.status == 0, failures(result.document)


@pytest.mark.parametrize("use", [
    "[Asserts]\nduration < 10000\n",
    "[Captures]\ntook: duration\n[Asserts]\nvariable \"took\" < 10000\n"])
def test_lint_refuses_points_on_a_duration(fumehood, tmp_path, use):
    folder = tmp_path / "catalogue"
    shutil.copytree(EXERCISES / "catalogue", folder)
    with open(folder / "probes/10-create.hurl", "a") as script:
        script.write("\nGET {{base}}/products\nHTTP *\n" + use)
    result = fumehood("lint", folder)
    assert result.status == 3
    assert "no points may depend on a duration" in result.out
    assert "1 problem\n" in result.out


def test_lint_finds_a_variable_that_nothing_defines(fumehood, tmp_path):
    folder = tmp_path / "catalogue"
    shutil.copytree(EXERCISES / "catalogue", folder)
    with open(folder / "probes/10-create.hurl", "a") as script:
        script.write("\nGET {{base}}/products/{{ide}}\nHTTP *\n")
    result = fumehood("lint", folder)
    assert result.status == 3
    assert "nothing above defines the variable ide" in result.out
    assert "1 problem\n" in result.out


def test_a_graders_option_is_shown_where_it_is_wrong(fumehood, tmp_path):
    folder = tmp_path / "list"
    shutil.copytree(EXERCISES / "list", folder)
    manifest = (folder / "exercise.json").read_text().replace(
        '"rows": 3', '"rwos": 3')
    (folder / "exercise.json").write_text(manifest)
    line = manifest[:manifest.index("rwos")].count("\n") + 1
    result = fumehood("lint", folder)
    assert result.status == 3
    assert f"exercise.json:{line}: criterion `numbers`: " in result.out
    assert 'did you mean "rows"?' in result.out
