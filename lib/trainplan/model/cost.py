"""Cost: learners, classes and what they cost, by program and by source (MODEL.md, section 5)."""

from __future__ import annotations

import numpy as np

from trainplan.model.arrays import Array, Arrays, Mask, ceil
from trainplan.model.completion import under_way


def learners(plan: Arrays, cohorts: Array, year: int) -> Array:
    """Learners of every program, (P, D): who is left of the cohorts under way."""
    return plan.of_program((cohorts * under_way(plan, year)).sum(axis=1))


def classes(plan: Arrays, enrolled: Array) -> Array:
    """Classes that new learners of every program, (P, …, D), fill: ceil(x / class_size), none without a class size."""
    size = plan.class_size if enrolled.ndim == plan.class_size.ndim else plan.class_size[:, None]
    return ceil(enrolled / size)


def classes_at_baseline(plan: Arrays) -> Array:
    """Classes of every program by start, (P, A, D), that the pipeline keeps open."""
    return classes(plan, plan.of_program(plan.pipeline))


def classes_under_way(plan: Arrays, opened: Array, year: int) -> Array:
    """Classes of every program held in `year`, (P, D); `opened` is (P, A, D) by start."""
    elapsed = year - plan.start
    held = (elapsed >= 0) & (elapsed < plan.course_years[:, None])
    return (opened * held[..., None]).sum(axis=1)


def cost(plan: Arrays, people: Array, groups: Array, year: int) -> Array:
    """VND of `year` that learners and classes of every program cost, (P, D) each; `year` may lie after `last`."""
    return (people * plan.learner_cost + groups * plan.class_cost) * plan.price[year]


def by_source(plan: Arrays, program_cost: Array) -> Array:
    """A year's cost by source, (S+1, D), the total last."""
    shared = np.einsum("psd,pd->sd", *_same_draws(plan.source_share, program_cost))
    return np.concatenate([shared, program_cost.sum(axis=0, keepdims=True)])


def _same_draws(share: Array, program_cost: Array) -> tuple[Array, Array]:
    draws = max(share.shape[-1], program_cost.shape[-1])
    return (
        np.broadcast_to(share, (*share.shape[:2], draws)),
        np.broadcast_to(program_cost, (len(program_cost), draws)),
    )


def pays(plan: Arrays) -> Mask:
    """Whether a source pays for a program, (P, S+1, D); the total pays for all."""
    every = np.ones((len(plan.course_years), 1, plan.source_share.shape[-1]), bool)
    return np.concatenate([plan.source_share > 0, every], axis=1)
