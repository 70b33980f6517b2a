"""Draws from a plan's ranges: scrambled Sobol points with a stated seed, the same for every scenario (method.md, 7)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

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


class DrawnInput(NamedTuple):
    """What one random number decides: a range or, where it is drawn anew each year, the range in one `year`.

    `place` is that of the range among the plan's, `dimension` that of the number among those of a draw.
    """

    place: int
    range: Range
    year: int | None
    dimension: int

    def addresses(self, plan: Plan) -> list[str]:
        """The addresses that it moves, with the years that the plan decides in place of `{year}`."""
        return self.range.addresses(plan.open_years if self.year is None else [self.year])


def drawn_inputs(plan: Plan) -> list[DrawnInput]:
    """What is drawn, in the order of the plan's ranges and of the years that it decides."""
    yearly = [(place, one, year) for place, one in enumerate(plan.ranges) for year in _drawn_for(plan, one)]
    return [
        DrawnInput(place, one, year, dimension)
        for dimension, (place, one, year) in enumerate(yearly)
        if year is None or year in plan.open_years
    ]


def dimension_count(plan: Plan) -> int:
    """How many numbers a draw has: one a range, and one a year, closed or not, of a range drawn anew each year.

    So scenarios that close other years still have the same draws.
    """
    return sum(len(_drawn_for(plan, one)) for one in plan.ranges)


def _drawn_for(plan: Plan, one: Range) -> list[int | None]:
    return [*plan.years] if one.each_year else [None]


def range_cells(plan: Plan, addresses: list[str], form: str) -> list[RangeCell]:
    """The numbers that a range moves, as the plan has them; an empty one can only be given a new value."""
    found = []
    for address in addresses:
        place = Address.of(address)
        for key, row in records_at(plan, place):
            value = getattr(row, place.column)
            if value is not None or form == "value":
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
    """What is drawn of a plan with the numbers that it moves, looked up once."""

    inputs: tuple[DrawnInput, ...]
    cells: tuple[list[RangeCell], ...]
    dimensions: int

    @classmethod
    def of(cls, plan: Plan) -> Ranges:
        """The ranges of a plan, in its order."""
        inputs = tuple(drawn_inputs(plan))
        cells = tuple(range_cells(plan, one.addresses(plan), one.range.form) for one in inputs)
        return cls(inputs, cells, dimension_count(plan))

    def of_range(self, place: int) -> Ranges:
        """The range of this place without the others; its draws have the same numbers."""
        chosen = [i for i, one in enumerate(self.inputs) if one.place == place]
        return Ranges(tuple(self.inputs[i] for i in chosen), tuple(self.cells[i] for i in chosen), self.dimensions)

    def inputs_at(self, shares: Array) -> Array:
        """What every input comes to, (inputs, D), at the points `shares` (0…1), (dimensions, D)."""
        found = np.empty((len(self.inputs), shares.shape[1]))
        for row, one, cells in zip(found, self.inputs, self.cells, strict=True):
            row[:] = quantile(one.range, shares[one.dimension], *draw_bounds(one.range, cells))
        return found

    def cell_values(self, values: Array) -> dict[str, Array]:
        """The plan's numbers, (D,) by address, with every input at `values`, (inputs, D).

        Ranges apply in their order; a number that leaves what its column allows is put back to the nearest one inside.
        """
        drawn: dict[str, Array] = {}
        bounds: dict[str, RangeCell] = {}
        for one, cells, by in zip(self.inputs, self.cells, values, strict=True):
            for cell in cells:
                drawn[cell.address] = apply_draw(one.range.form, drawn.get(cell.address, cell.value), by)
                bounds[cell.address] = cell
        return {address: np.clip(value, bounds[address].low, bounds[address].high) for address, value in drawn.items()}

    def each_alone(self, values: Sequence[Array]) -> dict[str, Array]:
        """The plan's numbers, by address, with one range after another at its `values`, (its inputs, D), others still.

        They stand one after another, (ranges · D,).
        """
        count = values[0].shape[1]
        at = {cell.address: cell.value for cells in self.cells for cell in cells}
        drawn = {address: np.full(len(values) * count, value) for address, value in at.items()}
        for place, own in enumerate(values):
            for address, moved in self.of_range(place).cell_values(own).items():
                drawn[address][place * count : (place + 1) * count] = moved
        return drawn


def replicate_sizes(draws: int, replicates: int = REPLICATES) -> list[int]:
    """How many draws each replicate has: together `draws`, as even as can be."""
    return [draws // replicates + (i < draws % replicates) for i in range(replicates)]


def sobol_points(
    dimensions: int, draws: int, seed: int, replicate: int = 0, chunk: int = CHUNK, first: int = 0
) -> Iterator[Array]:
    """Scrambled Sobol points of one replicate, (dimensions, up to `chunk`) at a time, none of them 0 or 1.

    `first` of them are left out.
    """
    from scipy.stats import qmc

    engine = qmc.Sobol(dimensions, bits=BITS, rng=np.random.default_rng([seed, replicate]))
    if first:
        engine.fast_forward(first)
    while draws > 0:
        some = engine.random(chunk)[:draws]  # a power of two, as Sobol points want it
        yield np.ascontiguousarray(some.T) + 0.5 ** (BITS + 1)
        draws -= len(some)
