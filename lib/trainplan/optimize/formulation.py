"""The best plan as one linear program: the model's equations as rows, its decisions as columns (method.md, section 6).

Decisions are people enrolled by year and pair, and classes opened by year and program; everything else follows. Money
is in millions of VND, people are people. `method.md` 3 to 5 are the equations; the rows below are named after them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trainplan.model.arrays import Array, Arrays, Index, Mask
from trainplan.optimize.constants import MILLION, SLACK, Constants, of_objective, of_program
from trainplan.optimize.lp import Constraints, LinearProgram, Variables


@dataclass(frozen=True)
class Formulation(LinearProgram):
    """A plan's linear program, and which of its columns and rows stand for what."""

    enrollment_columns: Index  # (Y, K), -1 where nobody can be sent
    ceiling_rows: Index  # (Y, S+1), -1 where there is no limit
    capacity_rows: Index  # (Y, P), -1 where there is no limit
    overdrawn: Array  # (Y, S+1) VND by which cohorts begun before the plan pass a ceiling

    def enrollment(self, solution: Array) -> Array:
        """(Y, K) people enrolled in a solution (n,)."""
        columns = self.enrollment_columns
        return np.where(columns >= 0, solution[columns], 0.0)


def build_formulation(arrays: Arrays, constants: Constants) -> Formulation:
    """The linear program of a plan with one draw."""
    build = _Builder(arrays, constants)
    build.add_classes()
    capacity_rows = build.add_capacities()
    ceiling_rows, overdrawn = build.add_ceilings()
    build.add_stocks()
    build.add_idle_people()
    build.add_routes()
    build.add_counts()
    build.add_shortfalls()
    variables = build.variables
    matrix, row_lower, row_upper = build.constraints.matrix(variables.count)
    return Formulation(
        shortfall=build.shortfall(),
        spending=build.spending(),
        lower=variables.lower,
        upper=variables.upper,
        integer=variables.integer,
        integer_year=variables.integer_year,
        matrix=matrix,
        row_lower=row_lower,
        row_upper=row_upper,
        enrollment_columns=build.enrolled,
        ceiling_rows=ceiling_rows,
        capacity_rows=capacity_rows,
        overdrawn=overdrawn,
    )


class _Builder:
    """The columns of a plan's program, each an array of numbers with -1 where there is none; methods add the rows."""

    def __init__(self, arrays: Arrays, constants: Constants) -> None:
        self.arrays, self.constants = arrays, constants
        self.variables, self.constraints = Variables(), Constraints()
        self.route = arrays.route_share[:, 0] > 0  # (K,)
        self.routes = of_objective(arrays, self.route)  # (O,) how many
        self.seats = np.where(np.isfinite(constants.class_size), constants.class_size, 0.0)  # (P,)
        add = self.variables.add
        self.enrolled = add(constants.max_enrollment > 0, constants.max_enrollment, integer=True)  # (Y, K)
        self.taught = of_program(arrays, self.enrolled >= 0) > 0  # (Y, P)
        self.opened = add(self.taught & (self.seats > 0), np.inf, integer=True)  # (Y, P) classes
        self.sent = self._sum_sent()  # (Y, O)
        stocks = np.broadcast_to(constants.stocks, constants.headcount.shape)
        self.stock = add(stocks, constants.headcount)  # (Y, O) Q
        self.excess = add(stocks, constants.max_excess)  # (Y, O) what completions would bring above the head-count
        self.full = add(stocks, 1.0, integer=True)  # (Y, O) whether all of the head-count hold it
        short = (constants.people_on_path > 0) & (constants.weight > 0)
        self.short = add(short, constants.people_on_path)  # (Y, O) people short of the path

    def _sum_sent(self) -> Index:
        """People an objective sends, whom its routes share; with one route that is the route's own column."""
        open_ended = ~self.constants.yearly
        several = of_objective(self.arrays, self.enrolled >= 0) > 0
        columns = self.variables.add(several & open_ended & (self.routes > 1), np.inf, integer=True)
        own = np.full_like(columns, -1)
        own[:, self.arrays.objective[self.route]] = self.enrolled[:, self.route]
        return np.where(open_ended & (self.routes == 1), own, columns)

    def shortfall(self) -> Array:
        """(n,) the weight of a person short of the path."""
        return self._cost(self.short, np.broadcast_to(self.constants.weight, self.short.shape))

    def spending(self) -> Array:
        """(n,) million VND of a learner, and 1 VND a person, and of a class, over all years of the course."""
        learners = self._cost(self.enrolled, self.constants.learner_cost.sum(axis=0) + 1 / MILLION)
        return learners + self._cost(self.opened, self.constants.class_cost.sum(axis=0))

    def _cost(self, columns: Index, values: Array) -> Array:
        cost = np.zeros(self.variables.count)
        cost[columns[columns >= 0]] = values[columns >= 0]
        return cost

    def add_classes(self) -> None:
        """Σ people ≤ class_size · classes, by program and year."""
        row = self.constraints.add(self.opened >= 0, -np.inf, 0.0)
        self.constraints.put(row[:, self.arrays.program], self.enrolled, 1.0)
        self.constraints.put(row, self.opened, -self.seats)

    def add_capacities(self) -> Index:
        """Σ people ≤ capacity, by program and year."""
        places = self.arrays.capacity[:, 0]
        row = self.constraints.add(self.taught & np.isfinite(places), -np.inf, places)
        self.constraints.put(row[:, self.arrays.program], self.enrolled, 1.0)
        return row

    def add_ceilings(self) -> tuple[Index, Array]:
        """Σ cost · share ≤ ceiling less the pipeline, by year and source; never less than nothing."""
        arrays, constants = self.arrays, self.constants
        share = np.concatenate([arrays.source_share[..., 0].T, np.ones((1, len(arrays.course_years)))])  # (S+1, P)
        left = arrays.ceiling[..., 0] - constants.committed_cost @ share.T
        row = self.constraints.add(np.isfinite(left), -np.inf, np.maximum(0.0, left) / MILLION)
        for source, part in enumerate(share):
            here = row[:, source, None, None]
            learner_cost = constants.learner_cost[: arrays.years] * part[arrays.program]
            self.constraints.put(here, self.enrolled, learner_cost)
            self.constraints.put(here, self.opened, constants.class_cost[: arrays.years] * part)
        return row, np.maximum(0.0, -left)

    def add_stocks(self) -> None:
        """Q[t] = min(N[t], keep · Q[t−1] + what comes by itself + completions), the excess in a column of its own."""
        constants, add, put = self.constants, self.constraints.add, self.constraints.put
        row = add(self.stock >= 0, constants.inflow, constants.inflow)
        put(row, self.stock, 1.0)
        put(row, self.excess, 1.0)
        put(row[1:], self.stock[:-1], -constants.keep_rate[1:])
        for start, last, pairs in self._courses():
            passing = constants.completion_rate[pairs] * constants.survival[last, start, pairs]
            put(row[last][self.arrays.objective[pairs]], self.enrolled[start, pairs], -passing)
        bounded = add(self.excess >= 0, -np.inf, 0.0)  # an excess only where the head-count is full …
        put(bounded, self.excess, 1.0)
        put(bounded, self.full, -constants.max_excess)
        filled = add(self.excess >= 0, 0.0, np.inf)  # … and there the stock is the head-count
        put(filled, self.stock, 1.0)
        put(filled, self.full, -constants.headcount)

    def _courses(self) -> list[tuple[int, int, Index]]:
        """(start, last year, pairs) of every course that ends within the plan."""
        lengths = self.constants.course_years
        return [
            (start, start + years - 1, np.flatnonzero(lengths == years))
            for years in np.unique(lengths)
            for start in range(self.arrays.years - years + 1)
        ]

    def add_idle_people(self) -> None:
        """Sent + stock before the year's own completions + those who study on ≤ head-count, rounded up."""
        constants, put = self.constants, self.constraints.put
        free = constants.headcount - constants.inflow - constants.under_way + SLACK
        row = self.constraints.add((self.stock >= 0) & (self.sent >= 0), -np.inf, free)
        put(row, self.sent, 1.0)
        put(row[1:], self.stock[:-1], constants.keep_rate[1:])
        for start in range(self.arrays.years):
            for year in range(start + 1, self.arrays.years):
                pairs = np.flatnonzero(start + constants.course_years - 1 >= year)
                there = constants.survival[year, start, pairs]
                ends = start + constants.course_years[pairs] - 1 == year
                part = np.where(ends, constants.completion_rate[pairs], 1.0)
                put(row[year][self.arrays.objective[pairs]], self.enrolled[start, pairs], there * part)

    def add_routes(self) -> None:
        """A route takes at most its share of those sent, rounded up; together the routes take no more than all."""
        objective, put = self.arrays.objective, self.constraints.put
        several = (self.routes > 1) & (self.sent >= 0)
        part = self.constraints.add(several[:, objective] & (self.enrolled >= 0), -np.inf, SLACK)
        put(part, self.enrolled, 1.0)
        put(part, self.sent[:, objective], -self.arrays.route_share[:, 0])
        together = self.constraints.add(several, -np.inf, 0.0)
        put(together[:, objective], self.enrolled, 1.0)
        put(together, self.sent, -1.0)

    def add_counts(self) -> None:
        """Sent this year + by itself before ≤ what the count may send up to the year."""
        row = self.constraints.add(self.constants.counts & (self.sent >= 0), -np.inf, self.constants.count_limit)
        self.constraints.put(row, self.sent, 1.0)
        for start in range(self.arrays.years):
            self.constraints.put(row[start + 1 :, self.arrays.objective], self.enrolled[start], 1.0)

    def add_shortfalls(self) -> None:
        """Short of the path ≥ asked − reached; a count reaches all whom it or its parts have sent."""
        constants, put = self.constants, self.constraints.put
        row = self.constraints.add(self.short >= 0, constants.people_on_path - constants.already, np.inf)
        put(row, self.short, 1.0)
        put(row, self.stock, 1.0)
        yearly = np.where(constants.yearly, row, -1)
        put(yearly[:, self.arrays.objective], self.enrolled, constants.completion_rate)
        for count, pairs in _senders(self.arrays, constants.counts):
            for start in range(self.arrays.years):
                put(row[start:, count, None], self.enrolled[start, pairs], 1.0)


def _senders(arrays: Arrays, counts: Mask) -> list[tuple[int, Index]]:
    """(count, pairs) of everything that a count's number includes: its own routes, its parts' and theirs."""
    senders: dict[int, list[int]] = {}
    for pair in np.flatnonzero(counts[arrays.objective]):
        count = int(arrays.objective[pair])
        while count >= 0:
            senders.setdefault(count, []).append(int(pair))
            count = int(arrays.part_of[count])
    return [(count, np.array(pairs, np.intp)) for count, pairs in senders.items()]
