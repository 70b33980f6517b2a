"""The cheapest ways to meet a target that is missed: more places, more money, a year longer (method.md, section 6).

Each way is a set of changes by address, the least of its kind that was found to work, run under the plan's rule.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from trainplan.analysis.goal_seek import STEP, TOTAL, least, limited, met_of, points_of
from trainplan.model.arrays import Array, Arrays, Mask
from trainplan.model.simulate import Run
from trainplan.optimize.best_plan import decided
from trainplan.plan.plan import Plan
from trainplan.results.relaxed_runs import without_ceilings

MOST_PLACES = 2.0  # more places than this share of the group is no way
COLUMNS = ["objective", "rank", "kind", "address", "change", "value", "cost_vnd"]


@dataclass(frozen=True)
class Relaxation:
    """One way to meet an objective: `changes` by address as a scenario's `set` takes them; what it costs more."""

    objective: str
    kind: str  # money_in_a_year, money_every_year, places, places_and_money, deadline, deadline_and_money
    changes: dict[str, dict[str, Any]]  # {"add": by}, or {"value": v} for a due date
    cost_vnd: float  # funded, and committed after the plan, beyond what the plan itself costs


def relaxations(plan: Plan) -> list[Relaxation]:
    """Every kind of way for every target that is missed when due, the cheapest of a target first."""
    numbers = limited(plan)
    run = decided(numbers)
    missed = np.flatnonzero(~run.met_when_due[:, 0])
    found: list[Relaxation] = []
    for objective in missed:
        mine = list(_of_target(plan, numbers, int(objective), _cost(run)))
        found += sorted(mine, key=lambda way: (way.cost_vnd, way.kind))
    return found


def relaxations_table(found: list[Relaxation]) -> pd.DataFrame:
    """A row a change: objective, rank, kind, address, change (`add` or `value`), value, cost_vnd of the whole way."""
    rows, rank = [], dict[str, int]()
    for way in found:
        rank[way.objective] = rank.get(way.objective, 0) + 1
        rows += [
            (way.objective, rank[way.objective], way.kind, address, change, value, way.cost_vnd)
            for address, changed in way.changes.items()
            for change, value in changed.items()
        ]
    return pd.DataFrame(rows, columns=COLUMNS)


def _of_target(plan: Plan, numbers: Arrays, objective: int, cost: float) -> Iterator[Relaxation]:
    """The ways for one objective; a way that needs money as well asks for it every year."""
    id = plan.tables.objectives[objective].id

    def way(kind: str, changes: dict[str, dict[str, Any]], changed: Arrays) -> Relaxation:
        return Relaxation(id, kind, changes, _cost(decided(changed)) - cost)

    money = list(_money(plan, numbers, objective))
    for kind, changes, changed in money:
        yield way(kind, changes, changed)
    structural = [*_places(plan, numbers, objective), *_deadline(plan, objective)]
    for kind, changes, changed in structural:
        if _meets(changed, objective):
            yield way(kind, changes, changed)
            continue
        for _, more, with_money in _money(plan, changed, objective, every_year_only=True):
            yield way(f"{kind}_and_money", {**changes, **more}, with_money)


Change = tuple[str, dict[str, dict[str, Any]], Arrays]
Raise = Callable[[Array], Arrays]


def _money(plan: Plan, numbers: Arrays, objective: int, every_year_only: bool = False) -> Iterator[Change]:
    """More of a ceiling in one year, or of the total's in every year that has one."""
    rows = [(row.year - plan.first, row.source) for row in plan.tables.ceilings if row.year in plan.years]
    sources = [*(row.id for row in plan.tables.sources), TOTAL]
    free = without_ceilings(numbers)
    if not rows or not _meets(free, objective):
        return
    most = float(decided(free).funded_vnd.sum())
    every = [(year, source) for year, source in rows if source == TOTAL] or rows
    single = [] if every_year_only else [[row] for row in rows]
    for cells in [every, *(one for one in single if one != every)]:
        at = [(year, sources.index(source)) for year, source in cells]
        amount = _least(numbers, objective, _ceiling_step(numbers, at), most, STEP)
        if amount is not None:
            kind = "money_every_year" if cells is every else "money_in_a_year"
            names = [f"ceilings.{plan.first + year}/{source}.ceiling_vnd" for year, source in cells]
            yield kind, {name: {"add": amount} for name in names}, _ceiling_step(numbers, at)(np.array([amount]))


def _places(plan: Plan, numbers: Arrays, objective: int) -> Iterator[Change]:
    """More places in a program that serves the objective, money apart: a capacity holds in every year."""
    free = without_ceilings(numbers)
    most = MOST_PLACES * float(numbers.headcount[numbers.group[objective], 0])
    for pair in np.flatnonzero((numbers.objective == objective) & (numbers.route_share[:, 0] > 0)):
        program = int(numbers.program[pair])
        if np.isinf(numbers.capacity[program, 0]):
            continue
        places = _least(free, objective, _capacity_step(free, program), most, 1.0)
        if places:
            address = f"programs.{plan.tables.programs[program].id}.capacity"
            yield "places", {address: {"add": places}}, _capacity_step(numbers, program)(np.array([places]))


def _deadline(plan: Plan, objective: int) -> Iterator[Change]:
    """A year more, where the plan has one."""
    rows = list(plan.tables.objectives)
    due = rows[objective].due_year + 1
    if due > plan.last:
        return
    date = f"{due}{rows[objective].due[4:]}"
    rows[objective] = rows[objective].model_copy(update={"due": date})
    later = limited(replace(plan, tables=replace(plan.tables, objectives=tuple(rows))))
    value = date if "-" in date else due
    yield "deadline", {f"objectives.{rows[objective].id}.due": {"value": value}}, later


def _ceiling_step(numbers: Arrays, at: list[tuple[int, int]]) -> Raise:
    """Amounts (D,) to numbers in which each is added to the ceilings at `at`."""

    def raised(amounts: Array) -> Arrays:
        ceiling = np.repeat(numbers.ceiling, len(amounts), axis=2)
        for year, source in at:
            ceiling[year, source] += amounts
        return replace(numbers, ceiling=ceiling)

    return raised


def _capacity_step(numbers: Arrays, program: int) -> Raise:
    """Places (D,) to numbers in which each is added to a program's capacity."""

    def raised(places: Array) -> Arrays:
        capacity = np.repeat(numbers.capacity, len(places), axis=1)
        capacity[program] += places
        return replace(numbers, capacity=capacity)

    return raised


def _least(numbers: Arrays, objective: int, raised: Raise, most: float, step: float) -> float | None:
    """The least amount that meets an objective; None where `most` does not."""

    def works(amounts: Array) -> Mask:
        return np.asarray(met_of(numbers, raised(amounts))[objective])

    return least(works, most, points_of(numbers), step) if works(np.array([most]))[0] else None


def _meets(numbers: Arrays, objective: int) -> bool:
    return bool(decided(numbers).met_when_due[objective, 0])


def _cost(run: Run) -> float:
    return float(run.funded_vnd.sum() + run.commitments_vnd.sum())
