"""How long the model takes, side by side: a run against reading the plan, a draw of a sample against a run.

    python workbook.py python benchmarks/model.py [PLAN]

Prints ratios; milliseconds stand beside them to give a feeling for this machine only.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from statistics import median
from time import perf_counter

import numpy as np

from trainplan.model.arrays import build_arrays
from trainplan.model.simulate import simulate
from trainplan.plan.find import DEFAULT_PLAN
from trainplan.plan.plan import load_plan
from trainplan.results.tables import compute

DRAWS = 2_000
REPEATS = 7


def seconds(work: Callable[[], object]) -> float:
    """Median of several runs, after one that warms up."""
    work()
    times = []
    for _ in range(REPEATS):
        start = perf_counter()
        work()
        times.append(perf_counter() - start)
    return median(times)


def main() -> None:
    name = sys.argv[1] if len(sys.argv) > 1 else DEFAULT_PLAN
    plan = load_plan(name)
    group = plan.tables.groups[0]
    drawn = {f"groups.{group.id}.leave_rate": np.linspace(0.5, 1.5, DRAWS) * group.leave_rate}
    reading = seconds(lambda: load_plan(name))
    tables = seconds(lambda: compute(plan).tables)
    one = seconds(lambda: simulate(build_arrays(plan)))
    many = seconds(lambda: simulate(build_arrays(plan, drawn)))
    print(f"read and check the plan        {reading * 1e3:8.1f} ms")
    print(f"all result tables              {tables * 1e3:8.1f} ms   {tables / reading:6.2f} of reading")
    print(f"one simulation                 {one * 1e3:8.1f} ms   {one / tables:6.2f} of all tables")
    print(f"{DRAWS} draws                     {many * 1e3:8.1f} ms   {many / one / DRAWS:6.4f} of one run a draw")


if __name__ == "__main__":
    main()
