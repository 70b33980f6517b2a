"""Whole people and classes that keep every limit, as near to a wanted enrollment as fits (method.md, section 6)."""

from __future__ import annotations

import numpy as np

from trainplan.model.arrays import Array, Arrays, floor
from trainplan.model.cost import count_classes
from trainplan.model.funding import affordable_people
from trainplan.optimize.constants import MILLION, SLACK, Constants, of_objective


def round_enrollment(arrays: Arrays, constants: Constants, wanted: Array) -> Array:
    """(Y, K) whole people, at most `wanted`, within places, people and the ceilings of every year of their courses.

    Years in their order, within a year whoever saves most of the shortfall per đồng first.
    """
    enrolled = np.zeros_like(wanted)
    share = np.concatenate([arrays.source_share[..., 0], np.ones((len(arrays.course_years), 1))], axis=1)  # (P, S+1)
    money = np.maximum(0.0, arrays.ceiling[..., 0] - constants.committed_cost @ share) / MILLION  # (Y, S+1)
    wanted = np.minimum(floor(wanted), constants.max_enrollment)
    order = np.lexsort((np.arange(wanted.shape[1]), -_people_per_million(arrays, constants)))
    for year in range(arrays.years):
        may = max_sendable(arrays, constants, enrolled, year)
        route = floor(np.minimum(may[arrays.objective] * arrays.route_share[:, 0] + SLACK, may[arrays.objective]))
        wish = np.minimum(wanted[year], np.where(constants.yearly[arrays.objective], np.inf, route))
        places, taken = arrays.capacity[:, 0].copy(), np.zeros(len(arrays.course_years))
        for pair in order[wish[order] > 0]:
            p, o = arrays.program[pair], arrays.objective[pair]
            people = min(wish[pair], places[p], np.inf if constants.yearly[o] else may[o])
            cost = constants.learner_cost[: arrays.years, year, pair], constants.class_cost[: arrays.years, year, p]
            fits = _affordable_in_every_year(money, share[p], cost, constants.class_size[p], taken[p])
            people = max(0.0, min(people, fits))
            size = constants.class_size[p]
            before, after = count_classes(np.array([taken[p], taken[p] + people]), size)
            money = np.maximum(0.0, money - np.outer(people * cost[0] + (after - before) * cost[1], share[p]))
            enrolled[year, pair] = people
            places[p] -= people
            taken[p] += people
            may[o] -= people
    return enrolled


def max_sendable(arrays: Arrays, constants: Constants, enrolled: Array, year: int) -> Array:
    """(O,) whole people whom an objective may still send in a year, after the enrollment (Y, K) of the years before."""
    stock = np.zeros(len(arrays.kind))
    for now in range(year + 1):
        before = constants.inflow[now] + (constants.keep_rate[now] * stock if now else 0.0)
        ending = constants.course_years + np.arange(year)[:, None] - 1 == now  # (start, K)
        done = enrolled[:year] * constants.survival[now, :year] * constants.completion_rate * ending
        stock = np.minimum(constants.headcount[now], before + of_objective(arrays, done.sum(axis=0)))
    on = constants.course_years + np.arange(year)[:, None] - 1 > year
    students = of_objective(arrays, (enrolled[:year] * constants.survival[year, :year] * on).sum(axis=0))
    students += constants.under_way[year]
    idle = floor(np.maximum(0.0, constants.headcount[year] - stock - students) + SLACK)
    sent = of_objective(arrays, enrolled[:year].sum(axis=0))
    return np.where(constants.counts, np.maximum(0.0, constants.count_limit[year] - sent), idle)


def _people_per_million(arrays: Arrays, constants: Constants) -> Array:
    """(K,) weighted people who pass for a million VND, classes filled."""
    seat = np.where(np.isfinite(constants.class_size), arrays.class_cost[:, 0] / constants.class_size, 0.0)
    price = (arrays.learner_cost[:, 0] + seat) * arrays.course_years
    return constants.weight[arrays.objective] * constants.completion_rate / np.maximum(price[arrays.program], 1.0)


def _affordable_in_every_year(
    money: Array, share: Array, cost: tuple[Array, Array], size: float, taken: float
) -> float:
    """Most people for whom every year's money is enough; `cost` is that of a learner and of a class by year."""
    paying = share > 0
    free = (money[:, paying] / share[paying]).min(axis=1)
    held = np.isfinite(free)
    if not held.any():
        return np.inf
    fits = affordable_people(free[held], cost[0][held], cost[1][held], np.array([size]), np.array([taken]))
    return float(fits.min())
