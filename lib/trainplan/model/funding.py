"""Funding: what of the deliverable enrollment the ceilings pay for (method.md, section 6)."""

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
        costs = (unit[p], opening[p], plan.class_size[p], taken[p])
        paying = {source: share[p] for source, share in shares.items() if (share[p] > 0).any()}
        asked, spent = deliverable[pair], costs_of(deliverable[pair], *costs)
        if any((spent * share > remaining[source]).any() for source, share in paying.items()):
            money = [divide(remaining[source], share, np.inf) for source, share in paying.items()]
            asked = np.minimum(asked, affordable(np.minimum(spent, np.min(money, axis=0)), *costs))
            spent = costs_of(asked, *costs)
        remaining = remaining | {s: np.maximum(0.0, remaining[s] - spent * share) for s, share in paying.items()}
        enrolled[pair] = asked
        taken[p] += asked
    return enrolled


RULES: dict[str, Callable[[Arrays, Array, Remaining, int], Array]] = {
    "all": everything,
    "proportional": proportional,
    "priority": priority,
}


def costs_of(people: Array, unit: Array, opening: Array, size: Array, taken: Array) -> Array:
    """VND for `people` beside `taken`: `unit` each and `opening` for each further class."""
    return people * unit + (ceil((taken + people) / size) - ceil(taken / size)) * opening


def affordable(money: Array, unit: Array, opening: Array, size: Array, taken: Array | float = 0.0) -> Array:
    """Most whole people whom `money` pays for beside `taken`: `unit` VND each and `opening` VND a further class.

    With c more classes, seats allow floor((c0 + c)·size) − taken and money (money − c·opening) / unit. The best c lies
    where the two cross, so two values of c are enough. No limit where money has none or people cost nothing.
    """
    unlimited = np.isinf(money) | (unit + opening == 0)
    if unlimited.any():
        limited = affordable(np.where(unlimited, 0.0, money), np.where(unlimited, 1.0, unit), opening, size, taken)
        return np.where(unlimited, np.inf, limited)
    seated = np.where(np.isinf(size), 1.0, size)  # without classes, opening is 0 and every seat count is as good
    begun = ceil(taken / seated)
    crossing = floor(divide(money - (begun * seated - taken) * unit, seated * unit + opening))

    def within(extra: Array) -> Array:
        left = money - extra * opening
        paid = floor(left / np.where(unit > 0, unit, 1.0))
        if not (unit > 0).all():
            paid = np.where(unit > 0, paid, np.where(left >= -1e-9 * money, np.inf, 0.0))
        return np.minimum(floor((begun + extra) * seated) - taken, paid)

    best = np.maximum(within(np.maximum(0.0, crossing)), within(np.maximum(0.0, crossing + 1)))
    return np.maximum(0.0, best)
