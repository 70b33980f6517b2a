"""Whole people from the linear program: exactly where a plan is small, else year by year (method.md, section 6).

Year by year means: whole numbers are asked for in the first year only, what comes out is kept, then in the second, and
so on. The order and the limits are fixed, and none is a limit of time: the same plan gives the same answer.
"""

from __future__ import annotations

from contextlib import suppress

import numpy as np

from trainplan.model.arrays import Array, Index
from trainplan.optimize.formulation import Equations
from trainplan.optimize.lp import Solver, Unsolved

EXACT = 100  # whole columns up to which everything is decided at once, to proven optimality
MOST = 3_000  # whole columns beyond which rounding has to do
MANY_NODES = 3_000  # of a small plan's search
NODES, NEAR, ENOUGH = 50, 2e-3, 0.02  # of a year's search: nodes, and the gaps (relative, people-years) that will do
NODES_FOR_COST, NEAR_IN_COST = 10, 1e-2
TOLERANCE = 1e-6  # people-years that count as none …
LOOSE = 1e-4  # … and people where HiGHS would stumble over less


def searched(problem: Equations) -> tuple[list[Array], float]:
    """Solutions (n,) with whole people, the cheapest of the least shortfall last; and a bound on the shortfall."""
    if len(problem.whole) <= EXACT:
        return at_once(problem)
    if len(problem.whole) > MOST:
        return [], 0.0
    try:
        found, bound = year_by_year(problem)
    except Unsolved:
        return [], 0.0
    found = better(problem, found)
    return [found, cheaper(problem, found)], bound


def at_once(problem: Equations) -> tuple[list[Array], float]:
    """All years in one search: the least shortfall, then the least cost of it."""
    solver = Solver(problem)
    try:
        found, bound = solver.whole(problem.whole, MANY_NODES)
    except Unsolved:
        return [], 0.0
    solver.hold(float(problem.shortfall @ found) + TOLERANCE)
    solver.aim(problem.spending)
    solver.start(found)
    with suppress(Unsolved):
        return [found, solver.whole(problem.whole, MANY_NODES)[0]], bound
    return [found], bound


def year_by_year(problem: Equations) -> tuple[Array, float]:
    """Whole numbers for one year after the other, later years still in fractions; the first year proves the bound."""
    solver = Solver(problem)
    solver.set("mip_rel_gap", NEAR)
    solver.set("mip_abs_gap", ENOUGH)
    found, bounds = np.zeros(len(problem.upper)), []
    for year in np.unique(problem.year):
        columns = problem.whole[problem.year == year]
        found, bound = solver.whole(columns, NODES)
        bounds.append(bound)
        _keep(solver, columns, found)
    return found, bounds[0]


def better(problem: Equations, found: Array) -> Array:
    """A solution of no more shortfall: each year is decided anew, to the end, beside the others."""
    return _reopened(Solver(problem), problem, found, problem.shortfall, 1, NODES)


def cheaper(problem: Equations, found: Array) -> Array:
    """A solution of no more cost, with no objective further from its path in any year: two years at a time anew."""
    solver = Solver(problem)
    solver.set("mip_rel_gap", NEAR_IN_COST)
    solver.aim(problem.spending)
    short = np.flatnonzero(problem.shortfall)
    solver.between(short, problem.lower[short], found[short] + LOOSE)
    return _reopened(solver, problem, found, problem.spending, 2, NODES_FOR_COST)


def _reopened(solver: Solver, problem: Equations, found: Array, aim: Array, width: int, nodes: int) -> Array:
    """`found`, or better in `aim`: every `width` years in turn are searched while the other years stand."""
    _keep(solver, problem.whole, found)
    for year in np.unique(problem.year)[: 1 - width or None]:
        columns = problem.whole[(problem.year >= year) & (problem.year < year + width)]
        solver.between(columns, problem.lower[columns], problem.upper[columns])
        solver.start(found)
        with suppress(Unsolved):  # then the years stay as they are
            other, _ = solver.whole(columns, nodes)
            found = other if aim @ other < aim @ found else found
        _keep(solver, columns, found)
    return found


def _keep(solver: Solver, columns: Index, found: Array) -> None:
    """Whole columns stay as they were found."""
    kept = np.round(found[columns])
    solver.between(columns, kept, kept)
