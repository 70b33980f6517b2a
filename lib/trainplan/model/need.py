"""Need: the target path, and how many must be enrolled in a year to be on it when they complete (method.md, 3–4)."""

from __future__ import annotations

import numpy as np

from trainplan.model.arrays import Array, Arrays, Index, ceil, divide
from trainplan.model.completion import Flow, stock
from trainplan.model.workforce import Workforce


def target_path(plan: Arrays) -> Array:
    """c*[t], (Y, O, D): coverage asked for at each year's end; for a count T·φ, in people."""
    rising = (plan.target - plan.baseline) * plan.pace
    rising += plan.baseline
    above = plan.target < plan.baseline
    return np.where(above, plan.target, rising) if above.any() else rising


def population(plan: Arrays, people: Workforce, rows: Index) -> Array:
    """The people that a share is taken of, (Y, rows, D), for the objectives `rows`: the group, or its appointees."""
    group = plan.group[rows]
    size = people.headcount[:, group]
    appointed = plan.kind[rows] == "appointment"
    if not appointed.any():
        return size
    return size * np.where(appointed[:, None], plan.appointment_rate[group], 1.0)


def completion_rate(plan: Arrays) -> Array:
    """r of an objective, (O, D): its routes' completion rates, weighted by their shares."""
    return plan.of_objective(plan.route_share * plan.completion_rate[plan.program])


def course_need(plan: Arrays, people: Workforce, path: Array, passing: Array) -> Array:
    """Annual and appointment objectives, (Y, rows, D): the path's share of the year's people, over r; nobody twice."""
    rows = plan.structure.yearly
    base = population(plan, people, rows)
    return np.minimum(ceil(path[:, rows] * base / passing[rows]), ceil(base))


def stock_need(plan: Arrays, flow: Flow, passing: Array, holders: Array, later: Array, year: int) -> Array:
    """Attainment, (S, D): what is missing from the path in the year in which a cohort started now completes, as far as
    idle. `holders` is Q of the year before, (S, D), and `later` the cohorts under way this year, (W, D)."""
    structure = plan.structure
    need = np.zeros((len(structure.stocks), plan.draws))
    passes = later * plan.completion_rate[plan.program[structure.cohorts.owner]]
    future, stays, idle = holders, np.ones_like(holders), need
    for done, ahead in enumerate(structure.ahead[: plan.years - year], start=year):
        future, stays = future[ahead.within], stays[ahead.within]
        if done > year:
            stays = stays * flow.stay[done][ahead.rows]
        future = stock(flow, future, ahead.to_rows(passes[ahead.later]) * stays, done, ahead.rows)
        if done == year:
            idle = idle_people(plan, flow, future, later, year)
        rows = ahead.rows[ahead.ending]
        missing = np.maximum(0.0, flow.wanted[done][rows] - future[ahead.ending])
        asked = ceil(divide(missing, passing[structure.stocks[rows]] * stays[ahead.ending]))
        need[rows] = np.minimum(asked, idle[rows])
    return need


def idle_people(plan: Arrays, flow: Flow, holding: Array, later: Array, year: int) -> Array:
    """Whole people, (S, D), who neither hold it at the end of the year nor are under way to it after that."""
    rows, by_stock = plan.structure.studying
    return ceil(np.maximum(0.0, flow.size[year] - holding - by_stock(later[rows])))


def individual_need(plan: Arrays, stocks: Array, courses: Array) -> Array:
    """Need of the year of every objective but counts, (O, D), from that of stocks and that of yearly courses."""
    need = np.zeros((len(plan.group), plan.draws))
    need[plan.structure.stocks], need[plan.structure.yearly] = stocks, courses
    return need


def count_need(plan: Arrays, people: Workforce, path: Array, sent: Array, given: Array, year: int) -> Array:
    """Counts, (C, D): what is missing from T·φ, less what the parts are given this year, within the room they leave.

    `sent` (before this year) and `given` (places this year) are people, (C, D), each with those of its parts.
    """
    rows = plan.structure.counts
    target, early = plan.target[rows], (plan.due[rows] > year)[:, None]
    need = path[year][rows] - sent - of_parts(plan, given)
    if early.any():
        room = target - sent - of_parts(plan, np.maximum(0.0, target - sent))
        need = np.minimum(need, np.where(early, room, np.inf))
    anybody = people.headcount[year][plan.group[rows]] > 0
    return ceil(np.maximum(0.0, need)) * anybody


def of_parts(plan: Arrays, by_count: Array) -> Array:
    """Sums, (C, D), over the counts that are directly part of a count."""
    added = np.zeros_like(by_count)
    for part, whole in plan.structure.parts:
        added[whole] += by_count[part]
    return added


def with_parts(plan: Arrays, by_count: Array) -> Array:
    """Every count, (C, D), with whatever its parts have, and theirs."""
    added = by_count.copy()
    for part, whole in plan.structure.parts:
        added[whole] += added[part]
    return added
