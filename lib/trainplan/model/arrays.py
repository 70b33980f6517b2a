"""A plan as arrays: what the model computes with (MODEL.md, section 1).

Every number is an array whose last axis is the draw: length 1 for a single run, ten thousand for a sample. Axes
before it are named by letters: Y years, G groups, O objectives, P programs, K pairs of objective and program,
S sources, A cohort starts. Structure (which group an objective is about, which program a pair is) has no draws.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trainplan.inputs.changes import row_key
from trainplan.inputs.plan import Plan
from trainplan.inputs.schema import TABLES

Array = NDArray[np.float64]
Index = NDArray[np.intp]
Mask = NDArray[np.bool_]

ROUNDING = 1e-9  # what a computed number may miss a whole one by


def ceil(value: Array) -> Array:
    """Smallest whole number not below `value`, forgiving 1e-9 (MODEL.md, conventions)."""
    return np.ceil(value - ROUNDING) + 0.0  # + 0.0: no negative zero


def floor(value: Array) -> Array:
    """Largest whole number not above `value`, forgiving 1e-9."""
    return np.floor(value + ROUNDING)


def divide(value: Array, by: Array, otherwise: float = 0.0) -> Array:
    """`value / by`, and `otherwise` where there is nothing to divide by."""
    return np.where(by > 0, value / np.where(by > 0, by, 1.0), otherwise)


@dataclass(frozen=True)
class Arrays:
    """The numbers of a plan. Shares are 0…1, money is VND of `price_base_year`, stocks are people."""

    first: int
    last: int
    allocation: str
    # structure
    group: Index  # (O,) the group of an objective
    kind: NDArray[np.str_]  # (O,)
    due: Index  # (O,) year index of the due year
    length: Index  # (O,) years of the objective's courses
    above: Index  # (O,) the count that this one is part of, -1 for none
    level: Index  # (O,) how deep a count lies within others
    priority: Index  # (O,)
    weight: Array  # (O, D) of a person short of the path (section 6)
    objective: Index  # (K,)
    program: Index  # (K,)
    course_years: Index  # (P,)
    start: Index  # (A,) year index of a cohort's start, negative before the plan
    # numbers
    headcount: Array  # (G, D) at the baseline
    growth: Array  # (G, D)
    leave_rate: Array  # (Y+tail, G, D)
    appointment_rate: Array  # (G, D)
    baseline: Array  # (O, D)
    target: Array  # (O, D) T
    pace: Array  # (Y, O, 1) φ
    entry_share: Array  # (O, D)
    lapse_rate: Array  # (O, D)
    completion_rate: Array  # (P, D)
    class_size: Array  # (P, D) infinite where a program has no classes
    capacity: Array  # (P, D) infinite where there is no limit
    learner_cost: Array  # (P, D)
    class_cost: Array  # (P, D)
    price: Array  # (Y+tail, P, D) index[t] / index[price_base_year]
    route_share: Array  # (K, D) 0 for a pair that only the pipeline has
    pipeline: Array  # (K, A, D) learners at the baseline by start
    source_share: Array  # (P, S, D)
    ceiling: Array  # (Y, S+1, D) infinite without a ceiling; the last row limits the total

    @property
    def years(self) -> int:
        return self.last - self.first + 1

    @property
    def tail(self) -> int:
        """Years after `last` in which a cohort may still be under way."""
        return len(self.leave_rate) - self.years

    def of_program(self, by_pair: Array) -> Array:
        """Sums (K, …) over the objectives that share a program: (P, …)."""
        total = np.zeros((len(self.course_years), *by_pair.shape[1:]))
        np.add.at(total, self.program, by_pair)
        return total

    def of_objective(self, by_pair: Array) -> Array:
        """Sums (K, …) over the programs of an objective: (O, …)."""
        total = np.zeros((len(self.group), *by_pair.shape[1:]))
        np.add.at(total, self.objective, by_pair)
        return total


class _Columns:
    """Columns of a plan's tables as (rows, D) arrays, single cells replaced by draws."""

    def __init__(self, plan: Plan, drawn: Mapping[str, Array]) -> None:
        self.plan, self.drawn = plan, drawn
        self.draws = max((len(values) for values in drawn.values()), default=1)

    def __call__(self, table: str, column: str, empty: float = 0.0) -> Array:
        rows = self.plan.rows[table]
        cells = [getattr(row, column) for row in rows]
        values = np.array([empty if cell is None else cell for cell in cells], float).reshape(-1, 1)
        touched = [
            address for address in self.drawn if address.startswith(f"{table}.") and address.endswith(f".{column}")
        ]
        if touched:
            values = np.repeat(values, self.draws, axis=1)
            at = {row_key(row.model_dump(), TABLES[table].keys): i for i, row in enumerate(rows)}
            for address in touched:
                values[at[address[len(table) + 1 : -len(column) - 1]]] = self.drawn[address]
        return values


def arrays(plan: Plan, drawn: Mapping[str, Array] | None = None) -> Arrays:
    """The arrays of a plan; `drawn` gives a cell, by its address, one value a draw."""
    column = _Columns(plan, drawn or {})
    rows = plan.rows
    groups = {r.id: i for i, r in enumerate(rows["groups"])}
    objectives = {r.id: i for i, r in enumerate(rows["objectives"])}
    programs = {r.id: i for i, r in enumerate(rows["programs"])}
    pairs = pairs_of(plan)
    objective = np.array([objectives[o] for o, _ in pairs], np.intp)
    program = np.array([programs[p] for _, p in pairs], np.intp)
    course_years = np.array([r.years for r in rows["programs"]], np.intp)
    length = np.ones(len(objectives), np.intp)
    for route in rows["routes"]:
        length[objectives[route.objective]] = course_years[programs[route.program]]
    above = np.array([objectives[r.part_of] if r.part_of else -1 for r in rows["objectives"]], np.intp)
    earliest = min((r.started for r in rows["pipeline"]), default=plan.first)
    start = np.arange(earliest - plan.first, plan.last - plan.first + 1)
    tail = int(course_years.max(initial=1)) - 1
    return Arrays(
        first=plan.first,
        last=plan.last,
        allocation=plan.allocation,
        group=np.array([groups[r.group] for r in rows["objectives"]], np.intp),
        kind=np.array([r.kind for r in rows["objectives"]]),
        due=np.array([r.due_year - plan.first for r in rows["objectives"]], np.intp),
        length=length,
        above=above,
        level=np.array([_depth(above, o) for o in range(len(above))], np.intp),
        priority=np.array([r.priority for r in rows["objectives"]], np.intp),
        weight=column("objectives", "weight"),
        objective=objective,
        program=program,
        course_years=course_years,
        start=start,
        headcount=column("groups", "headcount"),
        growth=column("groups", "growth"),
        leave_rate=_leave_rate(plan, column, groups, tail),
        appointment_rate=column("groups", "appointment_rate"),
        baseline=column("objectives", "baseline"),
        target=_target(plan, column),
        pace=_pace(plan),
        entry_share=column("objectives", "entry_share"),
        lapse_rate=column("objectives", "lapse_rate"),
        completion_rate=column("programs", "completion_rate"),
        class_size=column("programs", "class_size", np.inf),
        capacity=floor(column("programs", "capacity", np.inf)),
        learner_cost=column("programs", "cost_per_learner_year"),
        class_cost=column("programs", "cost_per_class_year"),
        price=_price(plan, column, tail),
        route_share=_route_share(plan, column, pairs),
        pipeline=_pipeline(plan, column, pairs, start),
        source_share=_source_share(plan, column, programs),
        ceiling=_ceiling(plan, column),
    )


def pairs_of(plan: Plan) -> list[tuple[str, str]]:
    """Pairs of objective and program: those of `routes` in order, then what only `pipeline` has."""
    both = [*plan.rows["routes"], *plan.rows["pipeline"]]
    return list(dict.fromkeys((r.objective, r.program) for r in both))


def _depth(above: Index, objective: int) -> int:
    return 0 if above[objective] < 0 else 1 + _depth(above, int(above[objective]))


def _leave_rate(plan: Plan, column: _Columns, groups: dict[str, int], tail: int) -> Array:
    """(Y+tail, G, D): a year's row of `turnover`, else the group's own rate."""
    usual, election = column("groups", "leave_rate"), column("turnover", "leave_rate")
    draws = np.broadcast_shapes(usual.shape[1:], election.shape[1:])
    rate = np.broadcast_to(usual, (len(plan.years) + tail, len(groups), *draws)).copy()
    for row, values in zip(plan.rows["turnover"], election, strict=True):
        if 0 <= row.year - plan.first < len(rate):
            rate[row.year - plan.first, groups[row.group]] = values
    return rate


def _target(plan: Plan, column: _Columns) -> Array:
    """(O, D): T by `ambition`; a count's is whole and at least 1 (section 3)."""
    low = column("objectives", "target_low")
    high = column("objectives", "target_high", np.nan)
    high = np.where(np.isnan(high), low, high)
    target = {"low": low, "mid": (low + high) / 2, "high": high}[plan.ambition]
    count = np.array([[r.kind == "count"] for r in plan.rows["objectives"]])
    return np.where(count, np.maximum(1.0, ceil(target)), target)


def _pace(plan: Plan) -> Array:
    """(Y, O, 1): φ, the part of the way from baseline to target that a year's end asks for (section 3)."""
    pace = np.ones((len(plan.years), len(plan.rows["objectives"]), 1))
    for o, row in enumerate(plan.rows["objectives"]):
        chosen = row.pacing if row.pacing is not None else plan.pacing
        before_due = row.due_year - plan.first
        if chosen == "linear":
            pace[:before_due, o, 0] = np.arange(1, before_due + 1) / (before_due + 1)
        elif chosen == "back":
            pace[:before_due, o, 0] = 0.0
        elif not isinstance(chosen, str):
            pace[:before_due, o, 0] = chosen[:before_due]
    return pace


def _price(plan: Plan, column: _Columns, tail: int) -> Array:
    """(Y+tail, P, D): a program's price level over that of `price_base_year`; the last value lasts (section 5)."""
    values = column("prices", "value")
    of_index: dict[str, dict[int, Array]] = {}
    for row, value in zip(plan.rows["prices"], values, strict=True):
        of_index.setdefault(row.index, {})[row.year] = value
    price = np.empty((len(plan.years) + tail, len(plan.rows["programs"]), values.shape[1]))
    for p, row in enumerate(plan.rows["programs"]):
        known = of_index[row.price_index]
        for y in range(len(price)):
            level = known[max(year for year in known if year <= plan.first + y)]
            price[y, p] = level / known[plan.price_base_year]
    return price


def _route_share(plan: Plan, column: _Columns, pairs: list[tuple[str, str]]) -> Array:
    values = column("routes", "share")
    share = np.zeros((len(pairs), values.shape[1]))
    share[: len(values)] = values  # pairs begin with the routes, in their order
    return share


def _pipeline(plan: Plan, column: _Columns, pairs: list[tuple[str, str]], start: Index) -> Array:
    values = column("pipeline", "learners")
    learners = np.zeros((len(pairs), len(start), values.shape[1]))
    for row, value in zip(plan.rows["pipeline"], values, strict=True):
        learners[pairs.index((row.objective, row.program)), row.started - plan.first - start[0]] = value
    return learners


def _source_share(plan: Plan, column: _Columns, programs: dict[str, int]) -> Array:
    values = column("funding", "share")
    sources = {r.id: i for i, r in enumerate(plan.rows["sources"])}
    share = np.zeros((len(programs), len(sources), values.shape[1]))
    for row, value in zip(plan.rows["funding"], values, strict=True):
        share[programs[row.program], sources[row.source]] = value
    return share


def _ceiling(plan: Plan, column: _Columns) -> Array:
    values = column("ceilings", "ceiling_vnd")
    sources = {r.id: i for i, r in enumerate(plan.rows["sources"])} | {"total": len(plan.rows["sources"])}
    ceiling = np.full((len(plan.years), len(sources), values.shape[1]), np.inf)
    for row, value in zip(plan.rows["ceilings"], values, strict=True):
        if row.year in plan.years:
            ceiling[row.year - plan.first, sources[row.source]] = value
    return ceiling
