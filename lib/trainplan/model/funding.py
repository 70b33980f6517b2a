"""Funding: what of the deliverable enrollment the ceilings pay for (method.md, section 6)."""

from __future__ import annotations

import numpy as np

from trainplan.model.arrays import Array, Arrays, divide, floor, total
from trainplan.model.capacity import largest_remainder
from trainplan.model.cost import count_classes, share_paid_by, yearly_cost
from trainplan.plan.choices import ALLOCATION_RULES, rule

Remaining = dict[int, Array]  # (D,) VND left of a year's ceilings, by their row in `arrays.ceiling`


def fund_enrollment(arrays: Arrays, deliverable: Array, committed: Array, year: int) -> Array:
    """Whole people enrolled by every pair, (K, D), under the plan's rule, which decides year by year.

    `deliverable` is (K, D) people, `committed` the cost of cohorts under way, (P, D) VND, which is paid first.
    """
    chosen = ALLOCATION_RULES[arrays.allocation]
    if not chosen.keeps_ceilings:
        return np.asarray(chosen.decide(arrays, deliverable, {}, year))
    remaining = {
        source: np.maximum(0.0, arrays.ceiling[year, source] - total(share_paid_by(arrays, source) * committed))
        for source in range(arrays.ceiling.shape[1])
        if np.isfinite(arrays.ceiling[year, source]).any()
    }
    return np.asarray(chosen.decide(arrays, deliverable, remaining, year)) if remaining else deliverable


@rule("all", keeps_ceilings=False)
def fund_all(arrays: Arrays, deliverable: Array, remaining: Remaining, year: int) -> Array:
    """Everything deliverable, (K, D): the requirement."""
    return deliverable


@rule("proportional")
def fund_proportionally(arrays: Arrays, deliverable: Array, remaining: Remaining, year: int) -> Array:
    """What is deliverable, (K, D), with every program cut by the factor of its scarcest source."""
    people = arrays.of_program(deliverable)
    asked = yearly_cost(arrays, people, count_classes(people, arrays.class_size), arrays.price[year])
    scarcest = np.ones((1, 1))
    for source, money in remaining.items():
        share = share_paid_by(arrays, source)
        factor = np.minimum(1.0, divide(money, total(share * asked), 1.0))
        scarcest = np.minimum(scarcest, np.where(share > 0, factor, 1.0))
    if (scarcest >= 1).all():
        return deliverable
    unit, opening = arrays.learner_cost * arrays.price[year], arrays.class_cost * arrays.price[year]
    fits = affordable_people(scarcest * asked, unit, opening, arrays.class_size)
    enrolled = np.where((scarcest < 1) & (asked > 0), np.minimum(people, fits), people)
    cut = np.zeros_like(deliverable)
    exclusive = arrays.structure.exclusive
    cut[exclusive] = enrolled[arrays.program[exclusive]]
    for shared in arrays.structure.shared:
        cut[shared.rows] = largest_remainder(deliverable[shared.rows], enrolled[shared.owner])
    return cut


@rule("priority")
def fund_by_priority(arrays: Arrays, deliverable: Array, remaining: Remaining, year: int) -> Array:
    """Objectives by priority, (K, D): each as many whole people as still fit every source that pays for them."""
    shares = {source: share_paid_by(arrays, source) for source in remaining}
    unit, opening = arrays.learner_cost * arrays.price[year], arrays.class_cost * arrays.price[year]
    enrolled = np.zeros_like(deliverable)
    taken = np.zeros((len(unit), deliverable.shape[-1]))
    for pair in np.lexsort((np.arange(len(deliverable)), arrays.objective, arrays.priority[arrays.objective])):
        if not deliverable[pair].any():
            continue
        p = arrays.program[pair]
        costs = (unit[p], opening[p], arrays.class_size[p], taken[p])
        paying = {source: share[p] for source, share in shares.items() if (share[p] > 0).any()}
        asked, spent = deliverable[pair], incremental_cost(deliverable[pair], *costs)
        if any((spent * share > remaining[source]).any() for source, share in paying.items()):
            money = [divide(remaining[source], share, np.inf) for source, share in paying.items()]
            asked = np.minimum(asked, affordable_people(np.minimum(spent, np.min(money, axis=0)), *costs))
            spent = incremental_cost(asked, *costs)
        remaining = remaining | {s: np.maximum(0.0, remaining[s] - spent * share) for s, share in paying.items()}
        enrolled[pair] = asked
        taken[p] += asked
    return enrolled


def incremental_cost(people: Array, unit: Array, opening: Array, size: Array, taken: Array) -> Array:
    """Incremental cost, VND, of adding `people` to `taken`: `unit` each, and `opening` for every class newly opened.

    Arrays of any shape, which broadcast together.
    """
    if not opening.any():
        return people * unit
    return people * unit + (count_classes(taken + people, size) - count_classes(taken, size)) * opening


def affordable_people(money: Array, unit: Array, opening: Array, size: Array, taken: Array | float = 0.0) -> Array:
    """Most whole people whom `money` pays for beside `taken`: `unit` VND each and `opening` VND a further class.

    With c more classes, seats allow floor((c0 + c)·size) − taken and money (money − c·opening) / unit. The best c lies
    where the two cross, so two values of c are enough. No limit where money has none or people cost nothing. Arrays of
    any shape, which broadcast together.
    """
    unlimited = np.isinf(money) | (unit + opening == 0)
    if unlimited.any():
        limited = affordable_people(
            np.where(unlimited, 0.0, money), np.where(unlimited, 1.0, unit), opening, size, taken
        )
        return np.where(unlimited, np.inf, limited)
    if np.isinf(size).all() and (unit > 0).all():
        return np.maximum(0.0, floor(money / unit))
    seated = np.where(np.isinf(size), 1.0, size)  # without classes, opening is 0 and every seat count is as good
    begun = count_classes(taken, seated)
    crossing = floor(divide(money - (begun * seated - taken) * unit, seated * unit + opening))

    def people_paid(extra: Array) -> Array:
        """Whole people, of any shape, whom seats and money allow with `extra` classes more."""
        left = money - extra * opening
        paid = floor(left / np.where(unit > 0, unit, 1.0))
        if not (unit > 0).all():
            paid = np.where(unit > 0, paid, np.where(left >= -1e-9 * money, np.inf, 0.0))
        return np.minimum(floor((begun + extra) * seated) - taken, paid)

    best = np.maximum(people_paid(np.maximum(0.0, crossing)), people_paid(np.maximum(0.0, crossing + 1)))
    return np.maximum(0.0, best)
