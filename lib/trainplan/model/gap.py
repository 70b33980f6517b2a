"""Gap: what share of an objective is reached, and how many people are missing (method.md, section 3)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from trainplan.model.arrays import Array, Arrays, divide
from trainplan.model.need import population
from trainplan.model.workforce import Workforce

HALF_A_PERSON, ALL_BUT_ONE = 0.5, 1.5  # people missing: fewer is as good as none, as good as one
NEARLY = 0.01  # of the people asked for


class Gap(NamedTuple):
    """By year and objective, each (Y, O, D): people, but for `coverage`."""

    base: Array
    reached: Array
    coverage: Array
    gap: Array
    met: Array  # 1 or 0, whatever the due year, as in the two below
    nearly: Array  # or met
    aim_met: Array


def measure_gap(arrays: Arrays, people: Workforce, reached: Array) -> Gap:
    """Base, coverage, people missing from A, and what follows from how many are missing; `reached` is (Y, O, D).

    A count is met when all of A are sent; both are whole, so less than half a person missing says the same.
    """
    counts = arrays.structure.counts
    base = np.zeros_like(reached) + population(arrays, people, np.arange(len(arrays.group)))
    asked, aim = base * arrays.asked, base * arrays.target
    asked[:, counts], aim[:, counts] = arrays.asked[counts], arrays.target[counts]
    base[:, counts] = arrays.target[counts]
    gap = np.maximum(0.0, asked - reached)
    limits = (gap < HALF_A_PERSON, gap < np.maximum(ALL_BUT_ONE, NEARLY * asked), aim - reached < HALF_A_PERSON)
    return Gap(base, reached, measure_coverage(arrays, reached, base), gap, *(one.astype(float) for one in limits))


def measure_coverage(arrays: Arrays, reached: Array, base: Array) -> Array:
    """Coverage, (Y, O, D): `reached` / `base`, at most 1 but for counts; 1 where the base is nobody.

    `base` is the people that a share is taken of (`need.population`); of a count, T.
    """
    coverage = divide(reached, base, 1.0)
    shares = np.setdiff1d(np.arange(len(arrays.group)), arrays.structure.counts)
    coverage[:, shares] = np.minimum(1.0, coverage[:, shares])
    return coverage
