"""Gap: what share of an objective is reached, and how many people are missing (MODEL.md, section 3)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from trainplan.model.arrays import Array, Arrays, divide
from trainplan.model.need import population
from trainplan.model.workforce import Workforce

HALF_A_PERSON = 0.5


class Gap(NamedTuple):
    """By year and objective, each (Y, O, D): people, but for `coverage`."""

    base: Array
    reached: Array
    coverage: Array
    gap: Array
    met: Array  # 1 or 0, whatever the due year


def gaps(plan: Arrays, people: Workforce, reached: Array) -> Gap:
    """Base, coverage, gap against T itself, and whether less than half a person is missing; `reached` is (Y, O, D)."""
    counted = (plan.kind == "count")[:, None]
    size = population(plan, people)
    empty = people.headcount[:, plan.group] <= 0
    base = np.where(counted, plan.target, size)
    covered = divide(reached, base, 1.0)
    coverage = np.where(empty, 1.0, np.where(counted, covered, np.minimum(1.0, covered)))
    asked = np.where(counted, plan.target, plan.target * size)
    gap = np.where(empty, 0.0, np.maximum(0.0, asked - reached))
    met = np.where(counted & ~empty, reached >= plan.target, gap < HALF_A_PERSON)
    return Gap(base + np.zeros_like(gap), reached, coverage, gap, met.astype(float))
