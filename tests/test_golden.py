"""The results of every plan, as small rounded tables that a review can read; `--renew` writes them anew."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from trainplan.plan.find import PROJECT, scenario_names
from trainplan.plan.plan import load_plan
from trainplan.results.compare import compare
from trainplan.results.tables import Results, compute

GOLDEN = Path(__file__).parent / "golden"
PLANS = sorted(path.parent for path in (PROJECT / "params").glob("*/plan.yaml"))
CASES = [(plan.name, scenario) for plan in PLANS for scenario in ["base", *scenario_names(plan / "plan.yaml")]]


def summary(results: Results) -> str:
    """Verdicts, money and people of a scenario in some thirty lines."""
    verdicts = results["verdicts"].round(4)
    budget = results["budget"].query("source == 'total'").drop(columns="source")
    money = (budget.set_index("year") / 1e6).round(1)
    people = results["enrollment"].groupby("year")[["needed", "deliverable", "funded", "completed"]].sum().round(1)
    totals = compare([results]).totals.round(0)
    parts = [verdicts, money.reset_index(), people.reset_index(), totals]
    return "\n".join(part.to_csv(index=False, lineterminator="\n") for part in parts)


@pytest.mark.parametrize(("plan", "scenario"), CASES)
def test_results_are_as_reviewed(plan: str, scenario: str, request: pytest.FixtureRequest) -> None:
    found, path = summary(compute(load_plan(plan, scenario))), GOLDEN / plan / f"{scenario}.csv"
    if request.config.getoption("--renew"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(found, "utf-8", newline="\n")
    assert path.exists(), "no golden table; pytest --renew tests/test_golden.py writes one"
    assert found == path.read_text("utf-8")


def test_no_golden_table_is_left_over() -> None:
    kept = {(path.parent.name, path.stem) for path in GOLDEN.glob("*/*.csv")}
    assert kept <= set(CASES)


def test_reordering_rows_changes_only_the_order(tmp_path: Path) -> None:
    """Coverage of every objective in An Giang, its tables turned upside down (method.md, 11: nothing but ties)."""
    import shutil

    source = load_plan("an_giang_2011_2015")
    shutil.copytree(source.path.parent, tmp_path / "params" / "copy")
    folder = source.data_file("groups.csv").parent
    data = Path(shutil.copytree(folder, tmp_path / "data" / folder.name))
    for path in data.glob("*.csv"):
        table = pd.read_csv(path, dtype=str, keep_default_na=False)
        table.iloc[::-1].to_csv(path, index=False, lineterminator="\n")
    key = ["year", "objective"]
    rule = {"allocation": "proportional"}  # by priority the order of the table decides ties, and much money with them
    plans = (load_plan(path, overrides=rule) for path in ("an_giang_2011_2015", tmp_path / "params" / "copy"))
    one, other = (compute(plan)["gap"].set_index(key)["reached"] for plan in plans)
    difference = (one - other.loc[one.index]).abs()
    assert difference.max() <= 3, "more than ties can move"
