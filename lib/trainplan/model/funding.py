"""Funding: what of the deliverable enrollment the ceilings pay for (MODEL.md, section 6)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from trainplan.model.arrays import Array, Arrays, ceil, divide, floor, total
from trainplan.model.capacity import largest_remainder
from trainplan.model.cost import classes, cost, share_of


def funded(plan: Arrays, deliverable: Array, committed: Array, year: int) -> Array:
    """Whole people enrolled by every pair, (K, D), under the plan's rule; `committed` is (P, D) VND, paid first."""
    if plan.allocation == "all":
        return deliverable
    remaining = {
        source: np.maximum(0.0, plan.ceiling[year, source] - total(share_of(plan, source) * committed))
        for source in range(plan.ceiling.shape[1])
        if np.isfinite(plan.ceiling[year, source]).any()
    }
    return RULES[plan.allocation](plan, deliverable, remaining, year) if remaining else deliverable


Remaining = dict[int, Array]  # by row of the ceilings, (D,) VND


def everything(plan: Arrays, deliverable: Array, remaining: Remaining, year: int) -> Array:
    """`all`: the requirement."""
    return deliverable


def proportional(plan: Arrays, deliverable: Array, remaining: Remaining, year: int) -> Array:
    """`proportional`: every program cut by the factor of its scarcest source."""
    people = plan.of_program(deliverable)
    asked = cost(plan, people, classes(plan, people), plan.price[year])
    scarcest = np.ones((1, 1))
    for source, money in remaining.items():
        share = share_of(plan, source)
        factor = np.minimum(1.0, divide(money, total(share * asked), 1.0))
        scarcest = np.minimum(scarcest, np.where(share > 0, factor, 1.0))
    if (scarcest >= 1).all():
        return deliverable
    unit, opening = plan.learner_cost * plan.price[year], plan.class_cost * plan.price[year]
    fits = affordable(scarcest * asked, unit, opening, plan.class_size)
    enrolled = np.where((scarcest < 1) & (asked > 0), np.minimum(people, fits), people)
    cut = np.zeros_like(deliverable)
    single = plan.structure.single
    cut[single] = enrolled[plan.program[single]]
    for shared in plan.structure.places:
        cut[shared.rows] = largest_remainder(deliverable[shared.rows], enrolled[shared.owner])
    return cut


def priority(plan: Arrays, deliverable: Array, remaining: Remaining, year: int) -> Array:
    """`priority`: objectives by priority, each as many whole people as still fit every source that pays for them."""
    shares = {source: share_of(plan, source) for source in remaining}
    unit, opening = plan.learner_cost * plan.price[year], plan.class_cost * plan.price[year]
    enrolled = np.zeros_like(deliverable)
    taken = np.zeros((len(unit), deliverable.shape[-1]))
    for pair in np.lexsort((np.arange(len(deliverable)), plan.objective, plan.priority[plan.objective])):
        p = plan.program[pair]
        money = np.full(1, np.inf)
        for source, left in remaining.items():
            money = np.minimum(money, divide(left, shares[source][p], np.inf))
        fits = affordable(money, unit[p], opening[p], plan.class_size[p], taken[p])
        enrolled[pair] = np.minimum(deliverable[pair], fits)
        added = ceil((taken[p] + enrolled[pair]) / plan.class_size[p]) - ceil(taken[p] / plan.class_size[p])
        spent = enrolled[pair] * unit[p] + added * opening[p]
        remaining = {s: np.maximum(0.0, left - spent * shares[s][p]) for s, left in remaining.items()}
        taken[p] += enrolled[pair]
    return enrolled


RULES: dict[str, Callable[[Arrays, Array, Remaining, int], Array]] = {
    "all": everything,
    "proportional": proportional,
    "priority": priority,
}


def affordable(money: Array, unit: Array, opening: Array, size: Array, taken: Array | float = 0.0) -> Array:
    """Most whole people whom `money` pays for beside `taken`: `unit` VND each and `opening` VND a further class.

    With c more classes, seats allow floor((c0 + c)·size) − taken and money (money − c·opening) / unit. The best c lies
    where the two cross, so two values of c are enough.
    """
    seated = np.where(np.isinf(size), 1.0, size)  # without classes, opening is 0 and every seat count is as good
    begun = ceil(taken / seated)
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
