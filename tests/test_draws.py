"""A sample and a single run are the same code: each draw of a sample gives what a run of that draw alone gives."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

from trainplan.inputs.plan import load_plan
from trainplan.model.arrays import arrays
from trainplan.model.simulate import Run, simulate

SOUND = Path(__file__).parent / "broken" / "sound"
DRAWS = 40


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
    together = simulate(arrays(plan, drawn))
    compared = [f.name for f in fields(Run) if f.name not in ("people", "gap")]
    for draw in range(DRAWS):
        alone = simulate(arrays(plan, {address: values[[draw]] for address, values in drawn.items()}))
        for name in compared:
            many, one = getattr(together, name), getattr(alone, name)
            many = np.broadcast_to(many, (*many.shape[:-1], DRAWS))
            assert np.array_equal(many[..., draw], one[..., 0]), (name, draw)


def test_a_drawn_value_is_the_value_that_an_override_sets() -> None:
    address, value = "programs.college.completion_rate", 0.61
    drawn = simulate(arrays(load_plan(SOUND), {address: np.array([value])}))
    set_so = simulate(arrays(load_plan(SOUND, overrides={address: value})))
    assert np.array_equal(drawn.gap.reached, set_so.gap.reached)


def test_limits_are_lifted_without_touching_the_plan() -> None:
    numbers = arrays(load_plan(SOUND))
    before = simulate(numbers).funded.copy()
    simulate(replace(numbers, allocation="all"))
    assert np.array_equal(simulate(numbers).funded, before)
