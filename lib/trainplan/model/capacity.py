"""Capacity: the year's need split over its routes, and what the programs have places for (MODEL.md, section 4)."""

from __future__ import annotations

import numpy as np

from trainplan.model.arrays import Array, Arrays, Index, divide, floor
from trainplan.model.need import count_need, with_parts
from trainplan.model.workforce import Workforce

FRACTION_DIGITS = 9  # fractions that differ by less are a tie


def largest_remainder(weight: Array, total: Array) -> Array:
    """Shares a whole `total`, (D,), in proportion to `weight`, (n, D), in whole numbers; ties go to the first."""
    if len(weight) == 1:
        return np.where(weight > 0, total, 0.0)
    ideal = divide(weight * total, weight.sum(axis=0))
    whole = floor(ideal)
    left = total - whole.sum(axis=0)
    order = np.argsort(-np.round(ideal - whole, FRACTION_DIGITS), axis=0, kind="stable")
    rank = np.argsort(order, axis=0, kind="stable")
    return np.where(weight.sum(axis=0) > 0, whole + (rank < left), 0.0)


def needed_and_deliverable(
    plan: Arrays, people: Workforce, path: Array, individual: Array, sent: Array, year: int
) -> tuple[Array, Array]:
    """What every pair needs this year and what capacity lets through, both (K, D).

    Parts of a count come first, deepest first: what they are given lowers the need of the count they belong to.
    """
    needed = np.zeros((len(plan.objective), 1))
    deliverable, places = needed, plan.capacity
    counted = (plan.kind == "count")[:, None]
    for level in range(int(plan.level.max(initial=0)), -1, -1):
        given = with_parts(plan, plan.of_objective(deliverable))
        need = np.where(counted, count_need(plan, people, path, sent, given, year), individual)
        asked = split_by_route(plan, np.where((plan.level == level)[:, None], need, 0.0))
        fits = within_capacity(plan, asked, places)
        needed, deliverable = needed + asked, deliverable + fits
        places = places - plan.of_program(fits)
    return needed, deliverable


def split_by_route(plan: Arrays, need: Array) -> Array:
    """The need of every objective, (O, D), as whole people by pair, (K, D), in proportion to the routes' shares."""
    split = np.zeros_like(plan.route_share * need[plan.objective])
    for routes in _together(plan.objective):
        split[routes] = largest_remainder(plan.route_share[routes], need[plan.objective[routes[0]]])
    return split


def within_capacity(plan: Arrays, asked: Array, places: Array) -> Array:
    """What `places`, (P, D), let through of `asked`, (K, D): whole people in proportion to need."""
    fits = asked + np.zeros_like(places[:1])
    for pairs in _together(plan.program):
        pairs = pairs[np.argsort(plan.objective[pairs], kind="stable")]
        room = places[plan.program[pairs[0]]]
        total = asked[pairs].sum(axis=0)
        if np.any(total > room):
            cut = largest_remainder(asked[pairs], np.minimum(total, room))
            fits[pairs] = np.where(total > room, cut, asked[pairs])
    return fits


def _together(owner: Index) -> list[Index]:
    """Pairs that share an owner, one array of pairs each."""
    return [np.flatnonzero(owner == one) for one in np.unique(owner)]
