"""Completion: cohorts under way, who of them is left, who completes, and the stock of the qualified (MODEL.md, 3–4)."""

from __future__ import annotations

import numpy as np

from trainplan.model.arrays import Array, Arrays
from trainplan.model.workforce import Workforce


def cohorts_at_baseline(plan: Arrays) -> Array:
    """Learners of every pair by start, (K, A, D): the pipeline, as of the baseline."""
    return plan.pipeline


def survive(plan: Arrays, people: Workforce, cohorts: Array, year: int) -> Array:
    """The cohorts, (K, A, D), less those who left their posts in `year` (an index; it may lie after `last`)."""
    leave_rate = people.leave_rate[year][plan.group[plan.objective]]
    return cohorts * (1 - leave_rate)[:, None]


def enroll(plan: Arrays, cohorts: Array, enrolled: Array, year: int) -> Array:
    """The cohorts with the year's new learners, (K, D), among them."""
    place = (plan.start == year)[:, None]
    return np.where(place, enrolled[:, None], cohorts)


def under_way(plan: Arrays, year: int) -> Array:
    """1 where a pair's cohort of a start is in one of its course years in `year`, else 0: (K, A, 1)."""
    elapsed = year - plan.start
    course = plan.course_years[plan.program][:, None]
    return ((elapsed >= 0) & (elapsed < course)).astype(float)[..., None]


def completions(plan: Arrays, cohorts: Array, year: int) -> Array:
    """C[t] of every pair, (K, D): the learners left of the cohort that ends in `year`, times its completion rate."""
    ends = plan.start + plan.course_years[plan.program][:, None] - 1 == year
    return (cohorts * ends[..., None]).sum(axis=1) * plan.completion_rate[plan.program]


def studying_after(plan: Arrays, cohorts: Array, year: int) -> Array:
    """Learners of every objective, (O, D), who are under way in `year` and end after it."""
    still = under_way(plan, year) * under_way(plan, year + 1)
    return plan.of_objective((cohorts * still).sum(axis=1))


def stock(plan: Arrays, people: Workforce, before: Array, completed: Array, year: int) -> Array:
    """Q[t], (O, D): holders who stayed and did not lapse, joiners who bring it, completions; at most N."""
    group = plan.group
    kept = before * (1 - people.leave_rate[year][group]) * (1 - plan.lapse_rate)
    brought = people.joiners[year][group] * plan.entry_share
    return np.minimum(people.headcount[year][group], kept + brought + completed)


def stock_at_baseline(plan: Arrays) -> Array:
    """Q of the baseline, (O, D): coverage times head-count."""
    return plan.baseline * plan.headcount[plan.group]
