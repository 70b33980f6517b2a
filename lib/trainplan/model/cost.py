"""Cost: learners, classes and what they cost, by program and by source (method.md, section 5)."""

from __future__ import annotations

import numpy as np

from trainplan.model.arrays import Array, Arrays, ceil, total


def count_classes(learners: Array | float, class_size: Array) -> Array:
    """Classes that new learners fill, of any shape: ceil(learners / class_size), none where the size is infinite."""
    return ceil(learners / class_size)


def classes_at_baseline(arrays: Arrays, continuing: Array) -> Array:
    """Classes, (V, D), that the pipeline's learners, (W, D), keep open: V are the later course years of programs."""
    size = arrays.class_size[arrays.structure.classes.owner]
    return count_classes(arrays.structure.class_of(continuing), size)


def yearly_cost(arrays: Arrays, learners: Array, classes: Array, price: Array) -> Array:
    """VND that learners and classes of every program cost at a price level, all (…, P, D)."""
    return (learners * arrays.learner_cost + classes * arrays.class_cost) * price


def committed_cost(arrays: Arrays, continuing: Array, open_classes: Array, year: int) -> Array:
    """VND, (P, D), that cohorts under way cost in a year, in the plan or after it: begun before, and paid first.

    `continuing`, (W, D), are their learners, `open_classes`, (V, D), their classes.
    """
    learners, classes = arrays.structure.learners(continuing), arrays.structure.classes.by_owner(open_classes)
    return yearly_cost(arrays, learners, classes, arrays.price[year])


def cost_by_source(arrays: Arrays, program_cost: Array) -> Array:
    """Cost by year and source, (Y, S+1, D), the total last; `program_cost` is (Y, P, D)."""
    sources = range(arrays.source_share.shape[1] + 1)
    years = [[total(share_paid_by(arrays, s) * cost) for s in sources] for cost in program_cost]
    return np.stack([np.stack(year) for year in years])


def share_paid_by(arrays: Arrays, source: int) -> Array:
    """What part of a program's cost a source pays, (P, D); all of it for the row of the total."""
    shares = arrays.source_share
    return shares[:, source] if source < shares.shape[1] else np.ones((len(shares), 1))
