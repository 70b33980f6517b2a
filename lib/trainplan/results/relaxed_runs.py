"""The plan beside itself with limits lifted one after another (method.md, section 6, verdicts).

Under a rule that decides year by year all of them are draws of one simulation: six runs take little more time than one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from trainplan.model.arrays import Arrays
from trainplan.model.from_plan import FACTS, NUMBERS
from trainplan.model.simulate import Run, simulate
from trainplan.optimize.best_plan import Optimum, run_plan
from trainplan.plan.choices import is_yearly


class RelaxedRuns(NamedTuple):
    """Six runs of one plan, one draw each, with ever fewer limits; each is called by what it does without."""

    as_planned: Run
    without_ceilings: Run  # the requirement: no ceiling
    without_capacity: Run  # nor any capacity
    everybody_completes: Run  # and without anybody who does not pass in an open year
    past_open: Run  # and without closed years; nobody fails in them either
    soonest: Run  # no ceiling, no capacity, and the whole aim is asked for from the first year on


def simulate_relaxed(arrays: Arrays, best: Optimum | None = None) -> RelaxedRuns:
    """Simulates a plan, whose arrays have one draw, with its limits and without.

    `best` is what was decided under a rule that decides all years at once; it decides anew without each limit.
    """
    if is_yearly(arrays.allocation):
        return simulate_relaxed_alike([arrays])[0]
    own, money, places, passing, past, soonest = _variants(arrays)
    lifted = [best.run if best else run_plan(own), *(run_plan(one) for one in (money, places, passing))]
    lifted += [run_plan(past) if arrays.closed else lifted[-1], simulate(replace(soonest, allocation="all"))]
    return RelaxedRuns(*lifted)


def simulate_relaxed_alike(several: Sequence[Arrays]) -> list[RelaxedRuns]:
    """What `simulate_relaxed` gives for each, as draws of one simulation.

    The arrays have one draw each, no more between them than numbers that differ, and a rule that decides year by year.
    """
    runs = _simulate_together([one for arrays in several for one in _variants(arrays)])
    count = len(RelaxedRuns._fields)
    return [RelaxedRuns(*runs[first : first + count]) for first in range(0, len(runs), count)]


def lift_ceilings(arrays: Arrays) -> Arrays:
    """The arrays of a plan whose money has no limit."""
    return replace(arrays, ceiling=np.full_like(arrays.ceiling, np.inf))


def _variants(arrays: Arrays) -> list[Arrays]:
    """The arrays of the six runs, in the order of `RelaxedRuns`."""
    money = lift_ceilings(arrays)
    capacity = replace(money, capacity=np.full_like(arrays.capacity, np.inf))
    everybody = np.ones_like(arrays.completion_rate)
    completion = replace(capacity, completion_rate=everybody)
    nothing = {name: np.full_like(getattr(arrays, name), np.nan) for name in FACTS}
    past = replace(completion, past_completion_rate=everybody, **nothing)
    return [arrays, money, capacity, completion, past, replace(capacity, pace=np.ones_like(arrays.pace))]


def _simulate_together(variants: list[Arrays]) -> list[Run]:
    """The runs of arrays of one draw each, simulated as draws of one."""
    own = variants[0]
    side: dict[str, Any] = {
        name: np.concatenate([getattr(one, name) for one in variants], axis=-1)
        for name in NUMBERS
        if any(getattr(one, name) is not getattr(own, name) for one in variants)
    }
    runs = simulate(replace(own, **side))
    return [_draw(runs, one, k) for k, one in enumerate(variants)]


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
