"""The value of money and of places: people-years of the gap that a little more would close (method.md, section 6).

People-years are weighted: a person short of the path at a year's end, times the weight of the objective.

A marginal value is what a whole step saves: the linear program is solved again with a billion VND, or ten places, more
(values.csv). The shadow price (`Optimum.shadow_price`, marginal_values.csv) is the dual of the same program: what a
step saves while it is small. Unless cohorts begun before take all of the ceiling, the whole step saves at most that.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from trainplan.model.arrays import Array, Index, build_arrays
from trainplan.optimize.constants import MILLION, Constants
from trainplan.optimize.formulation import Formulation, build_formulation
from trainplan.optimize.lp import Solver
from trainplan.plan.plan import Plan

BILLION, PLACES = 1e9, 10.0


def marginal_values(plan: Plan, progress: Callable[[int, int], None] = lambda done, of: None) -> pd.DataFrame:
    """What a billion more in a year, or ten places more in every year, would save if used best, whatever the rule.

    Solved again with the change, where `Optimum.shadow_price` is the dual, the value of a small change.

    Columns: kind (`money` or `places`), id (of the source, `total`, or of the program), year (none for places),
    people_years (weighted, at least 0). Each is the fall of the linear program's optimum when it is solved again with
    the change: 0 where a source has no ceiling in the year or a program no capacity. `progress` hears how many of them
    are known, and of how many.
    """
    arrays = build_arrays(plan)
    constants = Constants(arrays)
    sources = [*(row.id for row in plan.tables.sources), "total"]
    rows: list[tuple[str, str, int | None, float]] = []
    count = len(plan.years) * len(sources) + len(plan.tables.programs)
    problem = build_formulation(arrays, constants) if constants.max_enrollment.any() else None
    solver = Solver(problem) if problem else None
    now = solver.solve_linear().value if solver else 0.0
    for y, year in enumerate(plan.years):
        for s, source in enumerate(sources):
            saved = _saving(solver, problem, now, *_more_money(problem, y, s)) if problem and solver else 0.0
            rows.append(("money", source, year, saved))
            progress(len(rows), count)
    for p, program in enumerate(plan.tables.programs):
        saved = _saving(solver, problem, now, *_more_places(problem, p)) if problem and solver else 0.0
        rows.append(("places", program.id, None, saved))
        progress(len(rows), count)
    frame = pd.DataFrame(rows, columns=["kind", "id", "year", "people_years"])
    return frame.astype({"year": "Int64"})


def _more_money(problem: Formulation, year: int, source: int) -> tuple[Index, Array]:
    """The row of a ceiling and its limit with a billion more, of which cohorts begun before may take a part."""
    row = problem.ceiling_rows[year, source : source + 1]
    row = row[row >= 0]
    more = max(0.0, BILLION - problem.overdrawn[year, source]) / MILLION
    return row, problem.row_upper[row] + more


def _more_places(problem: Formulation, program: int) -> tuple[Index, Array]:
    """The rows of a program's capacity and their limits with ten places more."""
    rows = problem.capacity_rows[:, program]
    rows = rows[rows >= 0]
    return rows, problem.row_upper[rows] + PLACES


def _saving(solver: Solver, problem: Formulation, now: float, rows: Index, limits: Array) -> float:
    """How far the optimum falls with other limits of rows, which are put back."""
    if not len(rows):
        return 0.0
    for row, limit in zip(rows, limits, strict=True):
        solver.set_row_upper(int(row), float(limit))
    less = solver.solve_linear().value
    for row in rows:
        solver.set_row_upper(int(row), float(problem.row_upper[row]))
    return float(np.maximum(0.0, now - less))
