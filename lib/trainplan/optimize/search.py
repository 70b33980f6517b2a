"""Whole people from the linear program: exactly where a plan is small, else year by year (method.md, section 6).

Year by year means: whole numbers are asked for in the first year only, what comes out is kept, then in the second, and
so on. The order and the limits are fixed, and none is a limit of time: the same plan gives the same answer.
"""

from __future__ import annotations

from contextlib import suppress
from typing import NamedTuple

import numpy as np

from trainplan.model.arrays import Array, Index
from trainplan.optimize.formulation import Formulation
from trainplan.optimize.lp import Solver, Unsolved

EXACT = 100  # whole columns up to which everything is decided at once, to proven optimality
MOST = 2_000  # whole columns beyond which rounding has to do
MANY_NODES = 600  # of a small plan's search
WORK = 0.5  # of all searches of a plan (see `lp.work_of`), after which what was found has to do
NODES, NEAR, ENOUGH = 50, 2e-3, 0.02  # of a year's search: nodes, and the gaps (relative, people-years) that will do
NODES_FOR_COST, NEAR_IN_COST = 10, 1e-2
TOLERANCE = 1e-6  # people-years that count as none …
LOOSE = 1e-4  # … and people where HiGHS would stumble over less


class WholePeople(NamedTuple):
    """What a search for whole people has found, and the work that it took (see `lp.work_of`)."""

    solutions: list[Array]  # (n,) each, the cheapest of the least shortfall last
    bound: float  # no plan has less shortfall
    work: float


def search_whole_people(formulation: Formulation) -> WholePeople:
    """The best plan in whole people; no solution where the plan is too large, or none was found within the limits."""
    if len(formulation.integer) <= EXACT:
        return solve_all_years(formulation)
    if len(formulation.integer) > MOST:
        return WholePeople([], 0.0, 0.0)
    try:
        found, bound, work = solve_year_by_year(formulation)
    except Unsolved:
        return WholePeople([], 0.0, WORK)
    found, work = reduce_shortfall(formulation, found, work)
    cheaper, work = reduce_cost(formulation, found, work)
    return WholePeople([found, cheaper], bound, work)


def solve_all_years(formulation: Formulation) -> WholePeople:
    """All years in one search: the least shortfall, then the least cost of it."""
    solver = Solver(formulation)
    try:
        found, bound = solver.solve_integer(formulation.integer, MANY_NODES)
    except Unsolved:
        return WholePeople([], 0.0, solver.work)
    solver.cap_shortfall(float(formulation.shortfall @ found) + TOLERANCE)
    solver.set_costs(formulation.spending)
    solver.start_from(found)
    solutions = [found]
    with suppress(Unsolved):
        solutions.append(solver.solve_integer(formulation.integer, MANY_NODES)[0])
    return WholePeople(solutions, bound, solver.work)


def solve_year_by_year(formulation: Formulation) -> tuple[Array, float, float]:
    """Whole numbers for one year after the other, later years still in fractions; the first year proves the bound.

    And the work that it took; where that is more than WORK, the years that are left stay in fractions.
    """
    solver = Solver(formulation)
    solver.set("mip_rel_gap", NEAR)
    solver.set("mip_abs_gap", ENOUGH)
    found, bounds = np.zeros(len(formulation.upper)), []
    for year in np.unique(formulation.integer_year):
        if solver.work > WORK:
            break
        columns = formulation.integer[formulation.integer_year == year]
        found, bound = solver.solve_integer(columns, NODES)
        bounds.append(bound)
        _fix_columns(solver, columns, found)
    return found, bounds[0], solver.work


def reduce_shortfall(formulation: Formulation, found: Array, work: float) -> tuple[Array, float]:
    """A solution of no more shortfall, each year decided anew, to the end, beside the others; and all work so far."""
    solver = Solver(formulation, work)
    return _search_again(solver, formulation, found, formulation.shortfall, 1, NODES), solver.work


def reduce_cost(formulation: Formulation, found: Array, work: float) -> tuple[Array, float]:
    """A solution of no more cost, with no objective further from its path in any year: two years at a time anew.

    And all work so far.
    """
    solver = Solver(formulation, work)
    solver.set("mip_rel_gap", NEAR_IN_COST)
    solver.set_costs(formulation.spending)
    short = np.flatnonzero(formulation.shortfall)
    solver.set_column_bounds(short, formulation.lower[short], found[short] + LOOSE)
    return _search_again(solver, formulation, found, formulation.spending, 2, NODES_FOR_COST), solver.work


def _search_again(solver: Solver, formulation: Formulation, found: Array, aim: Array, width: int, nodes: int) -> Array:
    """`found`, or better in `aim`: every `width` years in turn are searched while the other years stand."""
    _fix_columns(solver, formulation.integer, found)
    for year in np.unique(formulation.integer_year)[: 1 - width or None]:
        if solver.work > WORK:
            break
        columns = formulation.integer[(formulation.integer_year >= year) & (formulation.integer_year < year + width)]
        solver.set_column_bounds(columns, formulation.lower[columns], formulation.upper[columns])
        solver.start_from(found)
        with suppress(Unsolved):  # then the years stay as they are
            other, _ = solver.solve_integer(columns, nodes)
            found = other if aim @ other < aim @ found else found
        _fix_columns(solver, columns, found)
    return found


def _fix_columns(solver: Solver, columns: Index, found: Array) -> None:
    """Whole columns stay as they were found."""
    kept = np.round(found[columns])
    solver.set_column_bounds(columns, kept, kept)
