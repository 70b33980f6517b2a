"""The model and the independent reading agree on every plan, scenario and funding rule, in every result table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from reference import Reference, lines
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
    "cost": "year, program, source, deliverable_vnd, funded_vnd",
    "budget": "year, source, ceiling_vnd, deliverable_vnd, funded_vnd, shortfall_vnd",
    "gap": "year, objective, group, base, target_path, target, reached, coverage, gap, met",
    "verdicts": "objective, target, due, reached, coverage, verdict, binds, best_reachable, latest_start",
    "commitments": "year, program, source, vnd",
    "lines": "year, objective, needed, deliverable, affordable",
}


def agree(found: pd.DataFrame, expected: list[dict[str, Any]], what: str) -> None:
    """Same rows in the same order; numbers within 1e-6, relative or absolute, everything else equal."""
    assert len(found) == len(expected), what
    for row, wanted in zip(found.to_dict("records"), expected, strict=True):
        for column, value in wanted.items():
            here = f"{what} {column} {row}"
            if isinstance(value, float):
                assert row[column] == pytest.approx(value, rel=1e-6, abs=1e-6), here
            elif value is None:
                assert pd.isna(row[column]), here
            else:
                assert row[column] == value, here


def reading(plan: Plan, results: Results) -> Reference:
    """The reading of a plan under its rule; the best plan's enrollment is taken as it was decided, and replayed."""
    enrollment = results["enrollment"].set_index(["year", "objective", "program"])["funded"]
    reference = Reference(plan, planned=enrollment.to_dict() if plan.allocation == "optimal" else None)
    reference.tables["lines"] = lines(plan, reference)
    return reference


@pytest.mark.parametrize("rule", ["as it is", "all", "proportional", "priority", "optimal"])
@pytest.mark.parametrize(("path", "scenario"), CASES, ids=[f"{path.parent.name}-{name}" for path, name in CASES])
def test_model_and_reference_agree(path: Path, scenario: str, rule: str) -> None:
    plan = load_plan(path, scenario, None if rule == "as it is" else {"allocation": rule})
    results = compute(plan)
    reference = reading(plan, results)
    for stem, columns in COLUMNS.items():
        assert list(results[stem].columns) == columns.split(", "), stem
        agree(results[stem], reference.tables[stem], f"{path.parent.name}/{scenario}/{rule} {stem}")
