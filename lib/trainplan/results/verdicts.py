"""Verdicts: is an objective met when it is due, and what stands in its way (method.md, section 6)."""

from __future__ import annotations

import numpy as np

from trainplan.model.arrays import Array, Arrays
from trainplan.model.simulate import Run
from trainplan.results.relaxed_runs import Lifted

NEARLY = 0.01  # of the people that the target asks for


def verdict(plan: Arrays, run: Run, objective: int) -> str:
    """`met`, `nearly` or `missed`, as of the due year."""
    due = plan.due[objective]
    if run.gap.met[due, objective, 0]:
        return "met"
    asked = plan.target[objective, 0]
    if plan.kind[objective] != "count":
        asked = asked * run.gap.base[due, objective, 0]
    return "nearly" if run.gap.gap[due, objective, 0] < NEARLY * asked else "missed"


def binding(lifted: Lifted) -> list[str]:
    """What binds each objective: limits are lifted one after another until it is met; nothing for one that is met."""
    binds = np.where(lifted.plan.met_when_due[:, 0], "", "time").astype(object)
    for limit in ("money", "capacity", "completion"):
        met = getattr(lifted, limit).met_when_due[:, 0]
        binds = np.where((binds == "time") & met, limit, binds)
    return [str(b) for b in binds]


def best_reachable(lifted: Lifted) -> Array:
    """(O,) coverage at the due year with unlimited money and places from the first year on."""
    return lifted.soonest.when_due(lifted.soonest.gap.coverage)[:, 0]


def latest_start(plan: Arrays, objective: int) -> int:
    """Year index of the last start that completes by the due year."""
    years = 1 if plan.kind[objective] == "count" else plan.length[objective]
    return int(plan.due[objective] - years + 1)
