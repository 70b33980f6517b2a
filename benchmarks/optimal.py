"""The best plan, in processor time: building against solving, and the end to end of one plan against reading it.

    python workbook.py python benchmarks/optimal.py [UNITS]

UNITS bodies (200 unless told) with the groups and targets of An Giang each, in the same courses and under the same
ceilings, are one linear program of a few hundred thousand columns. Prints ratios beside seconds; only ratios travel.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from time import process_time

import numpy as np

from trainplan.model.arrays import Arrays, build_arrays
from trainplan.model.layout import Structure
from trainplan.optimize.best_plan import solve_best_plan
from trainplan.optimize.constants import Constants
from trainplan.optimize.formulation import build_formulation
from trainplan.optimize.lp import Solver
from trainplan.plan.find import DEFAULT_PLAN
from trainplan.plan.plan import load_plan
from trainplan.results.tables import compute


def of_units(plan: Arrays, units: int) -> Arrays:
    """The plan with its groups and objectives once a unit; courses, places and ceilings grow with them."""

    def again(values: np.ndarray, axis: int = 0) -> np.ndarray:
        return np.concatenate([values] * units, axis=axis)

    def shifted(values: np.ndarray, by: int) -> np.ndarray:
        return np.concatenate([np.where(values >= 0, values + u * by, values) for u in range(units)])

    groups, objectives = len(plan.headcount), len(plan.group)
    objective, program = shifted(plan.objective, objectives), again(plan.program)
    part_of, kind, length = shifted(plan.part_of, objectives), again(plan.kind), again(plan.length)
    routes = int((plan.route_share > 0).sum())
    structure = Structure.of(kind, part_of, length, objective, program, routes * units, plan.course_years)
    by_objective = ("due", "priority", "weight", "baseline", "target", "entry_share", "lapse_rate")
    by_group = ("headcount", "growth", "appointment_rate")
    return replace(
        plan,
        group=shifted(plan.group, groups),
        kind=kind,
        part_of=part_of,
        length=length,
        objective=objective,
        program=program,
        structure=structure,
        pace=again(plan.pace, 1),
        leave_rate=again(plan.leave_rate, 1),
        route_share=again(plan.route_share),
        pipeline=again(plan.pipeline),
        ceiling=plan.ceiling * units,
        capacity=plan.capacity * units,
        **{name: again(getattr(plan, name)) for name in (*by_objective, *by_group)},
    )


def main() -> None:
    units = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    start = process_time()
    plan = load_plan(DEFAULT_PLAN, overrides={"allocation": "optimal"})
    read = process_time()
    list(compute(plan).tables)
    done = process_time()
    print(f"An Giang: read {read - start:.2f} s, best plan and all tables {done - read:.2f} s")
    numbers = build_arrays(plan)
    start = process_time()
    simulate_and_decide = solve_best_plan(numbers)
    print(
        f"  the best plan alone {process_time() - start:.2f} s: {simulate_and_decide.weighted_shortfall:.1f} weighted "
        f"people-years, none below {simulate_and_decide.bound:.1f}"
    )
    many = of_units(numbers, units)
    start = process_time()
    constants = Constants(many)
    problem = build_formulation(many, constants)
    built = process_time()
    solver = Solver(problem)
    relaxed = solver.solve_linear()
    solved = process_time()
    rows, columns = problem.matrix.shape
    print(f"{units} units: {columns} columns, {rows} rows, {problem.matrix.nnz} coefficients")
    print(
        f"  building {built - start:.2f} s, solving {solved - built:.2f} s: building is "
        f"{(built - start) / (solved - built):.2f} of solving; optimum {relaxed.value:.1f}"
    )


if __name__ == "__main__":
    main()
