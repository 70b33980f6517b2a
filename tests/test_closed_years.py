"""What happened in closed years counts as it happened: the example of docs/method.md with facts, by hand."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from trainplan.plan.plan import load_plan
from trainplan.report.sentences import explain_verdicts
from trainplan.results.tables import Results, compute

WORKED = Path(__file__).parent / "plans" / "worked_example"
ACTUALS = "year,objective,program,unit,enrolled,completed,spent_vnd,basis\n"


def with_facts(tmp_path: Path, actuals: str, observations: str = "", headcounts: str = "", **overrides: int) -> Results:
    plan = Path(shutil.copytree(WORKED, tmp_path / "plan"))
    (plan / "actuals.csv").write_text(ACTUALS + actuals, "utf-8")
    (plan / "observations.csv").write_text("year,objective,base,reached,basis\n" + observations, "utf-8")
    (plan / "headcounts.csv").write_text("group,year,headcount,basis\n" + headcounts, "utf-8")
    (plan / "units.csv").write_text("id,name_vi,name_en,bloc\na,A,A,state\nb,B,B,state\n", "utf-8")
    return compute(load_plan(plan, overrides={name.replace("__", "."): value for name, value in overrides.items()}))


def rows(results: Results, year: int) -> tuple[dict[str, float], dict[str, float], dict[str, float]]:
    """What is enrolled, held and paid in a year."""
    enrolled, gap = (results[stem].set_index("year").loc[year].to_dict() for stem in ("enrollment", "gap"))
    return enrolled, gap, results["budget"].query("source == 'total'").set_index("year").loc[year].to_dict()


def test_whoever_was_enrolled_is_and_what_was_needed_is_shown(tmp_path: Path) -> None:
    enrolled, gap, money = rows(with_facts(tmp_path, "2011,qualified,course,,100,,,assumption: a fact\n"), 2011)
    assert (enrolled["needed"], enrolled["deliverable"], enrolled["funded"]) == (139, 139, 100)
    assert (enrolled["completed"], gap["reached"]) == pytest.approx((90, 395 + 90))
    assert money["funded_vnd"] == money["required_vnd"] == 100 * 2e6 + 3 * 5e6
    assert money["lacking_vnd"] == 0


def test_what_passed_and_was_spent_takes_the_place_of_the_model(tmp_path: Path) -> None:
    units = "2011,qualified,course,a,60,55,120000000,assumption: a fact\n"
    units += "2011,qualified,course,b,40,40,80000000,assumption: a fact\n"
    results = with_facts(tmp_path, units)
    enrolled, gap, money = rows(results, 2011)
    assert (enrolled["funded"], enrolled["completed"], gap["reached"], money["funded_vnd"]) == (100, 95, 490, 200e6)
    assert rows(results, 2012)[0]["needed"] == 178, "(640 − 480.5) / 0.9"


def test_a_count_of_the_stock_goes_before_the_equations(tmp_path: Path) -> None:
    results = with_facts(
        tmp_path,
        "2011,qualified,course,,100,,,assumption: a fact\n",
        observations="2011,qualified,800,400,assumption: a survey\n",
    )
    assert rows(results, 2011)[1]["reached"] == 500
    assert rows(results, 2012)[0]["needed"] == 167, "(640 − 490) / 0.9"


def test_a_group_that_ends_leaves_and_needs_nothing(tmp_path: Path) -> None:
    results = with_facts(tmp_path, "", headcounts="officials,2013,900,assumption: x\nofficials,2014,0,assumption: x\n")
    people = results["workforce"].set_index("year")
    assert list(people["headcount"]) == [1000, 1000, 900, 0, 0]
    assert list(people["leavers"]) == pytest.approx([50, 50, 100, 900, 0])
    assert not people["joiners"].loc[2013:].any()
    assert not results["enrollment"].set_index("year")["needed"].loc[2014:].any()
    assert list(results["gap"].set_index("year")["coverage"].loc[2014:]) == [1, 1]


def test_years_in_which_nobody_was_sent_are_the_cause(tmp_path: Path) -> None:
    """A course of two years cannot help from the last year on."""
    results = with_facts(tmp_path, "", decided_from=2015, programs__course__years=2)
    row = results["verdicts"].iloc[0]
    assert row["binds"] == "past" and row["missing_past"] > row["missing_time"] > 0
    assert row["missing_money"] == row["missing_capacity"] == row["missing_completion"] == 0
    assert "past years" in explain_verdicts(results, "en")[0]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("2011,qualified,course,,100,101,,assumption: x\n", "more_than_were_sent"),
        ("2011,qualified,course,,0,,5000000,assumption: x\n", "money_without_learners"),
        ("2011,qualified,course,,100,100,5000000,assumption: x\n", ""),
    ],
)
def test_what_cannot_be_is_noted(tmp_path: Path, row: str, code: str) -> None:
    found = {note.code for note in with_facts(tmp_path, row).plan.notes}
    assert found & {"more_than_were_sent", "money_without_learners"} == ({code} if code else set())
