"""Runs side by side are the runs one by one: whatever limit is lifted, on any plan."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings

from strategies import plans, write_plan
from trainplan.model.arrays import Arrays, build_arrays
from trainplan.model.simulate import Run, simulate
from trainplan.plan.plan import load_plan
from trainplan.results.relaxed_runs import RELAXED, simulate_relaxed

ARRAYS = ("needed", "deliverable", "funded", "completed", "funded_vnd", "deliverable_vnd", "commitments_vnd", "reached")
SOUND = Path(__file__).parent / "broken" / "sound"


def one_by_one(plan: Arrays) -> list[Run]:
    """The same five runs, each on its own and by the rule `all` where money is unlimited."""
    free = replace(plan, allocation="all")
    wide = replace(free, capacity=np.full_like(plan.capacity, np.inf))
    passing = replace(wide, completion_rate=np.ones_like(plan.completion_rate))
    return [simulate(p) for p in (plan, free, wide, passing, replace(wide, pace=np.ones_like(plan.pace)))]


def assert_same(plan: Arrays) -> None:
    for together, alone in zip(simulate_relaxed(plan), one_by_one(plan), strict=True):
        for name in ARRAYS:
            assert np.array_equal(getattr(together, name), getattr(alone, name)), name
        assert all(np.array_equal(a, b) for a, b in zip(together.gap, alone.gap, strict=True))


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(drawn=plans())
def test_runs_side_by_side_are_the_runs_one_by_one(drawn) -> None:
    assume(drawn[1]["objectives"])
    with TemporaryDirectory() as folder:
        assert_same(build_arrays(load_plan(write_plan(Path(folder) / "plan", *drawn))))


@pytest.mark.parametrize("rule", ["all", "proportional", "priority"])
def test_of_the_plan_of_a_province(rule: str) -> None:
    assert_same(build_arrays(load_plan("an_giang_2011_2015", "base", {"allocation": rule})))


def test_a_replayed_enrollment_stays_the_plans_own() -> None:
    plan = build_arrays(load_plan(SOUND))
    nobody = np.zeros((plan.years, len(plan.objective), 1))
    relaxed = simulate_relaxed(plan, nobody)
    assert relaxed.as_planned.funded.sum() == 0 < relaxed.without_ceilings.funded.sum()
    assert np.array_equal(relaxed.without_ceilings.funded, one_by_one(plan)[1].funded)


def test_they_differ_in_what_they_say_they_do() -> None:
    plan = build_arrays(load_plan(SOUND))
    for name in RELAXED:
        assert getattr(plan, name).shape[-1] == 1, name
