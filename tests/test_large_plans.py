"""Plans and scenarios as large as they may be: what is computed stays within bounds that are counted, and said."""

from __future__ import annotations

import cProfile
import pstats
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from making import PROVINCE
from trainplan.analysis.attribution import COST, FEWEST, ORDERS, attribute, changes_by_address, orders_within
from trainplan.analysis.goal_seek import check_extent
from trainplan.cli import main
from trainplan.model.arrays import build_arrays
from trainplan.model.from_plan import MODEL_TABLES, NUMBERS
from trainplan.optimize import search
from trainplan.optimize.best_plan import Optimum, weighted_shortfall
from trainplan.plan import checks
from trainplan.plan.choices import ALLOCATION_RULES
from trainplan.plan.plan import Plan, load_plan
from trainplan.plan.schema import TABLES
from trainplan.results.tables import compute
from trainplan.text.problems import PlanError

PLANS = Path(__file__).parent / "plans"
OPTIMAL = {"allocation": "optimal"}


def calls(function: Callable[[], Any], name: str) -> tuple[Any, int]:
    """What a function gives, and how often the function `name` was called meanwhile."""
    profile = cProfile.Profile()
    found = profile.runcall(function)
    stats: dict[tuple[str, int, str], Any] = pstats.Stats(profile).stats  # type: ignore[attr-defined]
    return found, sum(numbers[0] for (_, _, called), numbers in stats.items() if called == name)


def decide_anew(plan: Plan) -> Optimum:
    """The best plan, also where this process has found it before."""
    best: Optimum = ALLOCATION_RULES[plan.allocation].decide(build_arrays(plan))
    return best


def with_years(years: int) -> Plan:
    """A small plan of so many years, all of them with the prices and ceilings of the last."""
    plan = load_plan(PLANS / "one_year", overrides=OPTIMAL)
    last = plan.first + years - 1
    more: dict[str, Any] = {"choices": plan.choices.model_copy(update={"last": last})}
    rows = {}
    for name in ("prices", "ceilings"):
        own = plan.tables[name]
        known = max(row.year for row in own)
        made = [
            row.model_copy(update={"year": year})
            for row in own
            if row.year == known
            for year in range(known + 1, last + 5)
            if name == "prices" or year <= last
        ]
        rows[name] = (*own, *made)
    return replace(plan, tables=replace(plan.tables, **rows), **more)


def test_a_hundred_years_stop_the_search_by_its_own_count() -> None:
    plan = with_years(100)
    best, solved = calls(lambda: decide_anew(plan), "solve_integer")
    assert len(plan.years) == 100 and solved < 200  # a hundred years take three hundred searches
    assert best.bound <= best.weighted_shortfall + 1e-9
    by_rules = [compute(replace(plan, choices=plan.choices.model_copy(update={"allocation": "priority"})))]
    assert best.weighted_shortfall <= weighted_shortfall(by_rules[0].arrays, by_rules[0].run) + 1e-9
    assert np.array_equal(decide_anew(plan).enrollment, best.enrollment)


def test_a_search_of_few_years_is_not_stopped() -> None:
    _, solved = calls(lambda: decide_anew(load_plan(PROVINCE, "base", OPTIMAL)), "solve_integer")
    assert solved == 14 and search.WORK > 0  # five years, five again, four pairs of years


def test_the_plans_of_the_project_are_far_below_the_size_of_a_best_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "MOST_PAID_AT_ONCE", checks.MOST_PAID_AT_ONCE // 8)
    for folder in [PROVINCE, "an_giang_illustration", *PLANS.iterdir()]:
        load_plan(folder, overrides=OPTIMAL)


def test_a_plan_too_large_for_the_best_plan_is_refused_in_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = Path(shutil.copytree(PLANS / "one_year", tmp_path / "plan"))
    text = (plan / "plan.yaml").read_text("utf-8")
    (plan / "plan.yaml").write_text(text.replace("proportional", "optimal"), "utf-8")
    monkeypatch.setattr(checks, "MOST_PAID_AT_ONCE", 8)  # five routes, three of which two sources pay, in one year
    assert main(["check", str(plan)]) == 0
    monkeypatch.setattr(checks, "MOST_PAID_AT_ONCE", 7)
    capsys.readouterr()
    for command in (["check", str(plan)], ["tables", str(plan), "--output", str(tmp_path / "out")]):
        assert main(command) == 2
        said = capsys.readouterr().err
        assert "allocation: 'optimal'" in said and not (tmp_path / "out").exists()
        assert "are 8 and at most 7. Choose one of the rules proportional, priority" in said
    with pytest.raises(PlanError, match="at most 7"):  # a rule that a scenario chooses
        load_plan(PLANS / "one_year", overrides=OPTIMAL)


def test_facts_of_closed_years_are_draws_of_one_plan() -> None:
    base, other = load_plan(PROVINCE), load_plan(PROVINCE, "late_start")
    parts, built = calls(lambda: attribute(base, other), "build_arrays")
    assert parts["change"].nunique() == 25 and built == 1


def test_what_the_model_does_not_read_has_no_part_and_makes_no_plan() -> None:
    base = load_plan(PROVINCE)
    keys = [f"{row.unit}/{row.group}" for row in base.tables.unit_headcounts[:40]]
    changes = {f"unit_headcounts.{key}.headcount": {"add": -1} for key in keys}
    other = load_plan(PROVINCE, overrides=changes)
    parts, built = calls(lambda: attribute(base, other), "build_arrays")
    assert parts["change"].nunique() == 40 and not parts["part"].any() and built == 1


def test_the_model_reads_the_tables_that_are_named() -> None:
    plan = load_plan(PROVINCE)
    others = {name: () for name in TABLES if name not in MODEL_TABLES}
    bare, whole = (build_arrays(one) for one in (replace(plan, tables=replace(plan.tables, **others)), plan))
    for name in NUMBERS:
        assert np.array_equal(getattr(bare, name), getattr(whole, name), equal_nan=True), name


def test_of_many_changes_that_make_plans_fewer_orders_are_drawn() -> None:
    base = load_plan(PROVINCE)
    other = load_plan(PROVINCE, overrides={f"objectives.{row.id}.priority": 7 for row in base.tables.objectives})
    groups = list(changes_by_address(base, other).values())
    orders = orders_within(base, groups)
    assert FEWEST <= orders < ORDERS
    parts = attribute(base, other)
    before, after = (compute(plan).funded_vnd for plan in (base, other))
    assert parts.loc[parts["result"] == COST, "part"].sum() == pytest.approx(after - before)
    assert attribute(base, other).equals(parts)
    assert 0 < orders_within(base, groups * 100) < FEWEST  # then there are no parts


@pytest.mark.parametrize("rule", ["priority", "optimal"])
def test_the_goal_of_a_province_is_not_refused(rule: str) -> None:
    check_extent(load_plan(PROVINCE, overrides={"allocation": rule}))


def test_a_goal_that_is_too_large_is_refused_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(PlanError) as refused:
        check_extent(with_years(100))
    assert [problem.code for problem in refused.value.problems] == ["goal_too_large", "goal_too_long"]
    assert "25" in str(refused.value) and "100000" in str(refused.value)
    plan = tmp_path / "plan"
    plan.mkdir()
    for path in (PLANS / "worked_example").glob("*.*"):
        (plan / path.name).write_bytes(path.read_bytes())
    text = (plan / "plan.yaml").read_text("utf-8")
    (plan / "plan.yaml").write_text(text.replace("last: 2015", "last: 2040"), "utf-8")
    prices = (plan / "prices.csv").read_text("utf-8").splitlines()
    head = prices[0].split(",")
    row = dict(zip(head, prices[-1].split(","), strict=True))
    more = [",".join({**row, "year": str(year)}.values()) for year in range(2016, 2045)]
    (plan / "prices.csv").write_text("\n".join([*prices, *more]) + "\n", "utf-8")
    assert main(["goal", str(plan), "--output", str(tmp_path / "out")]) == 2
    assert "--notebook 06" in capsys.readouterr().err and not (tmp_path / "out").exists()
