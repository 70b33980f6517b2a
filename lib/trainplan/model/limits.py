"""The plan beside itself with limits lifted one after another (MODEL.md, section 6, verdicts).

All of them are draws of one simulation: five runs take little more time than one.
"""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any, NamedTuple

import numpy as np

from trainplan.model.arrays import Array, Arrays
from trainplan.model.funding import RULES
from trainplan.model.simulate import Run, simulate


class Lifted(NamedTuple):
    """Runs of a plan: as it is, then with unlimited money, places too, everybody passing too.

    `soonest` has unlimited money and places, and asks for everything in the first year.
    """

    plan: Run
    money: Run
    capacity: Run
    completion: Run
    soonest: Run


def side_by_side(plan: Arrays, planned: Array | None = None) -> Lifted:
    """Simulates a plan, whose numbers have one draw, with its limits and without; `planned` as in `simulate`."""
    runs = simulate(_widened(plan))
    own = _draw(runs, 0) if planned is None and plan.allocation in RULES else simulate(plan, planned)
    return Lifted(own, *(_draw(runs, k) for k in range(1, len(Lifted._fields))))


def _widened(plan: Arrays) -> Arrays:
    """The five plans as draws: without ceilings every rule enrolls everything deliverable."""
    free, open_ = np.full_like(plan.ceiling, np.inf), np.full_like(plan.capacity, np.inf)
    return replace(
        plan,
        allocation=plan.allocation if plan.allocation in RULES else "all",
        ceiling=_side([plan.ceiling, free, free, free, free]),
        capacity=_side([plan.capacity, plan.capacity, open_, open_, open_]),
        completion_rate=_side([*[plan.completion_rate] * 3, np.ones_like(plan.completion_rate), plan.completion_rate]),
        pace=_side([*[plan.pace] * 4, np.ones_like(plan.pace)]),
    )


def _side(values: list[Array]) -> Array:
    return np.concatenate(values, axis=-1)


def _draw(runs: Run, k: int) -> Run:
    """One draw of every array of a run."""
    return Run(**{f.name: _pick(getattr(runs, f.name), k) for f in fields(Run)})


def _pick(value: Any, k: int) -> Any:
    if isinstance(value, tuple):
        return type(value)(*(_pick(part, k) for part in value))
    return value[..., k : k + 1] if value.shape[-1] > 1 else value
