"""Whole people and classes that keep every limit, as near to a wanted enrollment as fits (method.md, section 6)."""

from __future__ import annotations

import math

import numpy as np

from trainplan.model.arrays import Array, Arrays, floor
from trainplan.model.funding import affordable
from trainplan.model.rounding import ROUNDING
from trainplan.optimize.constants import MILLION, SLACK, Facts, of_objective


def fitted(plan: Arrays, facts: Facts, wanted: Array) -> Array:
    """(Y, K) whole people, at most `wanted`, within places, people and the ceilings of every year of their courses.

    Years in their order, within a year whoever saves most of the shortfall per đồng first.
    """
    enrolled = np.zeros_like(wanted)
    share = np.concatenate([plan.source_share[..., 0], np.ones((len(plan.course_years), 1))], axis=1)  # (P, S+1)
    money = np.maximum(0.0, plan.ceiling[..., 0] - facts.committed @ share) / MILLION  # (Y, S+1)
    wanted = np.minimum(floor(wanted), facts.most)
    order = np.lexsort((np.arange(wanted.shape[1]), -_worth(plan, facts)))
    for year in range(plan.years):
        may = sendable(plan, facts, enrolled, year)
        route = floor(np.minimum(may[plan.objective] * plan.route_share[:, 0] + SLACK, may[plan.objective]))
        wish = np.minimum(wanted[year], np.where(facts.yearly[plan.objective], np.inf, route))
        places, taken = plan.capacity[:, 0].copy(), np.zeros(len(plan.course_years))
        for pair in order[wish[order] > 0]:
            p, o = plan.program[pair], plan.objective[pair]
            people = min(wish[pair], places[p], np.inf if facts.yearly[o] else may[o])
            cost = facts.learner_cost[: plan.years, year, pair], facts.class_cost[: plan.years, year, p]
            fits = _fits(money, share[p], cost, facts.class_size[p], taken[p])
            people = max(0.0, min(people, fits))
            classes = _classes(taken[p] + people, facts.class_size[p]) - _classes(taken[p], facts.class_size[p])
            money = np.maximum(0.0, money - np.outer(people * cost[0] + classes * cost[1], share[p]))
            enrolled[year, pair] = people
            places[p] -= people
            taken[p] += people
            may[o] -= people
    return enrolled


def sendable(plan: Arrays, facts: Facts, enrolled: Array, year: int) -> Array:
    """(O,) whole people whom an objective may still send in a year, after the enrollment (Y, K) of the years before."""
    stock = np.zeros(len(plan.kind))
    for now in range(year + 1):
        before = facts.given[now] + (facts.keep[now] * stock if now else 0.0)
        ending = facts.length + np.arange(year)[:, None] - 1 == now  # (start, K)
        done = enrolled[:year] * facts.left[now, :year] * facts.rate * ending
        stock = np.minimum(facts.headcount[now], before + of_objective(plan, done.sum(axis=0)))
    on = facts.length + np.arange(year)[:, None] - 1 > year
    students = of_objective(plan, (enrolled[:year] * facts.left[year, :year] * on).sum(axis=0)) + facts.studying[year]
    idle = floor(np.maximum(0.0, facts.headcount[year] - stock - students) + SLACK)
    sent = of_objective(plan, enrolled[:year].sum(axis=0))
    return np.where(plan.kind == "count", np.maximum(0.0, facts.limit[year] - sent), idle)


def _worth(plan: Arrays, facts: Facts) -> Array:
    """(K,) weighted people who pass for a million VND, classes filled."""
    seat = np.where(np.isfinite(facts.class_size), plan.class_cost[:, 0] / facts.class_size, 0.0)
    price = (plan.learner_cost[:, 0] + seat) * plan.course_years
    return facts.weight[plan.objective] * facts.rate / np.maximum(price[plan.program], 1.0)


def _fits(money: Array, share: Array, cost: tuple[Array, Array], size: float, taken: float) -> float:
    """Most people for whom every year's money is enough; `cost` is that of a learner and of a class by year."""
    paying = share > 0
    free = (money[:, paying] / share[paying]).min(axis=1)
    held = np.isfinite(free)
    if not held.any():
        return np.inf
    fits = affordable(free[held], cost[0][held], cost[1][held], np.array([size]), np.array([taken]))
    return float(fits.min())


def _classes(people: float, size: float) -> int:
    return math.ceil(people / size - ROUNDING)
