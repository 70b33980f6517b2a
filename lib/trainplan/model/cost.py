"""Cost: learners, classes and what they cost, by program and by source (method.md, section 5)."""

from __future__ import annotations

import numpy as np

from trainplan.model.arrays import Array, Arrays, ceil, total


def classes(plan: Arrays, enrolled: Array) -> Array:
    """Classes that new learners of every program, (…, P, D), fill: ceil(x / class_size), none without a class size."""
    return ceil(enrolled / plan.class_size)


def classes_at_baseline(plan: Arrays, later: Array) -> Array:
    """Classes, (V, D), that the pipeline's learners, (W, D), keep open: V are the later course years of programs."""
    size = plan.class_size[plan.structure.classes.owner]
    return ceil(plan.structure.class_of(later) / size)


def cost(plan: Arrays, people: Array, groups: Array, price: Array) -> Array:
    """VND that learners and classes of every program cost at a price level, all (…, P, D)."""
    return (people * plan.learner_cost + groups * plan.class_cost) * price


def by_source(plan: Arrays, program_cost: Array) -> Array:
    """A year's cost by source, (S+1, D), the total last; `program_cost` is (P, D)."""
    shared = [total(plan.source_share[:, s] * program_cost) for s in range(plan.source_share.shape[1])]
    return np.stack([*shared, total(program_cost)])


def share_of(plan: Arrays, source: int) -> Array:
    """What part of a program's cost a source pays, (P, D); all of it for the row of the total."""
    shares = plan.source_share
    return shares[:, source] if source < shares.shape[1] else np.ones((len(shares), 1))
