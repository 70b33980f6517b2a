"""Need: the target path, and how many must be enrolled in a year to be on it when they complete (MODEL.md, 3–4)."""

from __future__ import annotations

import numpy as np

from trainplan.model.arrays import Array, Arrays, ceil, divide
from trainplan.model.completion import completions, stock, studying_after, survive
from trainplan.model.workforce import Workforce


def target_path(plan: Arrays) -> Array:
    """c*[t], (Y, O, D): coverage asked for at each year's end; for a count T·φ, in people."""
    rising = plan.baseline + (plan.target - plan.baseline) * plan.pace
    return np.where(plan.target < plan.baseline, plan.target, rising)


def population(plan: Arrays, people: Workforce) -> Array:
    """The people that a share is taken of, (Y, O, D): the group, or its appointees of the year."""
    size = people.headcount[:, plan.group]
    appointed = (plan.kind == "appointment")[:, None]
    return np.where(appointed, plan.appointment_rate[plan.group] * size, size)


def completion_rate(plan: Arrays) -> Array:
    """r of an objective, (O, D): its routes' completion rates, weighted by their shares."""
    return plan.of_objective(plan.route_share * plan.completion_rate[plan.program])


def individual_need(plan: Arrays, people: Workforce, path: Array, holders: Array, cohorts: Array, year: int) -> Array:
    """Need of the year, (O, D), of every objective but counts.

    `holders` is Q of the year before, (O, D), and `cohorts` what is under way this year, (K, A, D).
    """
    stays = stock_need(plan, people, path, holders, cohorts, year)
    yearly = course_need(plan, people, path, year)
    return np.where((plan.kind == "attainment")[:, None], stays, yearly)


def course_need(plan: Arrays, people: Workforce, path: Array, year: int) -> Array:
    """Annual and appointment objectives: the path's share of this year's people, over r; nobody twice."""
    base = population(plan, people)[year]
    return np.minimum(ceil(path[year] * base / completion_rate(plan)), ceil(base))


def stock_need(plan: Arrays, people: Workforce, path: Array, holders: Array, cohorts: Array, year: int) -> Array:
    """Attainment: what is missing from the path in the year in which a cohort started now completes, as far as idle."""
    need = np.zeros_like(holders + path[year])
    future, alive = holders, cohorts
    survival = np.ones_like(need)
    idle = need
    for done in range(year, min(year + int(plan.length.max()), plan.years)):
        if done > year:
            alive = survive(plan, people, alive, done)
            survival = survival * (1 - people.leave_rate[done][plan.group])
        future = stock(plan, people, future, plan.of_objective(completions(plan, alive, done)), done)
        size = people.headcount[done][plan.group]
        if done == year:
            idle = ceil(np.maximum(0.0, size - future - studying_after(plan, alive, year)))
        missing = np.maximum(0.0, path[done] * size - future)
        passing = completion_rate(plan) * survival
        asked = ceil(divide(missing, passing))
        need = np.where((plan.length == done - year + 1)[:, None], np.minimum(asked, idle), need)
    return need


def count_need(plan: Arrays, people: Workforce, path: Array, sent: Array, given: Array, year: int) -> Array:
    """Counts, (O, D): what is missing from T·φ, less what the parts are given this year, within the room they leave.

    `sent` (before this year) and `given` (places this year) are people, (O, D), each with those of its parts.
    """
    missing = path[year] - sent - of_parts(plan, given)
    room = plan.target - sent - of_parts(plan, np.maximum(0.0, plan.target - sent))
    room = np.where((plan.due <= year)[:, None], np.inf, room)
    anybody = people.headcount[year][plan.group] > 0
    return np.where(anybody, ceil(np.maximum(0.0, np.minimum(missing, room))), 0.0)


def of_parts(plan: Arrays, by_objective: Array) -> Array:
    """Sums (O, D) over the counts that are directly part of a count: (O, D)."""
    total = np.zeros_like(by_objective)
    parts = np.flatnonzero(plan.above >= 0)
    np.add.at(total, plan.above[parts], by_objective[parts])
    return total


def with_parts(plan: Arrays, by_objective: Array) -> Array:
    """Adds to every count, (O, D), whatever its parts have, and theirs."""
    total = by_objective.copy()
    for level in range(int(plan.level.max(initial=0)), 0, -1):
        for part in np.flatnonzero(plan.level == level):
            total[plan.above[part]] += total[part]
    return total
