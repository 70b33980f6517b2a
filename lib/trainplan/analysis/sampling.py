"""Draws from a plan's ranges: scrambled Sobol points with a stated seed, the same for every scenario (method.md, 7)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from trainplan.model.arrays import Array
from trainplan.model.draws import CHUNK
from trainplan.plan.address import Address, records_at
from trainplan.plan.plan import Plan
from trainplan.plan.ranges import Range, apply_draw, draw_limits

BITS = 30  # of a Sobol point
EMPTY = {("programs", "capacity"): np.inf, ("programs", "class_size"): np.inf}  # an empty cell that is not 0
REPLICATES = 16  # samples scrambled apart, whose differences tell the error


@dataclass(frozen=True)
class RangeCell:
    """A number that a range moves: its address, what the plan says, and what the column allows."""

    address: str
    value: float
    low: float
    high: float


def range_cells(plan: Plan, one: Range) -> list[RangeCell]:
    """The numbers that a range moves, as the plan has them; an empty one can only be given a new value."""
    found = []
    for address in one.address:
        place = Address.of(address)
        for key, row in records_at(plan, place):
            value = getattr(row, place.column)
            if value is not None or one.form == "value":
                bounds = draw_limits(place.table, place.column, {"kind": getattr(row, "kind", "")})
                plain = EMPTY.get((place.table, place.column), 0.0) if value is None else value
                found.append(RangeCell(str(place._replace(row=key)), plain, *bounds))
    return found


def draw_bounds(one: Range, cells: list[RangeCell]) -> tuple[float, float]:
    """The least and the most that a draw may be, so that every number stays what its column allows."""
    low, high = -np.inf, np.inf
    for cell in cells:
        if one.form == "value":
            ends = cell.low, cell.high
        elif one.form == "add":
            ends = cell.low - cell.value, cell.high - cell.value
        elif cell.value > 0:
            ends = cell.low / cell.value, cell.high / cell.value
        else:
            continue
        low, high = max(low, ends[0]), min(high, ends[1])
    return low, high


def quantile(one: Range, share: Array, low: float = -np.inf, high: float = np.inf) -> Array:
    """What the range comes to at `share` (0…1) of its distribution; a normal one is cut off at `low` and `high`."""
    from scipy.special import ndtr, ndtri

    shape = one.shape
    if one.distribution == "normal":
        mean, sd = shape
        if sd == 0:
            return np.full_like(share, mean)
        first, last = ndtr((low - mean) / sd), ndtr((high - mean) / sd)
        return np.clip(mean + sd * ndtri(first + share * (last - first)), low, high)
    least, most = shape[0], shape[-1]
    if least == most:
        return np.full_like(share, least)
    if one.distribution == "uniform":
        return least + share * (most - least)
    mode = shape[1]
    rising = least + np.sqrt(share * ((most - least) * (mode - least)))
    falling = most - np.sqrt((1 - share) * ((most - least) * (most - mode)))
    return np.where(share * (most - least) < mode - least, rising, falling)


@dataclass(frozen=True)
class Ranges:
    """The ranges of a plan with the numbers that they move, looked up once."""

    ranges: tuple[Range, ...]
    cells: tuple[list[RangeCell], ...]

    @classmethod
    def of(cls, plan: Plan) -> Ranges:
        """The ranges of a plan, in its order."""
        return cls(plan.ranges, tuple(range_cells(plan, one) for one in plan.ranges))

    def inputs_at(self, shares: Array) -> Array:
        """What every range comes to at the points `shares` (0…1), both (ranges, D)."""
        each = zip(self.ranges, shares, self.cells, strict=True)
        return np.stack([quantile(one, share, *draw_bounds(one, cells)) for one, share, cells in each])

    def cell_values(self, values: Array) -> dict[str, Array]:
        """The plan's numbers, (D,) by address, with every range at `values`, (ranges, D).

        Ranges apply in their order; a number that leaves what its column allows is put back to the nearest one inside.
        """
        drawn: dict[str, Array] = {}
        bounds: dict[str, RangeCell] = {}
        for one, cells, by in zip(self.ranges, self.cells, values, strict=True):
            for cell in cells:
                drawn[cell.address] = apply_draw(one.form, drawn.get(cell.address, cell.value), by)
                bounds[cell.address] = cell
        return {address: np.clip(value, bounds[address].low, bounds[address].high) for address, value in drawn.items()}


def replicate_sizes(draws: int, replicates: int = REPLICATES) -> list[int]:
    """How many draws each replicate has: together `draws`, as even as can be."""
    return [draws // replicates + (i < draws % replicates) for i in range(replicates)]


def sobol_points(dimensions: int, draws: int, seed: int, replicate: int = 0, chunk: int = CHUNK) -> Iterator[Array]:
    """Scrambled Sobol points of one replicate, (dimensions, up to `chunk`) at a time, none of them 0 or 1."""
    from scipy.stats import qmc

    engine = qmc.Sobol(dimensions, bits=BITS, rng=np.random.default_rng([seed, replicate]))
    while draws > 0:
        some = engine.random(chunk)[:draws]  # a power of two, as Sobol points want it
        yield np.ascontiguousarray(some.T) + 0.5 ** (BITS + 1)
        draws -= len(some)
