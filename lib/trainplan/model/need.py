"""Need: the target path, and how many must be enrolled in a year to be on it when they complete (method.md, 3–4)."""

from __future__ import annotations

import numpy as np

from trainplan.model.arrays import Array, Arrays, Index, ceil, divide
from trainplan.model.completion import StockFlow, next_stock
from trainplan.model.kinds import kinds_with
from trainplan.model.workforce import Workforce


def target_path(arrays: Arrays) -> Array:
    """c*[t], (Y, O, D): coverage asked for at each year's end; for a count T·φ, in people."""
    rising = (arrays.target - arrays.baseline) * arrays.pace
    rising += arrays.baseline
    above = arrays.target < arrays.baseline
    return np.where(above, arrays.target, rising) if above.any() else rising


def population(arrays: Arrays, people: Workforce, rows: Index) -> Array:
    """The people that a share is taken of, (Y, rows, D), for the objectives `rows`: the group, or its appointees."""
    group = arrays.group[rows]
    size = people.headcount[:, group]
    appointed = kinds_with(arrays.kind[rows], "base", "appointees")
    if not appointed.any():
        return size
    return size * np.where(appointed[:, None], arrays.appointment_rate[group], 1.0)


def completion_rate(arrays: Arrays) -> Array:
    """r of an objective, (O, D): its routes' completion rates, weighted by their shares."""
    return arrays.of_objective(arrays.route_share * arrays.completion_rate[arrays.program])


def yearly_need(arrays: Arrays, people: Workforce, path: Array, passing: Array) -> Array:
    """Annual and appointment objectives, (Y, rows, D): the path's share of the year's people, over r; nobody twice."""
    rows = arrays.structure.yearly
    base = population(arrays, people, rows)
    return np.minimum(ceil(path[:, rows] * base / passing[rows]), ceil(base))


def stock_need(arrays: Arrays, flow: StockFlow, passing: Array, holders: Array, continuing: Array, year: int) -> Array:
    """Attainment, (H, D): what is missing from the path in the year in which a cohort started now completes, as far as
    idle. `holders` is Q of the year before, (H, D), and `continuing` the learners under way this year, (W, D)."""
    structure = arrays.structure
    need = np.zeros((len(structure.stocks), arrays.draws))
    passes = continuing * arrays.completion_rate[arrays.program[structure.cohorts.owner]]
    future, stays, idle = holders, np.ones_like(holders), need
    for done, ahead in enumerate(structure.ahead[: arrays.years - year], start=year):
        future, stays = future[ahead.within], stays[ahead.within]
        if done > year:
            stays = stays * flow.stay_rate[done][ahead.rows]
        future = next_stock(flow, future, ahead.to_rows(passes[ahead.continuing]) * stays, done, ahead.rows)
        if done == year:
            idle = ceil(idle_people(arrays, flow, future, continuing, year))
        rows = ahead.rows[ahead.ending]
        missing = np.maximum(0.0, flow.target_stock[done][rows] - future[ahead.ending])
        asked = ceil(divide(missing, passing[structure.stocks[rows]] * stays[ahead.ending]))
        need[rows] = np.minimum(asked, idle[rows])
    return need


def idle_people(arrays: Arrays, flow: StockFlow, holding: Array, continuing: Array, year: int) -> Array:
    """People, (H, D), who neither hold it at the end of the year nor are under way to it after that."""
    rows, by_stock = arrays.structure.studying
    return np.maximum(0.0, flow.headcount[year] - holding - by_stock(continuing[rows]))


def individual_need(arrays: Arrays, stocks: Array, courses: Array) -> Array:
    """Need of the year of every objective but counts, (O, D), from that of stocks and that of yearly courses."""
    need = np.zeros((len(arrays.group), arrays.draws))
    need[arrays.structure.stocks], need[arrays.structure.yearly] = stocks, courses
    return need


def count_need(arrays: Arrays, people: Workforce, path: Array, sent: Array, given: Array, year: int) -> Array:
    """Counts, (C, D): what is missing from T·φ, less what the parts are given this year, within the room they leave.

    `sent` (before this year) and `given` (places this year) are people, (C, D), each with those of its parts.
    """
    rows = arrays.structure.counts
    target, early = arrays.target[rows], (arrays.due[rows] > year)[:, None]
    need = path[year][rows] - sent - sum_parts(arrays, given)
    if early.any():
        room = target - sent - sum_parts(arrays, np.maximum(0.0, target - sent))
        need = np.minimum(need, np.where(early, room, np.inf))
    anybody = people.headcount[year][arrays.group[rows]] > 0
    return ceil(np.maximum(0.0, need)) * anybody


def sum_parts(arrays: Arrays, by_count: Array) -> Array:
    """Sums, (C, D), over the counts that are directly part of a count."""
    added = np.zeros_like(by_count)
    for part, whole in arrays.structure.parts:
        added[whole] += by_count[part]
    return added


def include_parts(arrays: Arrays, by_count: Array) -> Array:
    """Every count, (C, D), with whatever its parts have, and theirs."""
    added = by_count.copy()
    for part, whole in arrays.structure.parts:
        added[whole] += added[part]
    return added
