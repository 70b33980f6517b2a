"""Funding: what of the deliverable enrollment the ceilings pay for (MODEL.md, section 6)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from trainplan.model.arrays import Array, Arrays, divide, floor
from trainplan.model.capacity import largest_remainder
from trainplan.model.cost import by_source, classes, cost, pays


def funded(plan: Arrays, deliverable: Array, committed: Array, year: int) -> Array:
    """Whole people enrolled by every pair, (K, D), under the plan's rule; `committed` is (P, D) VND, paid first."""
    remaining = np.maximum(0.0, plan.ceiling[year] - by_source(plan, committed))
    return RULES[plan.allocation](plan, deliverable, remaining, year)


def everything(plan: Arrays, deliverable: Array, remaining: Array, year: int) -> Array:
    """`all`: the requirement."""
    return deliverable


def proportional(plan: Arrays, deliverable: Array, remaining: Array, year: int) -> Array:
    """`proportional`: every program cut by the factor of its scarcest source."""
    people = plan.of_program(deliverable)
    asked = cost(plan, people, classes(plan, people), year)
    factor = np.minimum(1.0, divide(remaining, by_source(plan, asked), 1.0))
    scarcest = np.where(pays(plan), factor, 1.0).min(axis=1)
    unit, opening = plan.learner_cost * plan.price[year], plan.class_cost * plan.price[year]
    fits = affordable(scarcest * asked, unit, opening, plan.class_size, np.zeros_like(people))
    enrolled = np.where((scarcest < 1) & (asked > 0), np.minimum(people, fits), people)
    share = deliverable + np.zeros_like(enrolled[:1])
    for p in range(len(people)):
        pairs = np.flatnonzero(plan.program == p)
        pairs = pairs[np.argsort(plan.objective[pairs], kind="stable")]
        share[pairs] = largest_remainder(deliverable[pairs], enrolled[p])
    return share


def priority(plan: Arrays, deliverable: Array, remaining: Array, year: int) -> Array:
    """`priority`: objectives by priority, each as many whole people as still fit every source that pays for them."""
    share = np.concatenate([plan.source_share, np.ones_like(plan.source_share[:, :1])], axis=1)
    unit, opening = plan.learner_cost * plan.price[year], plan.class_cost * plan.price[year]
    draws = np.broadcast_shapes(deliverable.shape[1:], remaining.shape[1:], unit.shape[1:], share.shape[2:])
    enrolled = np.zeros((len(deliverable), *draws))
    taken = np.zeros((len(unit), *draws))
    for pair in np.lexsort((np.arange(len(deliverable)), plan.objective, plan.priority[plan.objective])):
        p = plan.program[pair]
        money = np.where(share[p] > 0, divide(remaining, share[p], np.inf), np.inf).min(axis=0)
        fits = affordable(money, unit[p], opening[p], plan.class_size[p], taken[p])
        enrolled[pair] = np.minimum(deliverable[pair], fits)
        added = classes_added(taken[p], enrolled[pair], plan.class_size[p])
        spent = enrolled[pair] * unit[p] + added * opening[p]
        remaining = np.maximum(0.0, remaining - spent * share[p])
        taken[p] += enrolled[pair]
    return enrolled


RULES: dict[str, Callable[[Arrays, Array, Array, int], Array]] = {
    "all": everything,
    "proportional": proportional,
    "priority": priority,
}


def classes_added(taken: Array, people: Array, size: Array) -> Array:
    """Classes that `people` more learners open in a program that has `taken` already."""
    return np.ceil((taken + people) / size - 1e-9) - np.ceil(taken / size - 1e-9)


def affordable(money: Array, unit: Array, opening: Array, size: Array, taken: Array) -> Array:
    """Most whole people whom `money` pays for beside `taken`: `unit` VND each and `opening` VND a further class.

    With c more classes, seats allow floor((c0 + c)·size) − taken and money (money − c·opening) / unit. The best c lies
    where the two cross, so two values of c are enough.
    """
    seated = np.where(np.isinf(size), 1.0, size)  # without classes, opening is 0 and every seat count is as good
    begun = np.ceil(taken / seated - 1e-9)
    free = np.where(np.isinf(money), 0.0, money)
    crossing = floor(divide(free - (begun * seated - taken) * unit, seated * unit + opening))
    best = np.zeros_like(crossing)
    for extra in (np.maximum(0.0, crossing), np.maximum(0.0, crossing + 1)):
        left = free - extra * opening
        seats = floor((begun + extra) * seated) - taken
        paid = np.where(unit > 0, floor(divide(left, unit)), np.inf)
        best = np.maximum(best, np.where(left >= -1e-9 * free, np.minimum(seats, paid), 0.0))
    unlimited = np.isinf(money) | (unit + opening == 0)
    return np.where(unlimited, np.inf, best)
