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

LIFTED = ("ceiling", "capacity", "completion_rate", "pace")  # the numbers in which the plans differ


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
    by_rule = planned is None and is_yearly(plan.allocation)
    plans = _plans(plan if by_rule else replace(plan, allocation="all"))
    side: dict[str, Any] = {name: np.concatenate([getattr(one, name) for one in plans], axis=-1) for name in LIFTED}
    runs = simulate(replace(plans[0], **side))
    own, *others = (_draw(runs, one, k) for k, one in enumerate(plans))
    return Lifted(own if by_rule else simulate(plan, planned), *others)


def without_ceilings(plan: Arrays) -> Arrays:
    """The numbers of a plan whose money has no limit."""
    return replace(plan, ceiling=np.full_like(plan.ceiling, np.inf))


def _plans(plan: Arrays) -> list[Arrays]:
    """The five plans; without ceilings every rule enrolls everything deliverable."""
    money = without_ceilings(plan)
    capacity = replace(money, capacity=np.full_like(plan.capacity, np.inf))
    completion = replace(capacity, completion_rate=np.ones_like(plan.completion_rate))
    return [plan, money, capacity, completion, replace(capacity, pace=np.ones_like(plan.pace))]


def _draw(runs: Run, plan: Arrays, k: int) -> Run:
    """One draw of a run, as the run of its own plan."""
    return Run(
        plan, *(_pick(part, k) for part in (runs.people, runs.path, runs.years, runs.continuing, runs.open_classes))
    )


def _pick(value: Any, k: int) -> Any:
    if isinstance(value, tuple):
        parts = [_pick(part, k) for part in value]
        return type(value)(*parts) if hasattr(value, "_fields") else tuple(parts)
    return value[..., k : k + 1] if value.shape[-1] > 1 else value
