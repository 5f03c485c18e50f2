"""Hurl's own scripts, played against a server that answers them.

The suite's folder is $FUMEHOOD_CONFORMANCE, by default ../shared/conformance.
A script must end in the same class as in Hurl: held (0), a check failed (1),
could not run or is invalid (3); what is left out is named with its reason.
"""

import os
import pathlib
import shutil
import subprocess
import sys

import pytest

from conftest import ROOT

SUITE = pathlib.Path(os.environ.get("FUMEHOOD_CONFORMANCE") or
                     ROOT.parent / "shared/conformance") / "hurl"
VARIABLES = {"name": "Bob", "filename": "data.bin"}
# variables.hurl is run with these.
TYPED = {"name": "Jennifer", "age": "30", "height": "1.70",
         "female": "true", "my-id": '"123"', "a_null": "null",
         "galaxy": "Milky Way", "big_int": "9223372036854775808"}

# Not playable, and why.
REFUSED = {
    "http_version_option": "https: asks google.com",
    "ip_query": "https: asks google.com",
    "connect_to_option": "one server, reached directly",
    "options_template": "resolve: one server, reached directly",
    "output_option": "scripts write no files",
    "output_unauthorized": "scripts write no files",
    "repeat_option": "output: scripts write no files",
    "resolve_option": "one server, reached directly",
}
OUTSIDE = {
    "limit_rate_option": "wants 15 seconds for a body of 30 MB",
    "get_large": "a body of 512 MiB is beyond the ceiling",
    "secret_args": "an option of Hurl's command line",
    "format": "formatting of scripts",
}
# Another class than in Hurl, on purpose.
DIFFERS = {
    "filter_in_capture": "a failed capture is a failed check",
    "assert_query_invalid_regex": "an invalid regex is the author's error",
    "invalid_jsonpath": "an invalid JSONPath is the author's error",
}
# Files that the scripts name and the suite lacks.
FILES = {
    "tests_ok/hello/data.txt": "Hello World!",
    "tests_ok/multipart/data.txt": "Hello World!",
    "tests_ok/multipart/data.html": "<div>Hello <b>World</b>!</div>",
    "tests_ok/post/data.bin": "x", "tests_ok/post/post_file_with space": "x",
    "tests_ok/post/post_large.bin": b"\0" * (15 << 20),
    "tests_failed/data.txt": "Hello World!",
    "tests_ok/compressed/hello.txt": "Hello World!",
    "tests_ok/compressed/cat.jpg": b"\xff\xd8\xff\xe0 picture",
}
CLASSES = {0: "held", 4: "check failed", 3: "could not run", 2: "invalid",
           1: "could not run"}
OURS = {0: "held", 1: "check failed", 3: "could not run"}


def scripts():
    for folder in ("tests_ok", "tests_ok_not_linted", "tests_failed"):
        yield from sorted((SUITE / folder).rglob("*.hurl"))


def needs_suite():
    if SUITE.is_dir():
        return
    assert not os.environ.get("CI"), "the Hurl suite is missing"
    pytest.skip("80 Hurl scripts: no folder %s" % SUITE)


def expected(path):
    code = path.with_suffix(".exit")
    return CLASSES[int(code.read_text()) if code.exists() else 0]


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """The suite, copied and bent to the server's port."""
    needs_suite()
    process = subprocess.Popen(
        [sys.executable, ROOT / "tests/servers/hurl.py", SUITE],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    port = process.stdout.readline().strip()
    copy = tmp_path_factory.mktemp("hurl") / "suite"
    shutil.copytree(SUITE, copy)
    subprocess.run(["chmod", "-R", "u+w", copy], check=True)
    for name, text in FILES.items():
        (copy / name).write_bytes(text.encode() if isinstance(text, str)
                                  else text)
    for path in copy.rglob("*.hurl"):
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError:
            continue
        path.write_text(text.replace(":8000", ":" + port), "utf-8")
    yield copy, "http://localhost:" + port
    process.stdin.close()
    process.wait(10)


def play(fumehood, served, path):
    copy, url = served
    variables = dict(TYPED if path.stem == "variables" else VARIABLES)
    words = [word for pair in variables.items()
             for word in ("--variable", "%s=%s" % pair)]
    return fumehood("probe", copy / path.relative_to(SUITE), "--url", url,
                    "--stop", "--report", "tap", *words)


def test_scripts_end_in_the_same_class_as_in_hurl(fumehood, served):
    good, wrong, played = 0, [], 0
    for path in scripts():
        if path.stem in OUTSIDE:
            continue
        result = play(fumehood, served, path)
        if path.stem in REFUSED:
            assert result.status == 3 and "not supported" in result.err, path
            continue
        played += 1
        same = OURS.get(result.status) == expected(path)
        good += same
        if not same and path.stem not in DIFFERS:
            wrong.append("%s: %s, not %s\n%s%s" % (
                path.name, OURS.get(result.status), expected(path),
                result.err, "\n".join(line for line in
                                      result.out.splitlines()
                                      if line.startswith("not ok"))))
    print("conformance hurl scripts played: %d of %d in the same class"
          % (good, played))
    assert not wrong, "\n".join(wrong)
    assert good + len(DIFFERS) == played
    assert good >= 0.95 * played
