"""The cheapest ways to meet a target that is missed: more places, more money, a year longer (method.md, section 6).

Each way is a set of changes by address, the least of its kind that was found to work, run under the plan's rule.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from trainplan.analysis.goal_seek import STEP, TOTAL, amounts_at_once, arrays_under_ceilings, least_amount
from trainplan.model.arrays import Array, Arrays, Mask
from trainplan.model.simulate import Run
from trainplan.optimize.best_plan import run_plan
from trainplan.plan.plan import Plan
from trainplan.results.relaxed_runs import lift_ceilings

MOST_PLACES = 2.0  # more places than this share of the group is no way
COLUMNS = ["objective", "rank", "kind", "address", "change", "value", "cost_vnd"]


@dataclass(frozen=True)
class Relaxation:
    """One way to meet an objective: `changes` by address as a scenario's `set` takes them; what it costs more."""

    objective: str
    kind: str  # money_in_a_year, money_every_year, places, places_and_money, deadline, deadline_and_money
    changes: dict[str, dict[str, Any]]  # {"add": by}, or {"value": v} for a due date
    cost_vnd: float  # funded, and commitments after the plan, beyond what the plan itself costs


def relaxations(plan: Plan) -> list[Relaxation]:
    """Every kind of relaxation for every target that is missed when due, the cheapest of a target first.

    Money is in whole million VND, places are whole; each was run under the plan's rule (`optimal` in place of `all`).
    """
    arrays = arrays_under_ceilings(plan)
    run = run_plan(arrays)
    missed = np.flatnonzero(~run.met_when_due[:, 0])
    found: list[Relaxation] = []
    for objective in missed:
        mine = list(_relaxations_of(plan, arrays, int(objective), _cost(run)))
        found += sorted(mine, key=lambda way: (way.cost_vnd, way.kind))
    return found


def relaxations_table(found: list[Relaxation]) -> pd.DataFrame:
    """A row a change: objective, rank, kind, address, change (`add` or `value`), value, cost_vnd of all changes."""
    rows, rank = [], dict[str, int]()
    for way in found:
        rank[way.objective] = rank.get(way.objective, 0) + 1
        rows += [
            (way.objective, rank[way.objective], way.kind, address, change, value, way.cost_vnd)
            for address, changed in way.changes.items()
            for change, value in changed.items()
        ]
    return pd.DataFrame(rows, columns=COLUMNS)


def _relaxations_of(plan: Plan, arrays: Arrays, objective: int, cost: float) -> Iterator[Relaxation]:
    """The relaxations for one objective; one that needs money as well asks for it every year."""
    id = plan.tables.objectives[objective].id

    def way(kind: str, changes: dict[str, dict[str, Any]], changed: Arrays) -> Relaxation:
        return Relaxation(id, kind, changes, _cost(run_plan(changed)) - cost)

    money = list(_money(plan, arrays, objective))
    for kind, changes, changed in money:
        yield way(kind, changes, changed)
    structural = [*_places(plan, arrays, objective), *_deadline(plan, objective)]
    for kind, changes, changed in structural:
        if _meets(changed, objective):
            yield way(kind, changes, changed)
            continue
        for _, more, with_money in _money(plan, changed, objective, every_year_only=True):
            yield way(f"{kind}_and_money", {**changes, **more}, with_money)


Attempt = tuple[str, dict[str, dict[str, Any]], Arrays]
Raise = Callable[[Array], Arrays]


def _money(plan: Plan, arrays: Arrays, objective: int, every_year_only: bool = False) -> Iterator[Attempt]:
    """More of a ceiling in one year, or of the total's in every year that has one."""
    limits = [row for row in plan.tables.ceilings if row.year in plan.open_years and row.ceiling_vnd is not None]
    rows = [(row.year - plan.first, row.source) for row in limits]
    sources = [*(row.id for row in plan.tables.sources), TOTAL]
    free = lift_ceilings(arrays)
    if not rows or not _meets(free, objective):
        return
    most = float(run_plan(free).funded_vnd.sum())
    every = [(year, source) for year, source in rows if source == TOTAL] or rows
    single = [] if every_year_only else [[row] for row in rows]
    for cells in [every, *(one for one in single if one != every)]:
        at = [(year, sources.index(source)) for year, source in cells]
        amount = _least_that_meets(arrays, objective, _raise_ceilings(arrays, at), most, STEP)
        if amount is not None:
            kind = "money_every_year" if cells is every else "money_in_a_year"
            names = [f"ceilings.{plan.first + year}/{source}.ceiling_vnd" for year, source in cells]
            yield kind, {name: {"add": amount} for name in names}, _raise_ceilings(arrays, at)(np.array([amount]))


def _places(plan: Plan, arrays: Arrays, objective: int) -> Iterator[Attempt]:
    """More places in a program that serves the objective, money apart: a capacity holds in every year."""
    free = lift_ceilings(arrays)
    most = MOST_PLACES * float(arrays.headcount[arrays.group[objective], 0])
    for pair in np.flatnonzero((arrays.objective == objective) & (arrays.route_share[:, 0] > 0)):
        program = int(arrays.program[pair])
        if np.isinf(arrays.capacity[program, 0]):
            continue
        places = _least_that_meets(free, objective, _raise_capacity(free, program), most, 1.0)
        if places:
            address = f"programs.{plan.tables.programs[program].id}.capacity"
            yield "places", {address: {"add": places}}, _raise_capacity(arrays, program)(np.array([places]))


def _deadline(plan: Plan, objective: int) -> Iterator[Attempt]:
    """A year more, where the plan has one."""
    rows = list(plan.tables.objectives)
    due = rows[objective].due_year + 1
    if due > plan.last:
        return
    date = f"{due}{rows[objective].due[4:]}"
    rows[objective] = rows[objective].model_copy(update={"due": date})
    later = arrays_under_ceilings(replace(plan, tables=replace(plan.tables, objectives=tuple(rows))))
    value = date if "-" in date else due
    yield "deadline", {f"objectives.{rows[objective].id}.due": {"value": value}}, later


def _raise_ceilings(arrays: Arrays, at: list[tuple[int, int]]) -> Raise:
    """From amounts (D,) to arrays in which each is added to the ceilings at `at`."""

    def with_amounts(amounts: Array) -> Arrays:
        ceiling = np.repeat(arrays.ceiling, len(amounts), axis=2)
        for year, source in at:
            ceiling[year, source] += amounts
        return replace(arrays, ceiling=ceiling)

    return with_amounts


def _raise_capacity(arrays: Arrays, program: int) -> Raise:
    """From places (D,) to arrays in which each is added to a program's capacity."""

    def with_places(places: Array) -> Arrays:
        capacity = np.repeat(arrays.capacity, len(places), axis=1)
        capacity[program] += places
        return replace(arrays, capacity=capacity)

    return with_places


def _least_that_meets(arrays: Arrays, objective: int, with_amounts: Raise, most: float, step: float) -> float | None:
    """The least amount that meets an objective; None where `most` does not."""

    def works(amounts: Array) -> Mask:
        return np.asarray(run_plan(with_amounts(amounts)).met_when_due[objective])

    return least_amount(works, most, amounts_at_once(arrays), step) if works(np.array([most]))[0] else None


def _meets(arrays: Arrays, objective: int) -> bool:
    return bool(run_plan(arrays).met_when_due[objective, 0])


def _cost(run: Run) -> float:
    return float(run.funded_vnd.sum() + run.commitments_vnd.sum())
