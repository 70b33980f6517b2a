"""What is said of a target is true: in plans where exactly money, places, completion, time or pace binds."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from trainplan.plan.address import address_label, in_language, value_label
from trainplan.plan.plan import load_plan
from trainplan.plan.schema import TABLES
from trainplan.report.sentences import explain_verdicts, headline
from trainplan.report.tables import basis_register, changes
from trainplan.results.tables import Results, compute

WORKED = Path(__file__).parent / "plans" / "worked_example"
EVERYBODY = {"programs.course.completion_rate": 1}
CEILINGS = "year,source,ceiling_vnd,basis\n" + "".join(
    f"{y},total,250000000,assumption: tight\n" for y in range(2011, 2016)
)
CASES: dict[str, tuple[dict[str, Any], str, list[str]]] = {
    "met": ({**EVERYBODY, "objectives.qualified.target_low": 0.9, "ambition": "low"}, "", ["90% in 2015, met"]),
    "money": ({**EVERYBODY, "allocation": "priority"}, CEILINGS, ["for want of money; with enough of it, 100%"]),
    "capacity": (
        {**EVERYBODY, "programs.course.capacity": 90},
        "",
        ["for want of places (course)", "could reach 100%"],
    ),
    "completion": ({}, "", ["because 10% of the learners do not complete", "the plan reaches 98.5%"]),
    "time": (
        {**EVERYBODY, "programs.course.years": 2},
        "",
        ["newcomers of 2015 cannot finish a course of 2 years", "the last useful start is 2014"],
    ),
}


def result(tmp_path: Path, overrides: dict[str, Any], ceilings: str) -> Results:
    plan = Path(shutil.copytree(WORKED, tmp_path / "plan"))
    if ceilings:
        (plan / "ceilings.csv").write_text(ceilings, "utf-8")
    return compute(load_plan(plan, overrides=overrides))


@pytest.mark.parametrize("binds", CASES)
def test_exactly_what_stands_in_the_way_is_said(binds: str, tmp_path: Path) -> None:
    overrides, ceilings, words = CASES[binds]
    results = result(tmp_path, overrides, ceilings)
    assert results["verdicts"].loc[0, "binds"] == ("" if binds == "met" else binds)
    sentence = explain_verdicts(results, "en")[0]
    assert all(word in sentence for word in words), sentence
    assert "{" not in sentence + explain_verdicts(results, "vi")[0]


def test_the_best_that_is_named_is_what_all_effort_from_the_first_year_gives(tmp_path: Path) -> None:
    results = result(tmp_path, CASES["time"][0], "")
    soonest = compute(load_plan(WORKED, overrides={**CASES["time"][0], "pacing": "front"}))
    best = max(one["verdicts"].loc[0, "coverage"] for one in (soonest, results))
    assert results["verdicts"].loc[0, "best_reachable"] == best < 1
    assert f"{int(best * 1000) / 10:g}% is the most" in explain_verdicts(results, "en")[0]


def test_a_target_that_only_its_pace_misses_is_not_called_out_of_reach(tmp_path: Path) -> None:
    """Nobody is idle enough in the last year alone: all effort at the end fails where an early start would not."""
    overrides = {"objectives.qualified.target_low": 0.99, "ambition": "low", "pacing": "back"}
    results = result(tmp_path, overrides, "")
    row = results["verdicts"].loc[0]
    assert row["verdict"] != "met" and row["best_reachable"] >= 0.99
    sentence = explain_verdicts(results, "en")[0]
    assert "at the pace chosen" in sentence and "out of reach" not in sentence


def test_what_is_missed_never_looks_reached() -> None:
    for results in (compute(load_plan("an_giang_2011_2015", name)) for name in ("base", "requirement")):
        for sentence, row in zip(explain_verdicts(results, "en"), results["verdicts"].to_dict("records"), strict=True):
            if row["best_reachable"] < row["target"] == 1 and row["binds"] != "money":
                assert "100% is the most" not in sentence, sentence


def test_goals_without_a_number_are_counted_apart() -> None:
    results = compute(load_plan("an_giang_2011_2015", "requirement"))
    own = np.array([row.is_decided for row in results.plan.tables.objectives])
    met = (results["verdicts"]["verdict"] == "met").to_numpy()
    first, second = headline(results, "en")[:2]
    assert f"{(met & own).sum()} of {own.sum()} targets are met" in first
    assert f"Of the {(~own).sum()} goals" in second and f", {(met & ~own).sum()} reach" in second


def test_a_change_of_many_rows_is_one_line() -> None:
    plan = load_plan("an_giang_2011_2015", "costs_up")
    shown = changes(plan, "vi")
    assert len(shown) == 2 and len(plan.changes) == 2 * len(plan.tables.programs)
    assert list(shown["Mới"]) == ["× 1,2", "× 1,2"]


@pytest.mark.parametrize(
    ("reason", "vi", "en"),
    [
        ("luân chuyển / rotation", "luân chuyển", "rotation"),
        ("15 tỷ × 129.5 / 118.7 (CPI)", "15 tỷ × 129.5 / 118.7 (CPI)", "15 tỷ × 129.5 / 118.7 (CPI)"),
        ("một lý do", "một lý do", "một lý do"),
    ],
)
def test_a_reason_is_said_in_the_language_of_the_page(reason: str, vi: str, en: str) -> None:
    assert (in_language(reason, "vi"), in_language(reason, "en")) == (vi, en)


def test_addresses_and_values_are_said_in_words() -> None:
    plan = load_plan("an_giang_2011_2015")
    assert (
        address_label(plan, "ceilings.2012/total.ceiling_vnd", "vi")
        == "Hạn mức kinh phí · 2012, Tổng cộng: hạn mức (đồng)"
    )
    assert value_label(plan, "groups.leaders.leave_rate", 0.065, "vi") == "6,5%"
    assert value_label(plan, "objectives.postgraduate.target_low", 100.0, "en") == "100 people"
    assert value_label(plan, "objectives.rank_standard.target_low", 0.95, "en") == "95%"
    assert value_label(plan, "allocation", "proportional", "en") == "all cut alike"


def test_the_register_on_screen_leaves_out_no_row() -> None:
    plan = load_plan("an_giang_2011_2015")
    shown = basis_register(plan, "en")
    listed = sum(int(cell.split()[0]) if cell.endswith(" rows") else cell.count("; ") + 1 for cell in shown["Row"])
    rows = [row for name in TABLES for row in plan.tables[name] if hasattr(row, "basis")]
    bases = sum(1 + ("; assumed:" in row.basis) for row in rows)
    assert listed == bases
