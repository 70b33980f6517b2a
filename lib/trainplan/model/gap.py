"""Gap: what share of an objective is reached, and how many people are missing (method.md, section 3)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from trainplan.model.arrays import Array, Arrays, Mask, divide
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


def measure_gap(arrays: Arrays, people: Workforce, reached: Array) -> Gap:
    """Base, coverage, gap against T itself, and whether less than half a person is missing; `reached` is (Y, O, D).

    A count is met when all of T are sent; both are whole, so less than half a person missing says the same.
    """
    counts = arrays.structure.counts
    size = np.zeros_like(reached) + population(arrays, people, np.arange(len(arrays.group)))
    base, asked = size, size * arrays.target
    base[:, counts] = asked[:, counts] = arrays.target[counts]
    gap = np.maximum(0.0, asked - reached)
    empty = people.headcount[:, arrays.group] <= 0
    if empty.any():
        gap = np.where(empty, 0.0, gap)
    coverage = measure_coverage(arrays, reached, base, empty)
    return Gap(base, reached, coverage, gap, (gap < HALF_A_PERSON).astype(float))


def measure_coverage(arrays: Arrays, reached: Array, base: Array, empty: Mask) -> Array:
    """Coverage, (Y, O, D): `reached` / `base`, at most 1 but for counts; 1 where the group is `empty`.

    `base` is the people that a share is taken of (`need.population`); of a count, T.
    """
    coverage = divide(reached, base, 1.0)
    shares = np.setdiff1d(np.arange(len(arrays.group)), arrays.structure.counts)
    coverage[:, shares] = np.minimum(1.0, coverage[:, shares])
    return np.where(empty, 1.0, coverage) if empty.any() else coverage
