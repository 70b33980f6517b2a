"""A linear program: its columns and rows collected as arrays, and HiGHS to solve it (method.md, section 6).

One thread, a stated seed and limits on nodes, never on time: the same plan gives the same answer on every run.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import highspy
import numpy as np
from numpy.typing import ArrayLike
from scipy import sparse

from trainplan.model.arrays import Array, Index, Mask

HEURISTICS = [f"mip_heuristic_run_{name}" for name in ("rens", "rins", "root_reduced_cost")]
MOST_FOR_HEURISTICS = 2_000  # rows and columns: in a larger program each takes seconds, which `work_of` cannot see
SOLVED = (highspy.HighsModelStatus.kOptimal, highspy.HighsModelStatus.kSolutionLimit)  # the limit is that of nodes
LARGE = 100_000  # columns from which the interior point is the faster
OPTIONS = {"threads": 1, "random_seed": 2415, "mip_rel_gap": 1e-9, "mip_abs_gap": 1e-7}


@dataclass(frozen=True)
class LinearProgram:
    """minimize shortfall · x, then spending · x, subject to rows, bounds and whole columns."""

    shortfall: Array  # (n,) weighted people short of the path
    spending: Array  # (n,) million VND over all years of a cohort, and 1 VND a person
    lower: Array  # (n,)
    upper: Array  # (n,)
    integer: Index  # columns that must be whole numbers
    integer_year: Index  # the year index of each of those
    matrix: sparse.csc_matrix  # (m, n)
    row_lower: Array  # (m,)
    row_upper: Array  # (m,)


class Variables:
    """Columns of a linear program, from 0 up to a bound; collected block by block."""

    def __init__(self) -> None:
        self.count = 0
        self._upper: list[Array] = []
        self._integer: list[Index] = []
        self._year: list[Index] = []

    def add(self, there: Mask, upper: ArrayLike, integer: bool = False) -> Index:
        """A column wherever `there`, (Y, …); returns their numbers in its shape, -1 elsewhere."""
        number = np.full(there.shape, -1, np.intp)
        new = int(there.sum())
        number[there] = np.arange(self.count, self.count + new)
        self._upper.append(np.broadcast_to(np.asarray(upper, float), there.shape)[there])
        if integer:
            self._integer.append(number[there])
            self._year.append(np.nonzero(there)[0])
        self.count += new
        return number

    @property
    def lower(self) -> Array:
        """(n,) zeros: no column may be negative."""
        return np.zeros(self.count)

    @property
    def upper(self) -> Array:
        """(n,) the bounds as they were added."""
        return np.concatenate(self._upper)

    @property
    def integer(self) -> Index:
        """Numbers of the columns that must be whole."""
        return np.concatenate(self._integer)

    @property
    def integer_year(self) -> Index:
        """The year index of each of the `integer` columns."""
        return np.concatenate(self._year)


class Constraints:
    """Rows low ≤ Σ coefficient · column ≤ high of a linear program; collected block by block."""

    def __init__(self) -> None:
        self.count = 0
        self._row: list[Index] = []
        self._column: list[Index] = []
        self._value: list[Array] = []
        self._low: list[Array] = []
        self._high: list[Array] = []

    def add(self, there: Mask, low: ArrayLike, high: ArrayLike) -> Index:
        """A row wherever `there`; returns their numbers in its shape, -1 elsewhere."""
        number = np.full(there.shape, -1, np.intp)
        new = int(there.sum())
        number[there] = np.arange(self.count, self.count + new)
        for kept, bound in ((self._low, low), (self._high, high)):
            kept.append(np.broadcast_to(np.asarray(bound, float), there.shape)[there])
        self.count += new
        return number

    def put(self, row: Index, column: Index, value: ArrayLike) -> None:
        """Coefficients, the three broadcast together; where row or column is -1 there is none."""
        row, column, coefficient = np.broadcast_arrays(row, column, np.asarray(value, float))
        used = (row >= 0) & (column >= 0) & (coefficient != 0)
        self._row.append(row[used])
        self._column.append(column[used])
        self._value.append(coefficient[used])

    def matrix(self, columns: int) -> tuple[sparse.csc_matrix, Array, Array]:
        """The matrix with what is put twice added up, and the bounds of its rows."""
        where = (np.concatenate(self._row), np.concatenate(self._column))
        shape = (self.count, columns)
        body = sparse.coo_matrix((np.concatenate(self._value), where), shape=shape).tocsc()
        return body, np.concatenate(self._low), np.concatenate(self._high)


class LinearSolution(NamedTuple):
    """The optimum of the linear program without whole columns."""

    value: float
    solution: Array  # (n,)
    dual: Array  # (m,) what the value would fall by if a row's limit were one higher, at the margin


class Unsolved(RuntimeError):
    """HiGHS gave up: numbers that it does not take, too fine a tolerance, or no whole solution within the nodes."""


class SilentHighs(highspy.Highs):
    """HiGHS without its callbacks, which announce it on the screen before it can be told to be silent."""

    def __init__(self) -> None:
        super(highspy.Highs, self).__init__()
        self.silent()


class Solver:
    """A linear program in HiGHS; after a change it is solved again from the last solution."""

    def __init__(self, program: LinearProgram, work: float = 0.0) -> None:
        self.program = program
        self.work = work  # what the searches for whole numbers have taken so far (see `work_of`)
        self.highs = SilentHighs()
        for name, value in OPTIONS.items():
            self.set(name, value)
        for name in HEURISTICS:
            self.set(name, sum(program.matrix.shape) <= MOST_FOR_HEURISTICS)
        if len(program.upper) > LARGE:
            self.set("solver", "ipm")
        check_status(self.highs.passModel(highs_model(program)), "passModel")

    def set(self, option: str, value: object) -> None:
        """Set an option of HiGHS; `Unsolved` for one that this version lacks."""
        check_status(self.highs.setOptionValue(option, value), option)

    def solve_linear(self) -> LinearSolution:
        """Solve without whole columns; `Unsolved` where HiGHS has no solution."""
        self.run()
        solution = self.highs.getSolution()
        dual = np.maximum(0.0, -np.array(solution.row_dual))
        return LinearSolution(float(self.highs.getObjectiveValue()), np.array(solution.col_value), dual)

    def solve_integer(self, columns: Index, nodes: int) -> tuple[Array, float]:
        """The best solution (n,) with whole `columns` that is found within so many nodes, and a lower bound."""
        self.set_integer(columns, highspy.HighsVarType.kInteger)
        self.set("mip_max_nodes", nodes)
        try:
            self.run()
            found, info = np.array(self.highs.getSolution().col_value), self.highs.getInfo()
            self.work += work_of(self.program, info.mip_node_count, info.simplex_iteration_count)
            return found, float(info.mip_dual_bound) if len(columns) else float(info.objective_function_value)
        finally:
            self.set_integer(columns, highspy.HighsVarType.kContinuous)

    def set_integer(self, columns: Index, kind: highspy.HighsVarType) -> None:
        """Make columns whole numbers, or not."""
        kinds = np.full(len(columns), kind)
        check_status(self.highs.changeColsIntegrality(len(columns), columns.astype(np.int32), kinds), "integrality")

    def start_from(self, solution: Array) -> None:
        """Start the next search for whole numbers from a solution (n,)."""
        columns = np.arange(len(solution), dtype=np.int32)
        check_status(self.highs.setSolution(len(columns), columns, solution), "setSolution")

    def set_column_bounds(self, columns: Index, lower: Array, upper: Array) -> None:
        """Replace the bounds of columns."""
        check_status(
            self.highs.changeColsBounds(len(columns), columns.astype(np.int32), lower, upper), "changeColsBounds"
        )

    def set_row_upper(self, row: int, upper: float) -> None:
        """Replace the upper bound of a row."""
        check_status(self.highs.changeRowBounds(row, self.program.row_lower[row], upper), "changeRowBounds")

    def set_costs(self, cost: Array) -> None:
        """Replace what is minimized, by column (n,)."""
        columns = np.arange(len(cost), dtype=np.int32)
        check_status(self.highs.changeColsCost(len(cost), columns, cost), "changeColsCost")

    def cap_shortfall(self, most: float) -> None:
        """Add a row: the weighted shortfall is at most `most`."""
        columns = np.flatnonzero(self.program.shortfall).astype(np.int32)
        values = self.program.shortfall[columns]
        check_status(self.highs.addRow(-highspy.kHighsInf, most, len(columns), columns, values), "addRow")

    def run(self) -> None:
        """Solve as the model now stands; `Unsolved` where HiGHS has no solution."""
        failed = self.highs.run() == highspy.HighsStatus.kError
        status = self.highs.getModelStatus()
        if failed or status not in SOLVED or not self.highs.getSolution().value_valid:
            raise Unsolved(self.highs.modelStatusToString(status))

    def write(self, path: Path, integer: bool = True) -> None:
        """Write the model (`.mps` or `.lp`) for another solver, with whole columns or without."""
        kind = highspy.HighsVarType.kInteger if integer else highspy.HighsVarType.kContinuous
        self.set_integer(self.program.integer, kind)
        check_status(self.highs.writeModel(str(path)), "writeModel")


def work_of(program: LinearProgram, nodes: int, iterations: int) -> float:
    """How much a search for whole numbers has done: about its seconds, but counted, so that it is the same always."""
    size = sum(program.matrix.shape)
    begun = 0.01 if iterations else 0.002  # else it was solved before it began
    return begun + 2.5e-9 * size**2 + iterations * (5e-5 + 8e-9 * size) + nodes * 3e-7 * size


def highs_model(program: LinearProgram) -> highspy.HighsLp:
    """The linear program in the form of HiGHS, minimizing the shortfall."""
    model = highspy.HighsLp()
    model.num_row_, model.num_col_ = program.matrix.shape
    model.col_cost_, model.col_lower_, model.col_upper_ = program.shortfall, program.lower, program.upper
    model.row_lower_, model.row_upper_ = program.row_lower, program.row_upper
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_, model.a_matrix_.index_ = program.matrix.indptr, program.matrix.indices
    model.a_matrix_.value_ = program.matrix.data
    return model


def check_status(status: highspy.HighsStatus, what: str) -> None:
    """`Unsolved`, naming the call, where HiGHS reports an error."""
    if status == highspy.HighsStatus.kError:
        raise Unsolved(f"HiGHS: {what}")
