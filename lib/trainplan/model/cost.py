"""Cost: learners, classes and what they cost, by program and by source (method.md, section 5)."""

from __future__ import annotations

import numpy as np

from trainplan.model.arrays import Array, Arrays, ceil, total


def count_classes(arrays: Arrays, enrolled: Array) -> Array:
    """Classes that new learners of every program, (…, P, D), fill: ceil(x / class_size), none without a class size."""
    return ceil(enrolled / arrays.class_size)


def classes_at_baseline(arrays: Arrays, continuing: Array) -> Array:
    """Classes, (V, D), that the pipeline's learners, (W, D), keep open: V are the later course years of programs."""
    size = arrays.class_size[arrays.structure.classes.owner]
    return ceil(arrays.structure.class_of(continuing) / size)


def yearly_cost(arrays: Arrays, people: Array, groups: Array, price: Array) -> Array:
    """VND that learners and classes of every program cost at a price level, all (…, P, D)."""
    return (people * arrays.learner_cost + groups * arrays.class_cost) * price


def cost_by_source(arrays: Arrays, program_cost: Array) -> Array:
    """A year's cost by source, (S+1, D), the total last; `program_cost` is (P, D)."""
    shared = [total(arrays.source_share[:, s] * program_cost) for s in range(arrays.source_share.shape[1])]
    return np.stack([*shared, total(program_cost)])


def share_paid_by(arrays: Arrays, source: int) -> Array:
    """What part of a program's cost a source pays, (P, D); all of it for the row of the total."""
    shares = arrays.source_share
    return shares[:, source] if source < shares.shape[1] else np.ones((len(shares), 1))
