"""HiGHS for the equations: the linear program with its marginal values, and whole people within a limit of nodes.

One thread, a stated seed and limits on nodes, never on time: the same plan gives the same answer on every run.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import highspy
import numpy as np

from trainplan.model.arrays import Array, Index
from trainplan.optimize.formulation import Equations

HEURISTICS = [f"mip_heuristic_run_{name}" for name in ("rens", "rins", "root_reduced_cost")]
SOLVED = (highspy.HighsModelStatus.kOptimal, highspy.HighsModelStatus.kSolutionLimit)  # the limit is that of nodes
LARGE = 100_000  # columns from which the interior point is the faster
OPTIONS = {"threads": 1, "random_seed": 2415, "mip_rel_gap": 1e-9, "mip_abs_gap": 1e-7}


class Relaxed(NamedTuple):
    """The optimum of the linear program."""

    value: float
    solution: Array  # (n,)
    marginal: Array  # (m,) what the value would fall by if a row's limit were one higher


class Unsolved(RuntimeError):
    """HiGHS gave up: too fine a tolerance, or no whole solution within the nodes."""


class Silent(highspy.Highs):
    """HiGHS without its callbacks, which announce it on the screen before it can be told to be silent."""

    def __init__(self) -> None:
        super(highspy.Highs, self).__init__()
        self.silent()


class Solver:
    """The equations in HiGHS, solved anew after a change from where it stands."""

    def __init__(self, problem: Equations) -> None:
        self.problem = problem
        self.highs = Silent()
        for name, value in OPTIONS.items():
            self.set(name, value)
        if len(problem.upper) > LARGE:
            self.set("solver", "ipm")
        accepted(self.highs.passModel(as_model(problem)), "passModel")

    def set(self, option: str, value: object) -> None:
        """An option; one that this HiGHS lacks is an error, not a silence."""
        accepted(self.highs.setOptionValue(option, value), option)

    def relaxed(self) -> Relaxed:
        """Solves the linear program."""
        self.run()
        solution = self.highs.getSolution()
        marginal = np.maximum(0.0, -np.array(solution.row_dual))
        return Relaxed(float(self.highs.getObjectiveValue()), np.array(solution.col_value), marginal)

    def whole(self, columns: Index, nodes: int, heuristics: bool = True) -> tuple[Array, float]:
        """The best solution (n,) with whole `columns` found within a number of nodes, and what none can be below."""
        kinds = np.full(len(columns), highspy.HighsVarType.kInteger)
        accepted(self.highs.changeColsIntegrality(len(columns), columns.astype(np.int32), kinds), "integrality")
        for name in HEURISTICS:
            self.set(name, heuristics)
        self.set("mip_max_nodes", nodes)
        try:
            self.run()
            found, info = np.array(self.highs.getSolution().col_value), self.highs.getInfo()
            return found, float(info.mip_dual_bound) if len(columns) else float(info.objective_function_value)
        finally:
            kinds = np.full(len(columns), highspy.HighsVarType.kContinuous)
            accepted(self.highs.changeColsIntegrality(len(columns), columns.astype(np.int32), kinds), "integrality")

    def start(self, solution: Array) -> None:
        """Where the next search for whole people starts from."""
        columns = np.arange(len(solution), dtype=np.int32)
        accepted(self.highs.setSolution(len(columns), columns, solution), "setSolution")

    def between(self, columns: Index, lower: Array, upper: Array) -> None:
        """Other bounds of columns."""
        accepted(self.highs.changeColsBounds(len(columns), columns.astype(np.int32), lower, upper), "changeColsBounds")

    def limit(self, row: int, upper: float) -> None:
        """Another upper limit of a row."""
        accepted(self.highs.changeRowBounds(row, self.problem.row_lower[row], upper), "changeRowBounds")

    def aim(self, cost: Array) -> None:
        """Another objective (n,)."""
        columns = np.arange(len(cost), dtype=np.int32)
        accepted(self.highs.changeColsCost(len(cost), columns, cost), "changeColsCost")

    def hold(self, most: float) -> None:
        """From here on the weighted shortfall stays within `most`."""
        columns = np.flatnonzero(self.problem.shortfall).astype(np.int32)
        values = self.problem.shortfall[columns]
        accepted(self.highs.addRow(-highspy.kHighsInf, most, len(columns), columns, values), "addRow")

    def run(self) -> None:
        """Solves; Unsolved where HiGHS has no solution to show."""
        failed = self.highs.run() == highspy.HighsStatus.kError
        status = self.highs.getModelStatus()
        if failed or status not in SOLVED or not self.highs.getSolution().value_valid:
            raise Unsolved(self.highs.modelStatusToString(status))

    def write(self, path: Path, whole: bool = True) -> None:
        """The model as a file (`.mps` or `.lp`) for another solver, with whole people or without."""
        kind = highspy.HighsVarType.kInteger if whole else highspy.HighsVarType.kContinuous
        columns = self.problem.whole.astype(np.int32)
        accepted(self.highs.changeColsIntegrality(len(columns), columns, np.full(len(columns), kind)), "integrality")
        accepted(self.highs.writeModel(str(path)), "writeModel")


def as_model(problem: Equations) -> highspy.HighsLp:
    """The equations as HiGHS takes them."""
    model = highspy.HighsLp()
    model.num_row_, model.num_col_ = problem.matrix.shape
    model.col_cost_, model.col_lower_, model.col_upper_ = problem.shortfall, problem.lower, problem.upper
    model.row_lower_, model.row_upper_ = problem.row_lower, problem.row_upper
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_, model.a_matrix_.index_ = problem.matrix.indptr, problem.matrix.indices
    model.a_matrix_.value_ = problem.matrix.data
    return model


def accepted(status: highspy.HighsStatus, what: str) -> None:
    if status == highspy.HighsStatus.kError:
        raise RuntimeError(f"HiGHS: {what}")
