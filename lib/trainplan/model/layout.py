"""What the rows of a plan have to do with each other: worked out once for a plan, the same for every draw and year.

The model asks for sums by program or objective, shares of what belongs together, and cohorts a year on; each is a list
of row numbers here, so that a year of the model is a few operations on whole tables, whatever the number of draws.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trainplan.model.kinds import kinds_with

Array = NDArray[np.float64]
Index = NDArray[np.intp]
Mask = NDArray[np.bool_]

FEW = 6  # rows that are added one by one sooner than gathered


@dataclass(frozen=True)
class GroupSum:
    """Sum rows by their owner, such as pairs by program; added in the order of the rows, for the same bits."""

    owners: int
    first: tuple[Index, Index]  # (owners, their first rows)
    rounds: tuple[tuple[Index, Index], ...]  # the second rows of the owners that have one, the third ones, …
    others: tuple[tuple[int, int], ...]  # (owner, row) once rounds have become small

    @classmethod
    def of(cls, owner: Index, owners: int) -> GroupSum:
        """From the owner (a number below `owners`) of each row; a row whose owner is below 0 counts for nobody."""
        rows: list[list[int]] = [[] for _ in range(owners)]
        for row, one in enumerate(owner):
            if one >= 0:
                rows[one].append(row)
        rounds = []
        for turn in range(max(map(len, rows), default=1) or 1):
            able = [one for one in range(owners) if len(rows[one]) > turn]
            rounds.append((np.array(able, np.intp), np.array([rows[one][turn] for one in able], np.intp)))
        large = tuple(one for one in rounds[1:] if len(one[0]) > FEW)
        small = [pair for able, theirs in rounds[1 + len(large) :] for pair in zip(able, theirs, strict=True)]
        return cls(owners, rounds[0], large, tuple((int(one), int(row)) for one, row in small))

    def __call__(self, rows: Array | Mask) -> Array:
        """(…, rows, D) → (…, owners, D); of a mask, how many of its rows hold."""
        some, theirs = self.first
        if len(some) == self.owners:
            total = rows.take(theirs, axis=-2).astype(float, copy=False)
        else:
            total = np.zeros((*rows.shape[:-2], self.owners, rows.shape[-1]))
            total[..., some, :] = rows[..., theirs, :]
        for owner, row in self.rounds:
            total[..., owner, :] += rows[..., row, :]
        for one, its in self.others:
            total[..., one, :] += rows[..., its, :]
        return total


@dataclass(frozen=True)
class EqualSizedGroups:
    """Owners (such as programs) that have equally many rows (such as routes), so that all are computed at once."""

    owner: Index  # (owners,)
    rows: Index  # (n, owners): the first rows of all owners, the second ones, …

    @classmethod
    def batches(cls, owner: Index, rows: Index, least: int = 1) -> tuple[EqualSizedGroups, ...]:
        """`rows` by the owners they have, one batch for each number of rows an owner has, from `least` on."""
        of: dict[int, list[int]] = {}
        for row in rows:
            of.setdefault(int(owner[row]), []).append(int(row))
        sizes = sorted({len(found) for found in of.values() if len(found) >= least})
        alike = [{one: found for one, found in of.items() if len(found) == size} for size in sizes]
        return tuple(cls(np.array(list(one), np.intp), np.array(list(one.values()), np.intp).T) for one in alike)


@dataclass(frozen=True)
class ContinuingCohorts:
    """Cohorts after their first year: a row for each further course year of an owner (a pair or a program).

    A year's cohorts are the beginners, one row an owner, and these rows below them.
    """

    owner: Index  # (W,)
    course_year: Index  # (W,) 2 … years of the course
    remaining: Index  # (W,) course years after this one
    before: Index  # (W,) where among the beginners and later rows this cohort stood a year ago
    last: Index  # (owners,) the row, among the beginners and later rows, that ends this year
    by_owner: GroupSum

    @classmethod
    def of(cls, years: Index) -> ContinuingCohorts:
        """From the course years of each owner."""
        place = {(one, 1): one for one in range(len(years))}
        rows = [(one, year) for one in range(len(years)) for year in range(2, years[one] + 1)]
        place |= {row: len(years) + i for i, row in enumerate(rows)}
        owner = np.array([one for one, _ in rows], np.intp)
        course_year = np.array([year for _, year in rows], np.intp)
        return cls(
            owner,
            course_year,
            years[owner] - course_year,
            np.array([place[one, year - 1] for one, year in rows], np.intp),
            np.array([place[one, int(years[one])] for one in range(len(years))], np.intp),
            GroupSum.of(owner, len(years)),
        )

    def stack(self, beginners: Array, continuing: Array) -> Array:
        """The year's cohorts, (owners + W, D): beginners, (owners, D), and below them the continuing, (W, D)."""
        rows = np.empty((len(beginners) + len(continuing), max(beginners.shape[-1], continuing.shape[-1])))
        rows[: len(beginners)], rows[len(beginners) :] = beginners, continuing
        return rows

    def next_year(self, beginners: Array, continuing: Array) -> Array:
        """The continuing cohorts of the next year, (W, D): each a course year on; those that ended are gone."""
        return self.stack(beginners, continuing)[self.before]


@dataclass(frozen=True)
class Level:
    """Objectives that get their places together: parts of counts before what they are part of (method.md, 4)."""

    counts: Index  # those of them that are counts, as numbers among the counts
    only_routes: Index  # routes that are their objective's only one
    split_routes: tuple[EqualSizedGroups, ...]  # the other routes, by objective
    exclusive: Index  # routes that have their program to themselves
    shared: tuple[EqualSizedGroups, ...]  # the other routes, by program


@dataclass(frozen=True)
class LookAhead:
    """A look some years ahead, at the stocks whose courses last longer than that."""

    rows: Index  # which of the stocks
    within: Index  # where these stand among the rows of the look a year shorter
    ending: Index  # those of `rows` whose course, begun now, ends then
    continuing: Index  # later cohorts that end then
    to_rows: GroupSum  # from these cohorts to the stocks that they end in

    @classmethod
    def every_year_ahead(
        cls, stocks: Index, length: Index, objective: Index, cohorts: ContinuingCohorts
    ) -> tuple[LookAhead, ...]:
        """One for 0, 1, 2 … years ahead, as far as courses last."""
        found: list[LookAhead] = []
        before = np.arange(len(stocks))
        for years in range(int(length[stocks].max(initial=1))):
            rows = before[length[stocks[before]] > years]
            ends, to_rows = cohorts_serving(stocks[rows], cohorts.remaining == years, objective, cohorts)
            ending = np.flatnonzero(length[stocks[rows]] == years + 1)
            found.append(cls(rows, np.searchsorted(before, rows), ending, ends, to_rows))
            before = rows
        return tuple(found)


def cohorts_serving(
    objectives: Index, which: Mask, objective: Index, cohorts: ContinuingCohorts
) -> tuple[Index, GroupSum]:
    """The later cohorts among `which`, (W,), that serve one of `objectives`, and their sums by objective."""
    own = _positions(objectives, int(objective.max(initial=0)) + 1)[objective[cohorts.owner]]
    found = np.flatnonzero(which & (own >= 0))
    return found, GroupSum.of(own[found], len(objectives))


@dataclass(frozen=True)
class Structure:
    """Row numbers of a plan (method.md, section 1), by what they are needed for."""

    stocks: Index  # objectives reached by a stock (model/kinds.py)
    yearly: Index  # objectives reached by the completions of the year
    counts: Index  # objectives reached by everybody sent
    parts: tuple[tuple[int, int], ...]  # (a count, what it is part of), as numbers among the counts, deepest first
    levels: tuple[Level, ...]  # deepest first
    by_program: GroupSum
    by_objective: GroupSum
    by_stock: GroupSum  # pairs that end in a stock
    by_count: GroupSum  # pairs that send for a count
    exclusive: Index  # routes that have their program to themselves, over all objectives
    shared: tuple[EqualSizedGroups, ...]  # the other routes, by program
    cohorts: ContinuingCohorts  # of pairs
    classes: ContinuingCohorts  # of programs
    seat: Index  # (W,) the later class that a later cohort sits in
    class_of: GroupSum  # from later cohorts to these classes
    learners: GroupSum  # from later cohorts to programs
    ahead: tuple[LookAhead, ...]  # 0, 1, 2 … years
    studying: tuple[Index, GroupSum]  # later cohorts that end after this year, and their sums by stock

    @classmethod
    def of(
        cls,
        kind: NDArray[np.str_],
        part_of: Index,
        length: Index,
        objective: Index,
        program: Index,
        routes: int,
        course_years: Index,
    ) -> Structure:
        """Of objectives, of pairs (the first `routes` of them are routes, the rest pipeline) and of programs."""
        by_level = by_depth(part_of)
        pairs = np.lexsort((np.arange(len(objective)), objective))  # ties in the order of the objectives
        reached = ("stock", "completions", "sent")
        stocks, yearly, counts = (np.flatnonzero(kinds_with(kind, "reached", by)) for by in reached)
        stock, count = _positions(stocks, len(kind)), _positions(counts, len(kind))
        cohorts, classes = ContinuingCohorts.of(course_years[program]), ContinuingCohorts.of(course_years)
        held = {(int(p), int(y)): i for i, (p, y) in enumerate(zip(classes.owner, classes.course_year, strict=True))}
        sits = [(int(program[k]), int(y)) for k, y in zip(cohorts.owner, cohorts.course_year, strict=True)]
        seat = np.array([held[one] for one in sits], np.intp)
        return cls(
            stocks=stocks,
            yearly=yearly,
            counts=counts,
            parts=tuple((int(count[o]), int(count[part_of[o]])) for rows in by_level[:-1] for o in rows),
            levels=tuple(_level(rows, count, objective, program, routes, pairs) for rows in by_level),
            by_program=GroupSum.of(program, len(course_years)),
            by_objective=GroupSum.of(objective, len(kind)),
            by_stock=GroupSum.of(stock[objective], len(stocks)),
            by_count=GroupSum.of(count[objective], len(counts)),
            exclusive=_rows_of_sole_owners(program, pairs[pairs < routes]),
            shared=EqualSizedGroups.batches(program, pairs[pairs < routes], least=2),
            cohorts=cohorts,
            classes=classes,
            seat=seat,
            class_of=GroupSum.of(seat, len(held)),
            learners=GroupSum.of(program[cohorts.owner], len(course_years)),
            ahead=LookAhead.every_year_ahead(stocks, length, objective, cohorts),
            studying=cohorts_serving(stocks, cohorts.remaining > 0, objective, cohorts),
        )


def _positions(rows: Index, among: int) -> Index:
    """Where a row stands among `rows`, (among,); -1 for one that is not there."""
    place = np.full(among, -1, np.intp)
    place[rows] = np.arange(len(rows))
    return place


def by_depth(part_of: Index) -> list[Index]:
    """Objectives, (n,) each, by how deep they lie within others, the deepest first; `part_of` is (O,), -1 for none."""
    depth = np.zeros(len(part_of), np.intp)
    above = part_of.copy()
    while (above >= 0).any():
        depth += above >= 0
        above = np.where(above >= 0, part_of[above], -1)
    return [np.flatnonzero(depth == level) for level in range(int(depth.max(initial=0)), -1, -1)]


def _rows_of_sole_owners(owner: Index, rows: Index) -> Index:
    one = [batch.rows[0] for batch in EqualSizedGroups.batches(owner, rows) if len(batch.rows) == 1]
    return one[0] if one else np.zeros(0, np.intp)


def _level(rows: Index, count: Index, objective: Index, program: Index, routes: int, pairs: Index) -> Level:
    own = np.isin(objective, rows)
    split_routes, by_objective = np.flatnonzero(own[:routes]), pairs[own[pairs] & (pairs < routes)]
    return Level(
        counts=count[rows][count[rows] >= 0],
        only_routes=_rows_of_sole_owners(objective, split_routes),
        split_routes=EqualSizedGroups.batches(objective, split_routes, least=2),
        exclusive=_rows_of_sole_owners(program, by_objective),
        shared=EqualSizedGroups.batches(program, by_objective, least=2),
    )
