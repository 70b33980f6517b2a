"""Verdicts: is an objective met when it is due, and what stands in its way (method.md, section 6)."""

from __future__ import annotations

import numpy as np

from trainplan.model.arrays import Array, Arrays
from trainplan.model.limits import Lifted
from trainplan.model.simulate import Run

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


def binding(plan: Arrays, lifted: Lifted) -> list[str]:
    """What binds each objective: limits are lifted one after another until it is met; nothing for one that is met."""
    binds = np.where(_met_when_due(plan, lifted.plan), "", "time").astype(object)
    for limit in ("money", "capacity", "completion"):
        met = _met_when_due(plan, getattr(lifted, limit))
        binds = np.where((binds == "time") & met, limit, binds)
    return [str(b) for b in binds]


def best_reachable(plan: Arrays, lifted: Lifted) -> Array:
    """(O,) coverage at the due year with unlimited money and places from the first year on."""
    return lifted.soonest.gap.coverage[plan.due, np.arange(len(plan.due)), 0]


def latest_start(plan: Arrays, objective: int) -> int:
    """Year index of the last start that completes by the due year."""
    years = 1 if plan.kind[objective] == "count" else plan.length[objective]
    return int(plan.due[objective] - years + 1)


def _met_when_due(plan: Arrays, run: Run) -> Array:
    return run.gap.met[plan.due, np.arange(len(plan.due)), 0] > 0
