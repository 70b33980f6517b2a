"""A sample and a single run are the same code: each draw of a sample gives what a run of that draw alone gives."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from functools import cached_property
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from strategies import Tables, plans, write_plan
from trainplan.model.arrays import build_arrays
from trainplan.model.draws import parts_of, simulate_draws
from trainplan.model.simulate import Run, simulate
from trainplan.plan.address import record_key
from trainplan.plan.plan import load_plan

SOUND = Path(__file__).parent / "broken" / "sound"
ILLUSTRATION = "an_giang_illustration"
DRAWS = 40
COMPARED = [name for name, kind in vars(Run).items() if isinstance(kind, cached_property) and name != "gap"]


def sample() -> dict[str, np.ndarray]:
    """Draws for a cell of nearly every table."""
    rng = np.random.default_rng(7)
    return {
        "groups.officials.leave_rate": rng.uniform(0.02, 0.2, DRAWS),
        "groups.leaders.growth": rng.uniform(-0.2, 0.1, DRAWS),
        "turnover.delegates/2021.leave_rate": rng.uniform(0, 1, DRAWS),
        "objectives.degree.target_low": rng.uniform(0.1, 0.9, DRAWS),
        "programs.college.completion_rate": rng.uniform(0.5, 1, DRAWS),
        "programs.college.class_size": rng.uniform(10, 60, DRAWS),
        "pipeline.degree/college/2020.learners": rng.uniform(0, 60, DRAWS),
        "ceilings.2022/total.ceiling_vnd": rng.uniform(1e8, 2e9, DRAWS),
        "prices.cpi/2023.value": rng.uniform(90, 200, DRAWS),
    }


@pytest.mark.parametrize("rule", ["all", "proportional", "priority"])
def test_every_draw_is_a_run_of_its_own(rule: str) -> None:
    plan, drawn = load_plan(SOUND, overrides={"allocation": rule}), sample()
    together = simulate(build_arrays(plan, drawn))
    for draw in range(DRAWS):
        alone = simulate(build_arrays(plan, {address: values[[draw]] for address, values in drawn.items()}))
        for name in COMPARED:
            many, one = getattr(together, name), getattr(alone, name)
            many = np.broadcast_to(many, (*many.shape[:-1], DRAWS))
            assert np.array_equal(many[..., draw], one[..., 0]), (name, draw)


@pytest.mark.parametrize("address", sample())
@pytest.mark.parametrize("replayed", [True, False])
def test_a_cell_drawn_alone_gives_runs_of_their_own(address: str, replayed: bool) -> None:
    """Whatever it moves: with an enrollment decided beforehand a ceiling moves nobody, and only money is drawn."""
    plan, values = load_plan(SOUND), sample()[address][:3]
    planned = simulate(build_arrays(plan)).funded if replayed else None
    together = simulate(build_arrays(plan, {address: values}), planned)
    for draw, value in enumerate(values):
        alone = simulate(build_arrays(plan, {address: np.array([value])}), planned)
        for name in [*COMPARED, "met_when_due"]:
            many, one = getattr(together, name), getattr(alone, name)
            assert np.array_equal(np.broadcast_to(many, (*many.shape[:-1], 3))[..., draw], one[..., 0]), (name, draw)


def test_a_drawn_value_is_the_value_that_an_override_sets() -> None:
    address, value = "programs.college.completion_rate", 0.61
    drawn = simulate(build_arrays(load_plan(SOUND), {address: np.array([value])}))
    set_so = simulate(build_arrays(load_plan(SOUND, overrides={address: value})))
    assert np.array_equal(drawn.gap.reached, set_so.gap.reached)


@pytest.mark.parametrize(
    "column", ["actuals.enrolled", "actuals.completed", "actuals.spent_vnd", "observations.reached"]
)
def test_a_drawn_fact_is_the_fact_that_an_override_sets(column: str) -> None:
    plan = load_plan(ILLUSTRATION)
    table, name = column.split(".")
    row = next(row for row in plan.tables[table] if getattr(row, name) and row.year in plan.closed_years)
    address, values = f"{table}.{record_key(table, row)}.{name}", [getattr(row, name), getattr(row, name) // 2]
    together = simulate(build_arrays(plan, {address: np.array(values, float)}))
    for draw, value in enumerate(values):
        alone = simulate(build_arrays(load_plan(ILLUSTRATION, overrides={address: value})))
        for compared in COMPARED:
            many, one = getattr(together, compared), getattr(alone, compared)
            assert np.array_equal(np.broadcast_to(many, (*many.shape[:-1], 2))[..., draw], one[..., 0]), compared
    assert any(getattr(together, compared).shape[-1] == 2 for compared in COMPARED)


@pytest.mark.parametrize("name", ["enrolled", "completed", "spent_vnd"])
def test_a_fact_that_is_not_known_is_drawn_as_none(name: str) -> None:
    plan = load_plan(ILLUSTRATION)
    rows = list(plan.tables.actuals)
    at = next(i for i, row in enumerate(rows) if getattr(row, name) and row.year in plan.closed_years)
    address = f"actuals.{record_key('actuals', rows[at])}.{name}"
    together = simulate(build_arrays(plan, {address: np.array([getattr(rows[at], name), np.nan])}))
    rows[at] = rows[at].model_copy(update={name: None})
    alone = simulate(build_arrays(replace(plan, tables=replace(plan.tables, actuals=tuple(rows)))))
    for compared in COMPARED:
        many, one = getattr(together, compared), getattr(alone, compared)
        assert np.array_equal(np.broadcast_to(many, (*many.shape[:-1], 2))[..., 1], one[..., 0]), compared


def test_limits_are_lifted_without_touching_the_plan() -> None:
    numbers = build_arrays(load_plan(SOUND))
    before = simulate(numbers).funded.copy()
    simulate(replace(numbers, allocation="all"))
    assert np.array_equal(simulate(numbers).funded, before)


def test_chunks_change_nothing() -> None:
    plan, drawn = load_plan(SOUND), sample()
    whole = simulate(build_arrays(plan, drawn))
    for i, run in enumerate(simulate_draws(plan, parts_of(drawn, 7))):
        for name in COMPARED:
            here = getattr(whole, name)[..., 7 * i : 7 * i + 7]
            assert np.array_equal(np.broadcast_to(getattr(run, name), here.shape), here), name


@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(plans(), st.integers(0, 2**32 - 1))
def test_draws_of_random_plans_are_runs_of_their_own(drawn: tuple[dict, Tables], seed: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        assume(drawn[1]["objectives"])
        plan = load_plan(write_plan(Path(folder), *drawn))
    rng = np.random.default_rng(seed)
    values = {f"groups.{row.id}.leave_rate": rng.uniform(0, 1, 5) for row in plan.tables.groups}
    values |= {f"programs.{row.id}.completion_rate": rng.uniform(0.2, 1, 5) for row in plan.tables.programs}
    values |= {f"objectives.{row.id}.entry_share": rng.uniform(0, 1, 5) for row in plan.tables.objectives}
    together = simulate(build_arrays(plan, values))
    for draw in range(5):
        alone = simulate(build_arrays(plan, {address: cell[[draw]] for address, cell in values.items()}))
        for name in COMPARED:
            many, one = getattr(together, name), getattr(alone, name)
            assert np.array_equal(np.broadcast_to(many, (*many.shape[:-1], 5))[..., draw], one[..., 0]), name


def test_draws_of_a_province_are_runs_of_their_own() -> None:
    """Bit for bit, where many rows add up: NumPy adds eight or more numbers of one column in an order of its own."""
    plan = load_plan("an_giang_2011_2015")
    rng = np.random.default_rng(3)
    rates = {f"programs.{row.id}.completion_rate": rng.uniform(0.5, 1, 6) for row in plan.tables.programs}
    prices = {f"programs.{row.id}.cost_per_learner_year": rng.uniform(1e5, 1e7, 6) for row in plan.tables.programs}
    together = simulate(build_arrays(plan, rates | prices))
    for draw in range(6):
        alone = simulate(build_arrays(plan, {address: cell[[draw]] for address, cell in (rates | prices).items()}))
        for name in COMPARED:
            assert np.array_equal(getattr(together, name)[..., draw], getattr(alone, name)[..., 0]), name
