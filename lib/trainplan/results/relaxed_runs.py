"""The plan beside itself with limits lifted one after another (method.md, section 6, verdicts).

All of them are draws of one simulation: five runs take little more time than one.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from trainplan.model.arrays import Array, Arrays
from trainplan.model.simulate import Run, simulate
from trainplan.plan.choices import is_yearly

RELAXED = ("ceiling", "capacity", "completion_rate", "pace")  # the arrays in which the five runs differ


class RelaxedRuns(NamedTuple):
    """Five runs of one plan, one draw each, with ever fewer limits; each is called by what it does without."""

    as_planned: Run
    without_ceilings: Run  # no ceiling: every rule then enrolls everything deliverable
    without_capacity: Run  # nor any capacity: everything needed
    everybody_completes: Run  # and without anybody who does not pass
    soonest: Run  # no ceiling, no capacity, and the whole target is asked for from the first year on


def simulate_relaxed(arrays: Arrays, planned: Array | None = None) -> RelaxedRuns:
    """Simulates a plan, whose arrays have one draw, with its limits and without.

    `planned`, (Y, K, 1), replays a decided enrollment in the plan's own run, as in `simulate`.
    """
    by_rule = planned is None and is_yearly(arrays.allocation)
    variants = _variants(arrays if by_rule else replace(arrays, allocation="all"))
    side: dict[str, Any] = {
        name: np.concatenate([getattr(variant, name) for variant in variants], axis=-1) for name in RELAXED
    }
    runs = simulate(replace(variants[0], **side))
    own, *others = (_draw(runs, variant, k) for k, variant in enumerate(variants))
    return RelaxedRuns(own if by_rule else simulate(arrays, planned), *others)


def lift_ceilings(arrays: Arrays) -> Arrays:
    """The arrays of a plan whose money has no limit."""
    return replace(arrays, ceiling=np.full_like(arrays.ceiling, np.inf))


def _variants(arrays: Arrays) -> list[Arrays]:
    """The arrays of the five runs, in the order of `RelaxedRuns`."""
    money = lift_ceilings(arrays)
    capacity = replace(money, capacity=np.full_like(arrays.capacity, np.inf))
    completion = replace(capacity, completion_rate=np.ones_like(arrays.completion_rate))
    return [arrays, money, capacity, completion, replace(capacity, pace=np.ones_like(arrays.pace))]


def _draw(runs: Run, arrays: Arrays, k: int) -> Run:
    """Draw `k` of a run, as the run of its own arrays."""
    parts = (runs.people, runs.path, runs.years, runs.continuing, runs.open_classes)
    return Run(arrays, *(_pick(part, k) for part in parts))


def _pick(value: Any, k: int) -> Any:
    """Draw `k` of an array, or of every array in a tuple; what does not depend on the draw stays as it is."""
    if isinstance(value, tuple):
        parts = [_pick(part, k) for part in value]
        return type(value)(*parts) if hasattr(value, "_fields") else tuple(parts)
    return value[..., k : k + 1] if value.shape[-1] > 1 else value
