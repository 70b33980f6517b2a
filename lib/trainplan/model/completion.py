"""Completion: cohorts under way, who of them is left, who completes, and the stock of the qualified (method.md, 3–4).

This year's beginners are rows of pairs, (K, D); cohorts in a later course year have rows of their own, (W, D), which
`plan.structure.cohorts` describes.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from trainplan.model.arrays import Array, Arrays, Index, fact_or_model
from trainplan.model.workforce import Workforce


class StockFlow(NamedTuple):
    """What a year asks of the stocks and does to them beside completions, each (Y, H, D); the H stocks are the
    objectives of kind attainment."""

    headcount: Array  # N, the people of their group
    stay_rate: Array  # the share of them that stays
    keep_rate: Array  # the share of holders who stay and do not lapse
    joining_holders: Array  # holders among the joiners
    target_stock: Array  # holders on the target path


def stock_flow(arrays: Arrays, people: Workforce, path: Array) -> StockFlow:
    """The flow of the stocks in every year of the plan; `path` is c*, (Y, O, D)."""
    rows = arrays.structure.stocks
    group = arrays.group[rows]
    headcount, stay_rate = people.headcount[:, group], 1 - people.leave_rate[: arrays.years, group]
    joining_holders = people.joiners[:, group] * arrays.entry_share[rows]
    return StockFlow(
        headcount, stay_rate, stay_rate * (1 - arrays.lapse_rate[rows]), joining_holders, path[:, rows] * headcount
    )


def next_stock(flow: StockFlow, before: Array, completed: Array, year: int, rows: Index | slice = slice(None)) -> Array:
    """Q[t] of the stocks `rows`, (rows, D): holders who stayed and did not lapse, joiners who bring it, completions."""
    held = before * flow.keep_rate[year][rows] + flow.joining_holders[year][rows] + completed
    return np.minimum(flow.headcount[year][rows], held)


def stock_at_baseline(arrays: Arrays) -> Array:
    """Q of the baseline, (H, D): coverage times head-count."""
    rows = arrays.structure.stocks
    return arrays.baseline[rows] * arrays.headcount[arrays.group[rows]]


def cohorts_at_baseline(arrays: Arrays) -> Array:
    """Learners of the first year's later cohorts, (W, D): the pipeline, as of the baseline."""
    continuing = arrays.structure.cohorts
    place = 1 - continuing.course_year - arrays.start[0]
    return np.where((place >= 0)[:, None], arrays.pipeline[continuing.owner, np.maximum(place, 0)], 0.0)


def surviving_learners(arrays: Arrays, people: Workforce, continuing: Array, year: int) -> Array:
    """The later cohorts, (W, D), less those who left their posts in `year` (an index; it may lie after `last`)."""
    group = arrays.group[arrays.objective[arrays.structure.cohorts.owner]]
    return continuing * (1 - people.leave_rate[year][group])


def completions(arrays: Arrays, enrolled: Array, continuing: Array, year: int) -> Array:
    """C[t] of every pair, (K, D): the learners left of the cohort that ends this year, times its completion rate; in a
    closed year those of whom it is known."""
    ending = arrays.structure.cohorts.stack(enrolled, continuing)[arrays.structure.cohorts.last]
    if year < arrays.closed:
        return fact_or_model(arrays.completed[year], ending * arrays.past_completion_rate[arrays.program])
    return ending * arrays.completion_rate[arrays.program]


def counted_stock(arrays: Arrays, flow: StockFlow, holders: Array, year: int) -> Array:
    """Q[t], (H, D), as an observation of a closed year counted it; `holders` where there is none."""
    if year >= arrays.closed:
        return holders
    headcount = flow.headcount[year]
    return fact_or_model(np.minimum(headcount, headcount * arrays.observed[year][arrays.structure.stocks]), holders)
