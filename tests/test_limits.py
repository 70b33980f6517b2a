"""Runs side by side are the runs one by one: whatever limit is lifted, on any plan."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings

from strategies import plans, write_plan
from trainplan.model.arrays import Arrays, build_arrays
from trainplan.model.simulate import Run, simulate
from trainplan.optimize.best_plan import run_plan, weighted_shortfall
from trainplan.plan.plan import Plan, load_plan
from trainplan.results.relaxed_runs import lift_ceilings, simulate_relaxed

ARRAYS = ("needed", "deliverable", "funded", "completed", "funded_vnd", "commitments_vnd", "reached")
SOUND = Path(__file__).parent / "broken" / "sound"


def one_by_one(plan: Arrays, places: Arrays, passing: Arrays, opened: Arrays) -> list[Run]:
    """The six runs, each on its own, by the rule `all` where money is unlimited."""
    free = replace(plan, allocation="all")
    alone = [plan, *(replace(one, allocation="all") for one in (plan, places, passing, opened))]
    soonest = replace(free, capacity=places.capacity, pace=np.ones_like(plan.pace))
    return [simulate(one) for one in (*alone, soonest)]


def assert_same(drawn: Plan) -> None:
    """Whatever is lifted is lifted by changes of the plan here, by arrays there; facts of closed years stay in both."""
    plan = build_arrays(drawn)
    wide = replace(plan, capacity=np.full_like(plan.capacity, np.inf))
    everybody = replace(wide, completion_rate=np.ones_like(plan.completion_rate))
    tables = replace(drawn.tables, actuals=(), observations=(), programs=_without_limits(drawn))
    choices = drawn.choices.model_copy(update={"decided_from": drawn.first})
    opened = build_arrays(replace(drawn, tables=tables, choices=choices))
    for together, alone in zip(simulate_relaxed(plan), one_by_one(plan, wide, everybody, opened), strict=True):
        for name in ARRAYS:
            assert np.array_equal(getattr(together, name), getattr(alone, name)), name
        assert all(np.array_equal(a, b) for a, b in zip(together.gap, alone.gap, strict=True))


def _without_limits(plan: Plan) -> tuple[Any, ...]:
    """The programs, without capacities and with everybody passing."""
    return tuple(row.model_copy(update={"capacity": None, "completion_rate": 1.0}) for row in plan.tables.programs)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(drawn=plans())
def test_runs_side_by_side_are_the_runs_one_by_one(drawn) -> None:
    assume(drawn[1]["objectives"])
    with TemporaryDirectory() as folder:
        assert_same(load_plan(write_plan(Path(folder) / "plan", *drawn)))


@pytest.mark.parametrize("rule", ["all", "proportional", "priority"])
def test_of_the_plan_of_a_province(rule: str) -> None:
    assert_same(load_plan("an_giang_2011_2015", "base", {"allocation": rule}))


def test_a_rule_that_decides_all_years_at_once_decides_anew_without_each_limit() -> None:
    plan = build_arrays(load_plan(SOUND, overrides={"allocation": "optimal"}))
    relaxed = simulate_relaxed(plan)
    free = lift_ceilings(plan)
    assert np.array_equal(relaxed.as_planned.funded, run_plan(plan).funded)
    assert np.array_equal(relaxed.without_ceilings.funded, run_plan(free).funded)
    assert weighted_shortfall(free, relaxed.without_ceilings) <= weighted_shortfall(free, simulate(free))
    assert relaxed.past_open is relaxed.everybody_completes, "nothing is closed"
