"""Whole people from the linear program: exactly where a plan is small, else year by year (MODEL.md, section 6).

Year by year means: whole numbers are asked for in the first year only, what comes out is kept, then in the second, and so
on. The order and the limits are fixed, and none is a limit of time: the same plan gives the same answer.
"""

from __future__ import annotations

import numpy as np

from trainplan.around.optimum.equations import Equations
from trainplan.around.optimum.solver import Solver
from trainplan.model.arrays import Array, Index

EXACT = 100  # whole columns up to which everything is decided at once, to proven optimality
MOST = 3_000  # whole columns beyond which rounding has to do
MANY_NODES = 3_000  # of a small plan's search
NODES, NEAR, ENOUGH = 50, 5e-3, 0.02  # of a year's search: nodes, and the gaps (relative, people-years) that will do
NODES_FOR_COST, NEAR_IN_COST = 10, 1e-2
TOLERANCE = 1e-6  # people-years that count as none


def searched(problem: Equations) -> tuple[list[Array], float]:
    """Solutions (n,) with whole people, the cheapest of the least shortfall found last; and a bound on the shortfall."""
    if len(problem.whole) <= EXACT:
        return at_once(problem)
    if len(problem.whole) > MOST:
        return [], 0.0
    found, bound = year_by_year(problem)
    return [found, cheaper(problem, found)], bound


def at_once(problem: Equations) -> tuple[list[Array], float]:
    """All years in one search: the least shortfall, then the least cost of it."""
    solver = Solver(problem)
    found, bound = solver.whole(problem.whole, MANY_NODES)
    solver.hold(float(problem.shortfall @ found) + TOLERANCE)
    solver.aim(problem.spending)
    solver.start(found)
    return [found, solver.whole(problem.whole, MANY_NODES)[0]], bound


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


def cheaper(problem: Equations, found: Array) -> Array:
    """A solution of no more shortfall and no more cost: two years at a time are decided anew beside the others."""
    solver = Solver(problem)
    solver.set("mip_rel_gap", NEAR_IN_COST)
    solver.aim(problem.spending)
    solver.hold(float(problem.shortfall @ found) + TOLERANCE)
    _keep(solver, problem.whole, found)
    for year in np.unique(problem.year)[:-1]:
        columns = problem.whole[(problem.year == year) | (problem.year == year + 1)]
        solver.between(columns, problem.lower[columns], problem.upper[columns])
        solver.start(found)
        other, _ = solver.whole(columns, NODES_FOR_COST)
        found = other if problem.spending @ other < problem.spending @ found else found
        _keep(solver, columns, found)
    return found


def _keep(solver: Solver, columns: Index, found: Array) -> None:
    """Whole columns stay as they were found."""
    kept = np.round(found[columns])
    solver.between(columns, kept, kept)
