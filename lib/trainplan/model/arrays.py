"""A plan as arrays: what the model computes with (method.md, section 1).

Every number is an array whose last axis is the draw: length 1 for a single run, a few hundred for a part of a sample.
Structure (which group an objective is about, which program a pair is) has no draws. Axes have the letters of the table
in method.md, conventions, throughout the model:

    Y years of the plan   G groups      O objectives   P programs   K pairs of objective and program   S sources
    H stocks and C counts, objectives by how they are reached       A years in which a cohort starts   D draws
    W, V later course years of pairs and of programs: a row for each
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trainplan.model.from_plan import NUMBERS, Columns, cohort_starts, pairs_of, row_numbers
from trainplan.model.layout import Array, Index, Mask, Structure
from trainplan.model.rounding import ceil, divide, fact_or_model, floor, total
from trainplan.plan.plan import Plan

__all__ = [
    "Array",
    "Arrays",
    "Index",
    "Mask",
    "build_arrays",
    "ceil",
    "divide",
    "fact_or_model",
    "floor",
    "pairs_of",
    "redraw_arrays",
    "total",
]


@dataclass(frozen=True)
class Arrays:
    """The numbers of a plan. Shares are 0…1, money is VND of `price_base_year`, stocks are people."""

    first: int
    last: int
    allocation: str
    closed: int  # how many years are closed, from the first on
    # structure
    group: Index  # (O,) the group of an objective
    kind: NDArray[np.str_]  # (O,)
    due: Index  # (O,) year index of the due year
    length: Index  # (O,) years of the objective's courses
    part_of: Index  # (O,) the count that this one is part of, -1 for none
    priority: Index  # (O,)
    weight: Array  # (O, D) of a person short of the path (section 6)
    objective: Index  # (K,)
    program: Index  # (K,)
    course_years: Index  # (P,)
    start: Index  # (A,) year index of a cohort's start, negative before the plan
    structure: Structure  # what follows from these
    # numbers
    headcount: Array  # (G, D) at the baseline
    growth: Array  # (G, D)
    counted: Array  # (Y, G, D) a year's own head-count, NaN where `growth` leads to it
    leave_rate: Array  # (Y+tail, G, D)
    appointment_rate: Array  # (G, D)
    baseline: Array  # (O, D)
    target: Array  # (O, D) T, the aim
    asked: Array  # (O, D) A, what the decision asks
    pace: Array  # (Y, O, 1) φ
    entry_share: Array  # (O, D)
    lapse_rate: Array  # (O, D)
    completion_rate: Array  # (P, D) of whoever completes in an open year …
    past_completion_rate: Array  # (P, D) … and in a closed one
    class_size: Array  # (P, D) infinite where a program has no classes
    capacity: Array  # (P, D) infinite where there is no limit
    learner_cost: Array  # (P, D)
    class_cost: Array  # (P, D)
    price: Array  # (Y+tail, P, D) index[t] / index[price_base_year]
    route_share: Array  # (K, D) 0 for a pair that only the pipeline has
    pipeline: Array  # (K, A, D) learners at the baseline by start
    source_share: Array  # (P, S, D)
    ceiling: Array  # (Y, S+1, D) infinite without a ceiling; the last row limits the total
    # facts of closed years, NaN where there is none
    enrolled: Array  # (closed, K, D)
    completed: Array  # (closed, K, D)
    spent: Array  # (closed, P, D) VND
    observed: Array  # (closed, O, D) the share that was counted

    @property
    def years(self) -> int:
        """How many years the plan has, Y."""
        return self.last - self.first + 1

    @property
    def tail(self) -> int:
        """Years after `last` in which a cohort may still be under way."""
        return len(self.leave_rate) - self.years

    @cached_property
    def draws(self) -> int:
        """How many draws the numbers have, D; those that were not drawn have an axis of length 1."""
        return max(getattr(self, name).shape[-1] for name in NUMBERS)

    def draw(self, d: int) -> Arrays:
        """The numbers of one draw, for what has no draws."""
        drawn = {name: getattr(self, name) for name in NUMBERS}
        return replace(self, **{name: value[..., d : d + 1] for name, value in drawn.items() if value.shape[-1] > 1})

    def of_program(self, by_pair: Array | Mask) -> Array:
        """Sums (…, K, D) over the objectives that share a program: (…, P, D)."""
        return self.structure.by_program(by_pair)

    def of_objective(self, by_pair: Array | Mask) -> Array:
        """Sums (…, K, D) over the programs of an objective: (…, O, D)."""
        return self.structure.by_objective(by_pair)


def build_arrays(plan: Plan, drawn: Mapping[str, Array] | None = None) -> Arrays:
    """Read a plan into arrays; `drawn` gives cells, by address, one value a draw, (D,)."""
    tables = plan.tables
    column = Columns(plan, drawn or {})
    groups, objectives, programs = (row_numbers(plan, table) for table in ("groups", "objectives", "programs"))
    pairs = pairs_of(plan)
    objective = np.array([objectives[o] for o, _ in pairs], np.intp)
    program = np.array([programs[p] for _, p in pairs], np.intp)
    course_years = np.array([r.years for r in tables.programs], np.intp)
    length = np.ones(len(objectives), np.intp)
    for route in tables.routes:
        length[objectives[route.objective]] = course_years[programs[route.program]]
    part_of = np.array([objectives[r.part_of] if r.part_of else -1 for r in tables.objectives], np.intp)
    kind = np.array([r.kind for r in tables.objectives])
    structure = Structure.of(kind, part_of, length, objective, program, len(tables.routes), course_years)
    return Arrays(
        first=plan.first,
        last=plan.last,
        allocation=plan.allocation,
        closed=len(plan.closed_years),
        group=np.array([groups[r.group] for r in tables.objectives], np.intp),
        kind=kind,
        due=np.array([r.due_year - plan.first for r in tables.objectives], np.intp),
        length=length,
        part_of=part_of,
        priority=np.array([r.priority for r in tables.objectives], np.intp),
        weight=column("objectives", "weight"),
        objective=objective,
        program=program,
        course_years=course_years,
        start=cohort_starts(plan),
        structure=structure,
        **{name: number.of(plan, column) for name, number in NUMBERS.items()},
    )


def redraw_arrays(plan: Plan, arrays: Arrays, drawn: Mapping[str, Array]) -> Arrays:
    """`arrays` of `plan` with only those made anew that `drawn` touches; equal to `build_arrays(plan, drawn)`."""
    column = Columns(plan, drawn)
    touched: dict[str, Any] = {
        name: number.of(plan, column) for name, number in NUMBERS.items() if number.reads & {*column.cells}
    }
    return replace(arrays, **touched)
