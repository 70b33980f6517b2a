"""Runs of many plans at once: those alike but for their numbers are draws of one simulation."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import groupby, islice
from typing import Any

from trainplan.model.arrays import Arrays, build_arrays
from trainplan.model.from_plan import NUMBERS
from trainplan.optimize.best_plan import Optimum, solve_plan
from trainplan.plan.choices import is_yearly
from trainplan.plan.plan import Plan
from trainplan.results.relaxed_runs import simulate_relaxed_alike
from trainplan.results.tables import Results, compute

AT_ONCE = 32  # plans, so that memory stays small however many there are
STRUCTURE = ("group", "kind", "due", "length", "part_of", "priority", "objective", "program", "course_years", "start")


def compute_many(plans: Iterable[Plan], solve: Callable[[Plan], Optimum] = solve_plan) -> Iterator[Results]:
    """What `compute(plan, solve)` gives for each of the plans, to the bit, in their order.

    Plans one after another that differ in numbers alone are simulated together, unless their rule decides all years at
    once. What is wanted of a result is best taken before the next.
    """
    remaining = iter(plans)
    while some := [(plan, build_arrays(plan)) for plan in islice(remaining, AT_ONCE)]:
        for _, together in groupby(some, key=lambda one: structure_of(one[1])):
            alike = list(together)
            if not is_yearly(alike[0][1].allocation):
                yield from (compute(plan, solve) for plan, _ in alike)
                continue
            runs = simulate_relaxed_alike([arrays for _, arrays in alike])
            for (plan, arrays), relaxed in zip(alike, runs, strict=True):
                yield Results(plan, arrays, relaxed, None)


def structure_of(arrays: Arrays) -> tuple[Any, ...]:
    """What arrays must have in common to be draws of one simulation: all but their numbers, and the shape of these."""
    rows = [tuple(getattr(arrays, name).tolist()) for name in STRUCTURE]
    shapes = [getattr(arrays, name).shape for name in NUMBERS]
    return (arrays.first, arrays.last, arrays.allocation, arrays.closed, *rows, *shapes)
