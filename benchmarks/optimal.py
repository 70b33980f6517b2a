"""The best plan, in processor time: building against solving, and the end to end of one plan against reading it.

    python workbook.py python benchmarks/optimal.py [UNITS]

UNITS bodies (200 unless told) with the groups and targets of An Giang each, in the same courses and under the same
ceilings, are one linear program of a few hundred thousand columns. What searches among many plans is measured by how
many plans one after the other would take as long: goal seek and the ways to meet missed targets, for An Giang under
`optimal` and for the plan that `large_plan.py` writes. Prints ratios beside seconds; only ratios travel.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

import numpy as np
from large_plan import write_large_plan

from trainplan.analysis.goal_seek import arrays_under_ceilings, goal_seek
from trainplan.analysis.relaxations import relaxations
from trainplan.model.arrays import Arrays, build_arrays
from trainplan.model.layout import Structure
from trainplan.optimize.best_plan import run_plan, solve_best_plan
from trainplan.optimize.constants import Constants
from trainplan.optimize.formulation import build_formulation
from trainplan.optimize.lp import Solver
from trainplan.plan.choices import is_yearly
from trainplan.plan.find import DEFAULT_PLAN
from trainplan.plan.plan import Plan, load_plan
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
    by_objective = ("due", "priority", "weight", "baseline", "target", "asked", "entry_share", "lapse_rate")
    by_group = ("headcount", "growth", "appointment_rate")
    by_year = ("pace", "counted", "leave_rate", "enrolled", "completed", "observed")  # rows stand on the second axis
    return replace(
        plan,
        group=shifted(plan.group, groups),
        kind=kind,
        part_of=part_of,
        length=length,
        objective=objective,
        program=program,
        structure=structure,
        spent=plan.spent * units,
        route_share=again(plan.route_share),
        pipeline=again(plan.pipeline),
        ceiling=plan.ceiling * units,
        capacity=plan.capacity * units,
        **{name: again(getattr(plan, name)) for name in (*by_objective, *by_group)},
        **{name: again(getattr(plan, name), 1) for name in by_year},
    )


def compare_search(plan: Plan, what: str, search: Callable[[Plan, Callable[..., None]], object]) -> None:
    """Prints what a search takes beside one run of the plan, and how many runs it made."""
    runs: list[int] = [0]

    def count(done: int, asked: int = 0) -> None:
        runs[0] = done

    arrays = arrays_under_ceilings(plan)
    start, wall = process_time(), perf_counter()
    search(plan, count)
    searched, wall = process_time() - start, perf_counter() - wall
    start = process_time()
    (run_plan if is_yearly(arrays.allocation) else solve_best_plan)(arrays)  # not one that is remembered
    one = process_time() - start
    print(
        f"{what}: {runs[0]} runs in {searched:.2f} s of processor time, {wall:.2f} s on the clock; "
        f"one run {one:.3f} s: as long as {searched / one:.0f} runs one after the other"
    )


def main() -> None:
    compare_solving(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
    best = load_plan(DEFAULT_PLAN, overrides={"allocation": "optimal"})
    compare_search(best, "An Giang, goal seek", lambda plan, heard: goal_seek(plan, progress=heard))
    compare_search(best, "An Giang, ways to meet targets", relaxations)
    with TemporaryDirectory() as folder:
        large = load_plan(write_large_plan(Path(folder) / "large"))
        compare_search(large, "large plan, goal seek", lambda plan, heard: goal_seek(plan, progress=heard))
        compare_search(large, "large plan, ways to meet targets", relaxations)


def compare_solving(units: int) -> None:
    """Prints the best plan beside reading it, and building a linear program of many bodies beside solving it."""
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
