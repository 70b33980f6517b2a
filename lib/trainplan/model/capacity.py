"""Capacity: the year's need split over its routes, and what the programs have places for (method.md, section 4)."""

from __future__ import annotations

import numpy as np

from trainplan.model.arrays import Array, Arrays, divide, floor, total
from trainplan.model.layout import Level
from trainplan.model.need import count_need, with_parts
from trainplan.model.workforce import Workforce

FRACTIONS = 1e9  # fractions that differ by less than one of these are a tie


def largest_remainder(weight: Array, whole: Array) -> Array:
    """Shares a `whole`, (…, D), in proportion to `weight`, (n, …, D), in whole numbers; ties go to the first."""
    shares = divide(weight * whole, total(weight))
    given = floor(shares)
    fraction = np.rint((shares - given) * FRACTIONS)
    ahead = np.zeros(fraction.shape, np.int8 if len(fraction) < 128 else np.int32)  # who have more, or come first
    for later in range(1, len(fraction)):
        passes = (fraction[later] > fraction[:later]).view(np.int8)
        ahead[:later] += passes
        ahead[later] = later - np.add.reduce(passes, axis=0, dtype=ahead.dtype)
    return given + (ahead < whole - total(given))


def needed_and_deliverable(
    plan: Arrays, people: Workforce, path: Array, individual: Array, sent: Array, year: int
) -> tuple[Array, Array]:
    """What every pair needs this year and what capacity lets through, both (K, D).

    Parts of a count come first, deepest first: what they are given lowers the need of the count they belong to.
    """
    need, places = individual.copy(), plan.capacity
    needed = deliverable = np.zeros((len(plan.objective), plan.draws))
    for level in plan.structure.levels:
        if len(level.counts):
            given = with_parts(plan, plan.structure.by_count(deliverable))
            counted = count_need(plan, people, path, sent, given, year)
            need[plan.structure.counts[level.counts]] = counted[level.counts]
        asked = split_by_route(plan, level, need)
        fits = within_capacity(plan, level, asked, places)
        needed, deliverable = needed + asked, deliverable + fits
        if level is not plan.structure.levels[-1]:
            places = plan.capacity - plan.of_program(deliverable)
    return needed, deliverable


def split_by_route(plan: Arrays, level: Level, need: Array) -> Array:
    """The need of the level's objectives, (O, D), as whole people by pair, (K, D), in proportion to shares."""
    split = np.zeros((len(plan.objective), need.shape[-1]))
    split[level.alone] = need[plan.objective[level.alone]]
    for shared in level.routed:
        split[shared.rows] = largest_remainder(plan.route_share[shared.rows], need[shared.owner])
    return split


def within_capacity(plan: Arrays, level: Level, asked: Array, places: Array) -> Array:
    """What `places`, (P, D), let through of what the level asks, (K, D): whole people in proportion to need."""
    fits = asked.copy()
    fits[level.single] = np.minimum(asked[level.single], places[plan.program[level.single]])
    for shared in level.places:
        wanted = asked[shared.rows]
        together, room = total(wanted), places[shared.owner]
        short = (together > room).any(axis=-1)
        if short.any():
            fits[shared.rows[:, short]] = largest_remainder(wanted[:, short], np.minimum(together, room)[short])
    return fits
