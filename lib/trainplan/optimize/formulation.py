"""The best plan as one linear program: the model's equations as rows, its decisions as columns (method.md, section 6).

Decisions are people enrolled by year and pair, and classes opened by year and program; everything else follows. Money
is in millions of VND, people are people. `method.md` 3 to 5 are the equations; the rows below are named after them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from trainplan.model.arrays import Array, Arrays, Index
from trainplan.optimize.constants import MILLION, SLACK, Facts, of_objective, of_program
from trainplan.optimize.constraints import Columns, Rows


@dataclass(frozen=True)
class Equations:
    """minimize shortfall · x, then spending · x, subject to rows, bounds and whole columns."""

    shortfall: Array  # (n,) weighted people short of the path
    spending: Array  # (n,) million VND over all years of a cohort, and 1 VND a person
    lower: Array  # (n,)
    upper: Array  # (n,)
    whole: Index  # columns that must be whole numbers
    year: Index  # the year of each of those
    matrix: sparse.csc_matrix  # (m, n)
    row_lower: Array  # (m,)
    row_upper: Array  # (m,)
    enroll: Index  # (Y, K) columns, -1 where nobody can be sent
    ceiling: Index  # (Y, S+1) rows, -1 where there is no limit
    capacity: Index  # (Y, P) rows, -1 where there is no limit
    overdrawn: Array  # (Y, S+1) VND by which commitments made before the plan pass a ceiling

    def enrollment(self, solution: Array) -> Array:
        """(Y, K) people enrolled in a solution (n,)."""
        return np.where(self.enroll >= 0, solution[self.enroll], 0.0)


def equations(plan: Arrays, facts: Facts) -> Equations:
    """The linear program of a plan without draws."""
    columns, rows = Columns(), Rows()
    enroll = columns.add(facts.most > 0, facts.most, whole=True)
    seats = np.where(np.isfinite(facts.class_size), facts.class_size, 0.0)
    opened = columns.add((of_program(plan, enroll >= 0) > 0) & (seats > 0), np.inf, whole=True)
    asked = _asked(plan, facts, columns, enroll)
    stock, over, full = _stock_columns(plan, facts, columns)
    short = columns.add((facts.path_people > 0) & (facts.weight > 0), facts.path_people)

    _classes(plan, rows, enroll, opened, seats)
    capacity = _capacity(plan, rows, enroll)
    ceiling, overdrawn = _ceilings(plan, facts, rows, enroll, opened)
    _stocks(plan, facts, rows, enroll, (stock, over, full))
    _idle(plan, facts, rows, enroll, asked, stock)
    _routes(plan, rows, enroll, asked)
    _counts(plan, facts, rows, enroll, asked)
    _shortfalls(plan, facts, rows, enroll, stock, short)

    spending = np.zeros(columns.count)
    spending[enroll[enroll >= 0]] = (facts.learner_cost.sum(axis=0) + 1 / MILLION)[enroll >= 0]
    spending[opened[opened >= 0]] = facts.class_cost.sum(axis=0)[opened >= 0]
    shortfall = np.zeros(columns.count)
    shortfall[short[short >= 0]] = np.broadcast_to(facts.weight, short.shape)[short >= 0]
    matrix, low, high = rows.matrix(columns.count)
    return Equations(
        shortfall, spending, columns.lower, columns.upper, columns.whole, columns.year, matrix, low, high, enroll,
        ceiling, capacity, overdrawn,
    )  # fmt: skip


def _asked(plan: Arrays, facts: Facts, columns: Columns, enroll: Index) -> Index:
    """(Y, O): people an objective sends, whom its routes share; with one route that is the route's own column."""
    routes = of_objective(plan, (plan.route_share[:, 0] > 0).astype(float))
    open_ended = ~facts.yearly
    several = columns.add((of_objective(plan, enroll >= 0) > 0) & open_ended & (routes > 1), np.inf, whole=True)
    own = np.full_like(several, -1)
    own[:, plan.objective[plan.route_share[:, 0] > 0]] = enroll[:, plan.route_share[:, 0] > 0]
    return np.where(open_ended & (routes == 1), own, several)


def _stock_columns(plan: Arrays, facts: Facts, columns: Columns) -> tuple[Index, Index, Index]:
    """Q, what completions would bring above the head-count, and whether the head-count is full; (Y, O) each."""
    held = np.broadcast_to(facts.kind == "attainment", facts.headcount.shape)
    stock = columns.add(held, facts.headcount)
    over = columns.add(held, facts.over)
    return stock, over, columns.add(held, 1.0, whole=True)


def _classes(plan: Arrays, rows: Rows, enroll: Index, opened: Index, seats: Array) -> None:
    """Σ people ≤ class_size · classes, by program and year."""
    row = rows.add(opened >= 0, -np.inf, 0.0)
    rows.put(row[:, plan.program], enroll, 1.0)
    rows.put(row, opened, -seats)


def _capacity(plan: Arrays, rows: Rows, enroll: Index) -> Index:
    """Σ people ≤ capacity, by program and year."""
    places = plan.capacity[:, 0]
    row = rows.add((of_program(plan, enroll >= 0) > 0) & np.isfinite(places), -np.inf, places)
    rows.put(row[:, plan.program], enroll, 1.0)
    return row


def _ceilings(plan: Arrays, facts: Facts, rows: Rows, enroll: Index, opened: Index) -> tuple[Index, Array]:
    """Σ cost · share ≤ ceiling less the pipeline, by year and source; never less than nothing."""
    share = np.concatenate([plan.source_share[..., 0].T, np.ones((1, len(plan.course_years)))])  # (S+1, P)
    left = plan.ceiling[..., 0] - facts.committed @ share.T
    row = rows.add(np.isfinite(left), -np.inf, np.maximum(0.0, left) / MILLION)
    for source, part in enumerate(share):
        here = row[:, source, None, None]
        rows.put(here, enroll, facts.learner_cost[: plan.years] * part[plan.program])
        rows.put(here, opened, facts.class_cost[: plan.years] * part)
    return row, np.maximum(0.0, -left)


def _stocks(plan: Arrays, facts: Facts, rows: Rows, enroll: Index, columns: tuple[Index, Index, Index]) -> None:
    """Q[t] = min(N[t], keep · Q[t−1] + what comes by itself + completions), the excess in a column of its own."""
    stock, over, full = columns
    row = rows.add(stock >= 0, facts.given, facts.given)
    rows.put(row, stock, 1.0)
    rows.put(row, over, 1.0)
    rows.put(row[1:], stock[:-1], -facts.keep[1:])
    for start, ending, pairs in _endings(plan, facts):
        rows.put(row[ending][plan.objective[pairs]], enroll[start, pairs], -_passing(facts, start, ending, pairs))
    above = rows.add(over >= 0, -np.inf, 0.0)  # an excess only where the head-count is full …
    rows.put(above, over, 1.0)
    rows.put(above, full, -facts.over)
    filled = rows.add(over >= 0, 0.0, np.inf)  # … and there the stock is the head-count
    rows.put(filled, stock, 1.0)
    rows.put(filled, full, -facts.headcount)


def _idle(plan: Arrays, facts: Facts, rows: Rows, enroll: Index, asked: Index, stock: Index) -> None:
    """Sent + stock before the year's own completions + those who study on ≤ head-count, rounded up."""
    free = facts.headcount - facts.given - facts.studying + SLACK
    row = rows.add((stock >= 0) & (asked >= 0), -np.inf, free)
    rows.put(row, asked, 1.0)
    rows.put(row[1:], stock[:-1], facts.keep[1:])
    for start in range(plan.years):
        for year in range(start + 1, plan.years):
            pairs = np.flatnonzero(start + facts.length - 1 >= year)
            there = facts.left[year, start, pairs]
            ends = start + facts.length[pairs] - 1 == year
            part = np.where(ends, facts.rate[pairs], 1.0)
            rows.put(row[year][plan.objective[pairs]], enroll[start, pairs], there * part)


def _endings(plan: Arrays, facts: Facts) -> list[tuple[int, int, Index]]:
    """(start, last year, pairs) of every course that ends within the plan."""
    return [
        (start, start + years - 1, np.flatnonzero(facts.length == years))
        for years in np.unique(facts.length)
        for start in range(plan.years - years + 1)
    ]


def _passing(facts: Facts, start: int, ending: int, pairs: Index) -> Array:
    return facts.rate[pairs] * facts.left[ending, start, pairs]


def _routes(plan: Arrays, rows: Rows, enroll: Index, asked: Index) -> None:
    """A route takes at most its share of those sent, rounded up; together the routes take no more than all."""
    several = (of_objective(plan, (plan.route_share[:, 0] > 0).astype(float)) > 1) & (asked >= 0)
    part = rows.add(several[:, plan.objective] & (enroll >= 0), -np.inf, SLACK)
    rows.put(part, enroll, 1.0)
    rows.put(part, asked[:, plan.objective], -plan.route_share[:, 0])
    whole = rows.add(several, -np.inf, 0.0)
    rows.put(whole[:, plan.objective], enroll, 1.0)
    rows.put(whole, asked, -1.0)


def _counts(plan: Arrays, facts: Facts, rows: Rows, enroll: Index, asked: Index) -> None:
    """Sent this year + by itself before ≤ what the count may send up to the year."""
    row = rows.add((facts.kind == "count") & (asked >= 0), -np.inf, facts.limit)
    rows.put(row, asked, 1.0)
    for start in range(plan.years):
        rows.put(row[start + 1 :, plan.objective], enroll[start], 1.0)


def _shortfalls(plan: Arrays, facts: Facts, rows: Rows, enroll: Index, stock: Index, short: Index) -> None:
    """Short of the path ≥ asked − reached; a count reaches all whom it or its parts have sent."""
    yearly = facts.yearly
    row = rows.add(short >= 0, facts.path_people - np.where(yearly, facts.completed, 0.0), np.inf)
    rows.put(row, short, 1.0)
    rows.put(row, stock, 1.0)
    rows.put(np.where(yearly, row, -1)[:, plan.objective], enroll, facts.rate)
    for count, pairs in _senders(plan):
        for start in range(plan.years):
            rows.put(row[start:, count, None], enroll[start, pairs], 1.0)


def _senders(plan: Arrays) -> list[tuple[int, Index]]:
    """(count, pairs) of everything that a count's number includes: its own routes, its parts' and theirs."""
    heard: dict[int, list[int]] = {}
    for pair in np.flatnonzero(plan.kind[plan.objective] == "count"):
        count = int(plan.objective[pair])
        while count >= 0:
            heard.setdefault(count, []).append(int(pair))
            count = int(plan.above[count])
    return [(count, np.array(pairs, np.intp)) for count, pairs in heard.items()]
