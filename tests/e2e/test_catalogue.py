"""The tour's exercise, graded as an interviewer would."""

import pytest

from conftest import EXERCISES

CATALOGUE = EXERCISES / "catalogue"
RIGHT_ANSWERS = sorted(path.name for path in CATALOGUE.glob("model*"))


@pytest.mark.parametrize("answer", RIGHT_ANSWERS)
def test_a_right_answer_in_any_style_keeps_all_points(grade, answer):
    result = grade("catalogue", CATALOGUE / answer, "--seed", 7)
    assert result.status == 0, result
    assert result.document["outcome"] == "passed"
    assert result.document["score"]["percent"] == 100
    assert result.lost() == []


def test_a_cold_start_gives_the_same_verdicts(grade):
    result = grade("catalogue", CATALOGUE / "model", "--seed", 7, "--cold")
    assert result.status == 0, result
    assert result.document["score"]["percent"] == 100


def test_the_starter_loads_and_stays_under_a_quarter(grade):
    result = grade("catalogue", CATALOGUE / "starter", "--seed", 7)
    assert result.status == 1, result
    assert result.document["score"]["percent"] < 25


def test_a_grade_asks_at_least_sixty_questions(grade):
    result = grade("catalogue", CATALOGUE / "model", "--seed", 7)
    requests = [e for e in result.transcript if e["kind"] == "request"]
    assert len(requests) >= 60


def test_losing_the_data_caps_the_result_at_forty_percent(grade, flawed):
    result = grade("catalogue", flawed("catalogue", "memory-store"))
    assert result.status == 1, result
    assert result.lost() == ["persistence"]
    assert result.document["score"]["percent"] == 40


def test_a_flaw_costs_only_its_criterion(grade, flawed):
    result = grade("catalogue", flawed("catalogue", "no-allow"))
    assert result.status == 1, result
    assert result.lost() == ["routing"]
    failed = [check for check in result.criterion("routing")["checks"]
              if check["status"] == "fail"]
    assert any("Allow" in check["title"] for check in failed), failed
