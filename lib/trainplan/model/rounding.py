"""Whole numbers, quotients and sums (method.md, conventions), with the same bits for one draw and for many."""

from __future__ import annotations

import numpy as np

from trainplan.model.layout import Array

ROUNDING = 1e-9  # what a computed number may miss a whole one by


def ceil(value: Array) -> Array:
    """Smallest whole number not below each `value`, of any shape, forgiving 1e-9 (method.md, conventions)."""
    up = np.subtract(value, ROUNDING)
    np.ceil(up, out=up)
    up += 0.0  # no negative zero
    return up


def floor(value: Array) -> Array:
    """Largest whole number not above each `value`, of any shape, forgiving 1e-9."""
    down = np.add(value, ROUNDING)
    return np.floor(down, out=down)


def divide(value: Array, by: Array, otherwise: float = 0.0) -> Array:
    """`value / by`, of any shape, and `otherwise` where there is nothing to divide by."""
    some = by > 0
    if some.all():
        return value / by
    return np.where(some, value / np.where(some, by, 1.0), otherwise)


def fact_or_model(fact: Array, otherwise: Array) -> Array:
    """`fact` where it is known, and `otherwise` where it is NaN; of any shape."""
    unknown = np.isnan(fact)
    return np.where(unknown, otherwise, fact) if unknown.any() else fact


def total(rows: Array) -> Array:
    """The sum of rows, (n, …, D) → (…, D), added in their order.

    NumPy adds a single column up in another order than many; a draw must give the bits that its own run gives.
    """
    return np.add.accumulate(rows, axis=0)[-1] if rows.shape[-1] == 1 and len(rows) else rows.sum(axis=0)
