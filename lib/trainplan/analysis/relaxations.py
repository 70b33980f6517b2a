"""The cheapest ways to meet a target that is missed: more places, more money, a year longer (method.md, section 6).

Each way is a set of changes by address, the least of its kind that was found to work, run under the plan's rule. More
money in a single year is no way where it takes more than raising every year would.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from trainplan.analysis.goal_seek import TOTAL, amount_step, amounts_at_once, arrays_under_ceilings, least_amount
from trainplan.analysis.trials import Found, Outcome, Progress, Search, Trial, Trials, search_together
from trainplan.model.arrays import Arrays
from trainplan.plan.choices import is_yearly
from trainplan.plan.plan import Plan

Changes = dict[str, dict[str, Any]]
FIGURES = (1, 2, 5)  # what is tried, times powers of ten, where each trial is a search of its own
MOST_PLACES = 2.0  # more places than this share of the group is no way
NOT_TRIED = "not_tried"
NOTHING: Changes = {"": {"": ""}}
COLUMNS = ["objective", "rank", "kind", "address", "change", "value", "cost_vnd"]


@dataclass(frozen=True)
class Relaxation:
    """One way to meet an objective: `changes` by address as a scenario's `set` takes them; what it costs more."""

    objective: str
    kind: str  # money_in_a_year, money_every_year, places, places_and_money, deadline, deadline_and_money, not_tried
    changes: Changes  # {"add": by}, or {"value": v} for a due date; none of what was not tried
    cost_vnd: float  # funded, and commitments after the plan, beyond what the plan itself costs; NaN if not tried


def relaxations(plan: Plan, progress: Progress = lambda done, asked: None) -> list[Relaxation]:
    """Every kind of relaxation for every target that is missed when due, the cheapest of a target first.

    Money is in whole steps (see `amount_step`), places are whole; each was run under the plan's rule (`optimal` in
    place of `all`). Where each run is a search of its own, the work is limited: a target for which not all was tried
    ends with a relaxation of the kind `not_tried`. `progress` hears how many runs are done, and how many are asked for.
    """
    arrays = arrays_under_ceilings(plan)
    later = cache(lambda objective: arrays_under_ceilings(due_later(plan, objective)))
    trials = Trials(arrays, later, progress)
    search = Attempts(plan, arrays)
    planned = trials.outcomes([Trial()])[0]
    missed = [int(objective) for objective in np.flatnonzero(~planned.met)]
    found: list[Relaxation] = []
    for objective, attempts in zip(missed, trials.find(search_together(map(search.of, missed))), strict=True):
        id = plan.tables.objectives[objective].id
        costs = [outcome.cost_vnd - planned.cost_vnd for outcome in trials.outcomes([one.trial for one in attempts])]
        mine = [Relaxation(id, one.kind, one.changes, cost) for one, cost in zip(attempts, costs, strict=True)]
        found += sorted(mine, key=lambda way: (way.cost_vnd, way.kind))
        found += [Relaxation(id, NOT_TRIED, {}, np.nan)] if objective in search.unfinished else []
    return found


def relaxations_table(found: list[Relaxation]) -> pd.DataFrame:
    """A row a change: objective, rank, kind, address, change (`add` or `value`), value, cost_vnd of all changes."""
    rows, rank = [], dict[str, int]()
    for way in found:
        rank[way.objective] = rank.get(way.objective, 0) + 1
        rows += [
            (way.objective, rank[way.objective], way.kind, address, change, value, way.cost_vnd)
            for address, changed in (way.changes or NOTHING).items()
            for change, value in changed.items()
        ]
    return pd.DataFrame(rows, columns=COLUMNS)


class Attempt(NamedTuple):
    """A way that meets its objective: what it is called, as a scenario sets it, and as it was tried."""

    kind: str
    changes: Changes
    trial: Trial


@dataclass(frozen=True)
class Attempts:
    """The ways to meet an objective of a plan, as searches (see `analysis.trials`)."""

    plan: Plan
    arrays: Arrays
    unfinished: set[int] = field(default_factory=set)  # objectives that the work did not suffice for

    def of(self, objective: int) -> Search[list[Attempt]]:
        """Every way for one objective; one that needs money as well asks for it every year."""
        structural = [*self._places(objective), *self._deadline(objective)]
        money = self._money(Trial(), objective)
        found = yield from search_together([money, *(self._with_money(change, objective) for change in structural)])
        return [attempt for attempts in found for attempt in attempts]

    def _with_money(self, change: Search[Attempt | None], objective: int) -> Search[list[Attempt]]:
        """A change by itself or, where that is not enough, with more money every year."""
        way = yield from change
        if way is None or not (yield from self._meets(objective, way.trial._replace(free=True))):
            return []
        if (yield from self._meets(objective, way.trial)):
            return [way]
        paid = yield from self._money(way.trial, objective, every_year_only=True)
        return [Attempt(f"{way.kind}_and_money", {**way.changes, **more}, trial) for _, more, trial in paid]

    def _money(self, base: Trial, objective: int, every_year_only: bool = False) -> Search[list[Attempt]]:
        """More of a ceiling in one year, or of the total's in every year that has one."""
        plan = self.plan
        limits = [row for row in plan.tables.ceilings if row.year in plan.open_years and row.ceiling_vnd is not None]
        rows = [(row.year - plan.first, row.source) for row in limits]
        if not rows or not (yield from self._meets(objective, base._replace(free=True))):
            return []
        free = (yield [base._replace(free=True)])[0]
        every = [(year, source) for year, source in rows if source == TOTAL] or rows
        single = [] if every_year_only else [[row] for row in rows if [row] != every]
        in_all = [np.inf]  # what raising every year takes, once that is found

        def every_year() -> Search[Attempt | None]:
            way = yield from self._more_of(every, "money_every_year", base, objective, free)
            in_all[0] = len(every) * way.trial.money if way else np.inf
            return way

        in_a_year = (self._more_of(row, "money_in_a_year", base, objective, free, lambda: in_all[0]) for row in single)
        first, *others = yield from search_together([every_year(), *in_a_year])
        return [way for way in (first, *others) if way and (way is first or way.trial.money <= in_all[0])]

    def _more_of(
        self,
        cells: list[tuple[int, str]],
        kind: str,
        base: Trial,
        objective: int,
        free: Outcome,
        cap: Callable[[], float] = lambda: np.inf,
    ) -> Search[Attempt | None]:
        """The least amount more of some ceilings; `free` is what comes of none at all."""
        sources = [*(row.id for row in self.plan.tables.sources), TOTAL]
        at = base._replace(cells=tuple((year, sources.index(source)) for year, source in cells))
        step, most = amount_step(self.arrays, free.funded_vnd / len(self.plan.years)), free.funded_vnd
        amount = yield from self._least(objective, lambda money: at._replace(money=money), most, step, cap)
        if amount is None:
            return None
        names = [f"ceilings.{self.plan.first + year}/{source}.ceiling_vnd" for year, source in cells]
        return Attempt(kind, {name: {"add": amount} for name in names}, at._replace(money=amount))

    def _places(self, objective: int) -> Iterator[Search[Attempt | None]]:
        """More places in a program that serves the objective: a capacity holds in every year."""
        arrays = self.arrays
        for pair in np.flatnonzero((arrays.objective == objective) & (arrays.route_share[:, 0] > 0)):
            program = int(arrays.program[pair])
            if np.isfinite(arrays.capacity[program, 0]):
                yield self._more_places(program, objective)

    def _more_places(self, program: int, objective: int) -> Search[Attempt | None]:
        """The least number of places more, money apart; None where there are free ones in every year."""
        if not (yield [Trial(free=True)])[0].full[program]:
            return None
        most = MOST_PLACES * float(self.arrays.headcount[self.arrays.group[objective], 0])
        at = Trial(program=program)
        places = yield from self._least(objective, lambda more: at._replace(free=True, places=more), most, 1.0)
        address = f"programs.{self.plan.tables.programs[program].id}.capacity"
        return Attempt("places", {address: {"add": places}}, at._replace(places=places)) if places else None

    def _deadline(self, objective: int) -> Iterator[Search[Attempt | None]]:
        """A year more, where the plan has one."""
        row = self.plan.tables.objectives[objective]
        if row.due_year < self.plan.last:
            due = a_year_later(row.due)
            value = due if "-" in due else int(due)
            way = Attempt("deadline", {f"objectives.{row.id}.due": {"value": value}}, Trial(later=objective))
            yield already_found(way)

    def _least(
        self,
        objective: int,
        trial_of: Callable[[float], Trial],
        most: float,
        step: float,
        cap: Callable[[], float] = lambda: np.inf,
    ) -> Search[float | None]:
        """The least amount that meets an objective; None where `most` does not.

        Where each is a search of its own: of round ones, as most objectives then ask for the same, while they are not
        above the `cap` of that moment.
        """
        most = float(np.ceil(most / step) * step)
        if (yield from self._meets(objective, trial_of(0.0))):
            return 0.0
        if not (yield from self._meets(objective, trial_of(most))):
            return None
        if not is_yearly(self.arrays.allocation):
            for amount in round_amounts(most, step):
                if amount > cap():
                    return None
                if (yield from self._meets(objective, trial_of(amount))):
                    return amount
            return None if objective in self.unfinished else most
        search = least_amount(most, amounts_at_once(self.arrays), step)
        amounts = next(search)
        while True:
            outcomes = yield [trial_of(float(amount)) for amount in amounts]
            try:
                amounts = search.send(np.array([outcome.met[objective] for outcome in outcomes]))
            except StopIteration as end:
                found: float | None = end.value
                return found

    def _meets(self, objective: int, trial: Trial) -> Search[bool]:
        """Whether a trial meets an objective; no where there was no work left to run it."""
        outcome = (yield [trial])[0]
        if not outcome.was_run:
            self.unfinished.add(objective)
        return bool(outcome.met[objective])


def round_amounts(most: float, step: float) -> Iterator[float]:
    """1, 2, 5, 10, 20, 50 and so on steps, up to `most`."""
    while step <= most:
        yield from (amount for figure in FIGURES if (amount := figure * step) <= most)
        step *= 10


def already_found(found: Found) -> Search[Found]:
    """A search that has found what it looks for, without a trial."""
    yield []
    return found


def a_year_later(due: str) -> str:
    """A due year, or a year and month, a year later."""
    return f"{int(due[:4]) + 1}{due[4:]}"


def due_later(plan: Plan, objective: int) -> Plan:
    """The plan with one objective due a year later."""
    rows = list(plan.tables.objectives)
    rows[objective] = rows[objective].model_copy(update={"due": a_year_later(rows[objective].due)})
    return replace(plan, tables=replace(plan.tables, objectives=tuple(rows)))
