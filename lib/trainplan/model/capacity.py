"""Capacity: the year's need split over its routes, and what the programs have places for (method.md, section 4)."""

from __future__ import annotations

import numpy as np

from trainplan.model.arrays import Array, Arrays, divide, floor, total
from trainplan.model.layout import Level
from trainplan.model.need import count_need, include_parts
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
    arrays: Arrays, people: Workforce, path: Array, individual: Array, sent: Array, year: int
) -> tuple[Array, Array]:
    """What every pair needs this year and what capacity lets through, both (K, D).

    Parts of a count come first, deepest first: what they are given lowers the need of the count they belong to.
    """
    need, places = individual.copy(), arrays.capacity
    needed = deliverable = np.zeros((len(arrays.objective), arrays.draws))
    for level in arrays.structure.levels:
        if len(level.counts):
            given = include_parts(arrays, arrays.structure.by_count(deliverable))
            counted = count_need(arrays, people, path, sent, given, year)
            need[arrays.structure.counts[level.counts]] = counted[level.counts]
        asked = split_by_route(arrays, level, need)
        fits = deliverable_within_capacity(arrays, level, asked, places)
        needed, deliverable = needed + asked, deliverable + fits
        if level is not arrays.structure.levels[-1]:
            places = arrays.capacity - arrays.of_program(deliverable)
    return needed, deliverable


def split_by_route(arrays: Arrays, level: Level, need: Array) -> Array:
    """The need of the level's objectives, (O, D), as whole people by pair, (K, D), in proportion to shares."""
    split = np.zeros((len(arrays.objective), need.shape[-1]))
    split[level.only_routes] = need[arrays.objective[level.only_routes]]
    for shared in level.split_routes:
        split[shared.rows] = largest_remainder(arrays.route_share[shared.rows], need[shared.owner])
    return split


def deliverable_within_capacity(arrays: Arrays, level: Level, asked: Array, places: Array) -> Array:
    """Deliverable, (K, D): what `places`, (P, D), let through of what the level asks; whole people, as need is."""
    fits = asked.copy()
    fits[level.exclusive] = np.minimum(asked[level.exclusive], places[arrays.program[level.exclusive]])
    for shared in level.shared:
        wanted = asked[shared.rows]
        together, room = total(wanted), places[shared.owner]
        short = (together > room).any(axis=-1)
        if short.any():
            fits[shared.rows[:, short]] = largest_remainder(wanted[:, short], np.minimum(together, room)[short])
    return fits
