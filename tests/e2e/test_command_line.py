"""The command line before any grading: verbs, options, help, statuses."""

import os
import subprocess

import pytest

from conftest import PROGRAM


def verbs(fumehood):
    lines = fumehood("help").out.split("Verbs:\n")[1].splitlines()
    return [line.split()[0] for line in lines
            if line.startswith("  ") and line[2] != " "]


def test_help_goes_to_stdout_and_succeeds(fumehood):
    for words in (["help"], ["--help"], ["-h"]):
        result = fumehood(*words)
        assert result.status == 0
        assert result.out.startswith("usage: fumehood VERB")
        assert result.err == ""


def test_no_verb_is_a_usage_error_with_help_on_stderr(fumehood):
    result = fumehood()
    assert result.status == 2
    assert result.out == ""
    assert "usage: fumehood VERB" in result.err


def test_every_verb_explains_itself_in_79_columns(fumehood):
    names = verbs(fumehood)
    assert {"grade", "box", "list", "show", "doctor", "help"} <= set(names)
    for name in names:
        result = fumehood(name, "--help")
        assert result.status == 0, result
        assert result.out.startswith("usage: fumehood %s" % name)
        assert result.out == fumehood("help", name).out
        assert max(map(len, result.out.splitlines())) <= 79, name


def test_version_is_one_line(fumehood):
    result = fumehood("--version")
    assert result.status == 0
    assert result.out.startswith("fumehood ")
    assert result.out.count("\n") == 1


@pytest.mark.parametrize("words, says", [
    (["grde"], "did you mean 'grade'"),
    (["lst"], "did you mean 'list'"),
    (["frobnicate"], "there is no verb 'frobnicate'"),
    (["help", "frobnicate"], "there is no verb"),
    (["grade"], "wants EXERCISE SUBMISSION"),
    (["grade", "a", "b", "--sed", "1"], "did you mean --seed"),
    (["grade", "a", "b", "--seed", "x"], "a whole number"),
    (["grade", "a", "b", "--isolation", "none"], "full|reduced"),
    (["list", "extra"], "has no use for 'extra'"),
    (["gr\x1b[31made"], "gr\\x1b[31made"),
])
def test_a_wrong_word_is_a_usage_error(fumehood, words, says):
    result = fumehood(*words)
    assert result.status == 2
    assert says in result.err
    assert "Try 'fumehood help" in result.err
    assert result.out == ""
    assert "\x1b" not in result.err


def test_output_that_cannot_be_written_is_no_success(surroundings):
    with open("/dev/full", "w") as full:
        process = subprocess.run([PROGRAM, "help"], stdout=full,
                                 stderr=subprocess.PIPE, env=surroundings)
    assert process.returncode == 6
    assert b"standard output" in process.stderr


def test_a_reader_that_goes_away_does_not_kill_with_a_signal(surroundings):
    reader, writer = os.pipe()
    os.close(reader)
    process = subprocess.run([PROGRAM, "help"], stdout=writer,
                             stderr=subprocess.PIPE, env=surroundings)
    os.close(writer)
    assert process.returncode == 6
    assert process.stderr == b"", "it knows that it went away"
