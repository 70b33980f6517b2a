"""Verdicts: is what the decision asks met when it is due, and what holds it back (method.md, section 6)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from trainplan.model.arrays import Array, Arrays
from trainplan.model.simulate import Run
from trainplan.plan.plan import Plan
from trainplan.results.relaxed_runs import RelaxedRuns

LIMITS = ("money", "capacity", "completion", "past", "time")  # in the order in which they are lifted
A_TIE = 1e-9  # people


def verdict(run: Run, objective: int) -> str:
    """`met`, `nearly` or `missed`, as of the due year; `objective` is its row in the plan."""
    met, nearly = (run.when_due(one)[objective, 0] > 0 for one in (run.gap.met, run.gap.nearly))
    return "met" if met else "nearly" if nearly else "missed"


def gap_parts(runs: RelaxedRuns) -> Array:
    """(O, 5) people missing when due, by LIMITS: what of the gap goes with each limit, and with time what is left.

    The parts of an objective add up to its gap; one may be negative.
    """
    lifted = (runs.as_planned, runs.without_ceilings, runs.without_capacity, runs.everybody_completes, runs.past_open)
    gaps = np.stack([run.when_due(run.gap.gap)[:, 0] for run in lifted], axis=1)
    return np.concatenate([gaps[:, :-1] - gaps[:, 1:], gaps[:, -1:]], axis=1)


def binding_limit(parts: Array) -> str:
    """Which of LIMITS has the largest of an objective's parts, (5,); of equal ones the first."""
    return LIMITS[int(np.argmax(parts > parts.max() - A_TIE))]


def best_reachable(runs: RelaxedRuns) -> Array:
    """(O,) coverage at the due year with unlimited money and places, and everything asked for from the first year on;
    never less than what the plan reaches."""
    own, soonest = (run.when_due(run.gap.coverage)[:, 0] for run in (runs.as_planned, runs.soonest))
    return np.maximum(own, soonest)


def latest_start(arrays: Arrays, objective: int) -> int:
    """Year index of the last start that completes by the due year."""
    years = 1 if arrays.kind[objective] == "count" else arrays.length[objective]
    return int(arrays.due[objective] - years + 1)


def missed_level(row: Mapping[str, Any]) -> float | None:
    """The coverage that an objective misses, as its row of `verdicts` has it: what is asked, of a count over its
    target; None where it is met."""
    if row["verdict"] == "met":
        return None
    counted = row["target"] > 1  # a share never is
    return row["asked"] / row["target"] if counted else row["asked"]


def count_nearly(plan: Plan, run: Run) -> dict[str, int]:
    """How many of a run are nearly met when due, under the names of `count_met`."""
    met, nearly = (run.when_due(one)[:, 0] > 0 for one in (run.gap.met, run.gap.nearly))
    return count_met(plan, nearly & ~met)


def count_met(plan: Plan, met: Iterable[bool]) -> dict[str, int]:
    """How many are met, and how many there are: `met` of `objectives`, targets; `goals_met` of `goals`.

    `met` has an entry for every objective of the plan.
    """
    target, is_met = np.array(plan.is_target, bool), np.array([*met], bool)
    counted = {"met": target & is_met, "objectives": target, "goals_met": ~target & is_met, "goals": ~target}
    return {name: int(mask.sum()) for name, mask in counted.items()}
