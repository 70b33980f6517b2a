"""The model and the independent reading agree on every plan, scenario and funding rule, in every result table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import reference
from trainplan.model.arrays import pairs_of
from trainplan.model.simulate import Run
from trainplan.plan.find import PROJECT, scenario_names
from trainplan.plan.plan import Plan, load_plan
from trainplan.results.tables import Results, compute

HERE = Path(__file__).parent
PLANS = [*sorted((HERE / "plans").glob("*/plan.yaml")), *sorted((PROJECT / "params").glob("*/plan.yaml"))]
CASES = [(path, scenario) for path in PLANS for scenario in ["base", *scenario_names(path)]]
COLUMNS = {
    "workforce": "year, group, headcount, joiners, leavers",
    "enrollment": "year, objective, program, needed, deliverable, funded, completed",
    "classes": "year, program, new_learners, learners, new_classes, classes",
    "cost": "year, program, source, required_vnd, funded_vnd",
    "budget": "year, source, ceiling_vnd, required_vnd, funded_vnd, lacking_vnd, over_vnd, unspent_vnd",
    "gap": "year, objective, group, base, target_path, target, asked, reached, coverage, gap, met",
    "verdicts": "objective, asked, target, due, reached, coverage, verdict, aim_met, gap, missing_money, "
    "missing_capacity, missing_completion, missing_past, missing_time, binds, best_reachable, latest_start",
    "commitments": "year, program, source, vnd",
    "lines": "year, objective, needed, deliverable, affordable",
}


def agree(found: pd.DataFrame, expected: list[dict[str, Any]], what: str) -> None:
    """Same rows in the same order; numbers within 1e-6, relative or absolute, everything else equal."""
    assert len(found) == len(expected), what
    for row, wanted in zip(found.to_dict("records"), expected, strict=True):
        for column, value in wanted.items():
            here, shown = f"{what} {column} {row}", row[column]
            if isinstance(value, float | int):
                assert shown == pytest.approx(value, rel=1e-6, abs=1e-6), here
            else:
                assert value == ("" if pd.isna(shown) else str(shown).lower() if isinstance(shown, bool) else shown), (
                    here
                )


def reading(plan: Plan, results: Results) -> dict[str, list[dict[str, Any]]]:
    """The tables of the reading under the plan's rule.

    The best plan's enrollment is taken as it was decided, with and without ceilings, and replayed: what holds a target
    back, and what is said to be needed, cannot be compared then.
    """
    tables = {name: [row.model_dump() for row in plan.tables[name]] for name in reference.KEYS}
    read = reference.Plan(plan.choices.model_dump() | {"as_of": None}, tables)
    if plan.allocation == "optimal":
        expected = reference.replay(read, *(people_sent(plan, run) for run in (results.run, results.requirement)))
        for row in expected["enrollment"]:
            del row["needed"], row["deliverable"]
    else:
        expected = reference.tables_of(read)
    due = {row.id: row.due for row in plan.tables.objectives}
    expected["verdicts"] = [row | {"due": due[row["objective"]]} for row in expected["verdicts"]]
    return expected


def people_sent(plan: Plan, run: Run) -> dict[tuple[int, str, str], int]:
    """The enrollment of a run by year, objective and program."""
    cells = [(year, *pair) for year in plan.years for pair in pairs_of(plan)]
    return dict(zip(cells, map(int, run.funded.ravel()), strict=True))


@pytest.mark.parametrize("rule", ["as it is", "all", "proportional", "priority", "optimal"])
@pytest.mark.parametrize(("path", "scenario"), CASES, ids=[f"{path.parent.name}-{name}" for path, name in CASES])
def test_model_and_reference_agree(path: Path, scenario: str, rule: str) -> None:
    plan = load_plan(path, scenario, None if rule == "as it is" else {"allocation": rule})
    results = compute(plan)
    for stem, columns in COLUMNS.items():
        assert list(results[stem].columns) == columns.split(", "), stem
    for stem, rows in reading(plan, results).items():
        agree(results[stem], rows, f"{path.parent.name}/{scenario}/{rule} {stem}")
