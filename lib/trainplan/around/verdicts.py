"""Verdicts: is an objective met when it is due, and what stands in its way (MODEL.md, section 6)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from trainplan.model.arrays import Array, Arrays
from trainplan.model.simulate import Run, simulate

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


def binding(plan: Arrays, run: Run) -> list[str]:
    """What binds each objective: limits are lifted one after another until it is met; nothing for one that is met."""
    lifted = {
        "money": replace(plan, allocation="all"),
        "capacity": without_limits(plan),
        "completion": replace(without_limits(plan), completion_rate=np.ones_like(plan.completion_rate)),
    }
    binds = np.where(_met_when_due(plan, run), "", "time").astype(object)
    for limit, freer in lifted.items():
        if not (binds == "time").any():
            break
        met = _met_when_due(plan, simulate(freer))
        binds = np.where((binds == "time") & met, limit, binds)
    return [str(b) for b in binds]


def best_reachable(plan: Arrays, run: Run) -> Array:
    """(O,) coverage at the due year with unlimited money and places from the first year on."""
    if _met_when_due(plan, run).all():
        return np.full(len(plan.due), np.nan)
    soonest = simulate(replace(without_limits(plan), pace=np.ones_like(plan.pace)))
    return soonest.gap.coverage[plan.due, np.arange(len(plan.due)), 0]


def latest_start(plan: Arrays, objective: int) -> int:
    """Year index of the last start that completes by the due year."""
    years = 1 if plan.kind[objective] == "count" else plan.length[objective]
    return int(plan.due[objective] - years + 1)


def without_limits(plan: Arrays) -> Arrays:
    """The plan with unlimited money and places."""
    return replace(plan, allocation="all", capacity=np.full_like(plan.capacity, np.inf))


def _met_when_due(plan: Arrays, run: Run) -> Array:
    return run.gap.met[plan.due, np.arange(len(plan.due)), 0] > 0
