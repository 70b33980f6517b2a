"""The example of docs/method.md, to the last digit."""

from __future__ import annotations

from pathlib import Path

import pytest

from trainplan.plan.plan import load_plan
from trainplan.results.tables import Results, compute

PLAN = Path(__file__).parent / "plans" / "worked_example"
TABLE = [  # year, joiners, path, held before courses, need, classes, held, million VND
    (2011, 50, 0.52, 395.0, 139, 4, 520.1, 298),
    (2012, 50, 0.64, 509.095, 146, 4, 640.495, 312),
    (2013, 50, 0.76, 623.47025, 152, 4, 760.27025, 324),
    (2014, 50, 0.88, 737.2567375, 159, 4, 880.3567375, 338),
    (2015, 50, 1.00, 851.338900625, 149, 4, 985.438900625, 318),
]


@pytest.fixture(scope="module")
def results() -> Results:
    return compute(load_plan(PLAN))


@pytest.mark.parametrize("row", TABLE, ids=[str(row[0]) for row in TABLE])
def test_every_year_is_as_computed_by_hand(results: Results, row: tuple[float, ...]) -> None:
    year, joiners, path, before, need, classes, held, million = row
    people = results["workforce"].set_index("year").loc[year]
    enrolled = results["enrollment"].set_index("year").loc[year]
    gap = results["gap"].set_index("year").loc[year]
    assert people["joiners"] == pytest.approx(joiners, abs=1e-9)
    assert gap["target_path"] == pytest.approx(path, abs=1e-12)
    assert gap["reached"] - enrolled["completed"] == pytest.approx(before, abs=1e-9)
    assert (enrolled["needed"], enrolled["deliverable"], enrolled["funded"]) == (need, need, need)
    assert results["classes"].set_index("year").loc[year, "classes"] == classes
    assert gap["reached"] == pytest.approx(held, abs=1e-9)
    assert results["cost"].set_index("year").loc[year, "funded_vnd"] == million * 1_000_000


def test_the_verdict_names_completion(results: Results) -> None:
    verdict = results["verdicts"].iloc[0]
    assert (verdict["verdict"], verdict["binds"]) == ("missed", "completion")
    assert results["gap"].iloc[-1]["gap"] == pytest.approx(14.561099375, abs=1e-9)
    assert list(results["gap"]["met"]) == [None, None, None, None, False]


def test_nothing_is_committed_after_a_plan_of_short_courses(results: Results) -> None:
    assert results["commitments"].empty
