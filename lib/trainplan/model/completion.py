"""Completion: cohorts under way, who of them is left, who completes, and the stock of the qualified (method.md, 3–4).

This year's beginners are rows of pairs, (K, D); cohorts in a later course year have rows of their own, (W, D), which
`plan.structure.cohorts` describes.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from trainplan.model.arrays import Array, Arrays, Index
from trainplan.model.workforce import Workforce


class Flow(NamedTuple):
    """What a year asks of the stocks and does to them beside completions, each (Y, S, D); the S stocks are the
    objectives of kind attainment."""

    size: Array  # N, the people of their group
    stay: Array  # the share of them that stays
    kept: Array  # the share of holders who stay and do not lapse
    brought: Array  # holders among the joiners
    wanted: Array  # holders on the target path


def stock_flow(plan: Arrays, people: Workforce, path: Array) -> Flow:
    """The flow of the stocks in every year of the plan; `path` is c*, (Y, O, D)."""
    rows = plan.structure.stocks
    group = plan.group[rows]
    size, stay = people.headcount[:, group], 1 - people.leave_rate[: plan.years, group]
    brought = people.joiners[:, group] * plan.entry_share[rows]
    return Flow(size, stay, stay * (1 - plan.lapse_rate[rows]), brought, path[:, rows] * size)


def stock(flow: Flow, before: Array, completed: Array, year: int, rows: Index | slice = slice(None)) -> Array:
    """Q[t] of the stocks `rows`, (rows, D): holders who stayed and did not lapse, joiners who bring it, completions."""
    held = before * flow.kept[year][rows] + flow.brought[year][rows] + completed
    return np.minimum(flow.size[year][rows], held)


def stock_at_baseline(plan: Arrays) -> Array:
    """Q of the baseline, (S, D): coverage times head-count."""
    rows = plan.structure.stocks
    return plan.baseline[rows] * plan.headcount[plan.group[rows]]


def cohorts_at_baseline(plan: Arrays) -> Array:
    """Learners of the first year's later cohorts, (W, D): the pipeline, as of the baseline."""
    later = plan.structure.cohorts
    place = 1 - later.course_year - plan.start[0]
    return np.where((place >= 0)[:, None], plan.pipeline[later.owner, np.maximum(place, 0)], 0.0)


def survive(plan: Arrays, people: Workforce, later: Array, year: int) -> Array:
    """The later cohorts less those who left their posts in `year` (an index; it may lie after `last`)."""
    group = plan.group[plan.objective[plan.structure.cohorts.owner]]
    return later * (1 - people.leave_rate[year][group])


def completions(plan: Arrays, enrolled: Array, later: Array) -> Array:
    """C[t] of every pair, (K, D): the learners left of the cohort that ends this year, times its completion rate."""
    cohorts = plan.structure.cohorts
    return cohorts.below(enrolled, later)[cohorts.last] * plan.completion_rate[plan.program]
