"""Verdicts: is an objective met when it is due, and what stands in its way (method.md, section 6)."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from trainplan.model.arrays import Array, Arrays
from trainplan.model.simulate import Run
from trainplan.plan.plan import Plan
from trainplan.results.relaxed_runs import RelaxedRuns

NEARLY = 0.01  # of the people that the target asks for


def verdict(arrays: Arrays, run: Run, objective: int) -> str:
    """`met`, `nearly` or `missed`, as of the due year; `objective` is its row in the plan."""
    due = arrays.due[objective]
    if run.gap.met[due, objective, 0]:
        return "met"
    asked = arrays.target[objective, 0]
    if arrays.kind[objective] != "count":
        asked = asked * run.gap.base[due, objective, 0]
    return "nearly" if run.gap.gap[due, objective, 0] < NEARLY * asked else "missed"


def binding_limits(runs: RelaxedRuns) -> list[str]:
    """What binds each objective: the limit without which it is met (`money`, `capacity`, `completion`), else `time`.

    Limits are lifted one after another; an objective that is met anyway has an empty text.
    """
    binds = np.where(runs.as_planned.met_when_due[:, 0], "", "time").astype(object)
    lifted = {"money": runs.without_ceilings, "capacity": runs.without_capacity, "completion": runs.everybody_completes}
    for limit, run in lifted.items():
        binds = np.where((binds == "time") & run.met_when_due[:, 0], limit, binds)
    return [str(b) for b in binds]


def best_reachable(runs: RelaxedRuns) -> Array:
    """(O,) coverage at the due year with unlimited money and places from the first year on."""
    return runs.soonest.when_due(runs.soonest.gap.coverage)[:, 0]


def latest_start(arrays: Arrays, objective: int) -> int:
    """Year index of the last start that completes by the due year."""
    years = 1 if arrays.kind[objective] == "count" else arrays.length[objective]
    return int(arrays.due[objective] - years + 1)


def count_met(plan: Plan, met: Iterable[bool]) -> dict[str, int]:
    """How many are met, and how many there are: `met` of `objectives`, targets; `goals_met` of `goals`.

    `met` has an entry for every objective of the plan.
    """
    target, is_met = np.array(plan.is_target, bool), np.array([*met], bool)
    counted = {"met": target & is_met, "objectives": target, "goals_met": ~target & is_met, "goals": ~target}
    return {name: int(mask.sum()) for name, mask in counted.items()}
