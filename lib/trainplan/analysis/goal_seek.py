"""Goal seek: the least level yearly amount with which every reachable target is met when due (method.md, section 6).

Reachable are the targets that are met once the amount sought is unlimited and everything else is as the plan has it.
The plan's own rule spends the money; the rule `all` spends without limit, so that `optimal` stands in for it.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, replace
from math import floor, log10

import numpy as np
import pandas as pd

from trainplan.analysis.rule_comparison import under_rule
from trainplan.model.arrays import Array, Arrays, Mask, build_arrays
from trainplan.model.simulate import Run
from trainplan.optimize.best_plan import run_plan
from trainplan.plan.choices import ALLOCATION_RULES, is_yearly
from trainplan.plan.plan import Plan
from trainplan.text.problems import PlanError, Problem, nearest_name

STEP = 1e6  # VND: amounts are whole millions …
PARTS = 100  # … and where each is a search of its own, whole powers of ten of at most such a part of the highest
POINTS, DOUBLINGS = 63, 6  # amounts tried at once, and how often the highest is doubled until it works
TOTAL = "total"
MOST = {True: 6e7, False: 1e5}  # `count_extent` of a plan whose rule decides year by year, and of one that is solved
MOST_YEARS = 25  # of one that is solved


@dataclass(frozen=True)
class Goal:
    """What was sought and found: the amount works and a step less does not, by runs; NaN where none was found."""

    plan: Plan
    source: str
    rule: str
    amount_vnd: float
    step_vnd: float  # amounts are whole multiples of it
    reachable: tuple[str, ...]  # objectives, all met with the amount
    beyond: tuple[str, ...]  # objectives that are missed however much there is of it
    lost: tuple[str, ...]  # reachable objectives that are missed with a step less
    run: Run
    free: Run  # with the amount sought unlimited

    @property
    def changes(self) -> dict[str, float]:
        """The amount as changes by address, for the open years in which the source has a ceiling in the plan."""
        plan = self.plan
        rows = [row for row in plan.tables.ceilings if row.source == self.source and row.year in plan.open_years]
        found = {f"ceilings.{row.year}/{row.source}.ceiling_vnd": self.amount_vnd for row in rows}
        return found if self.amount_vnd >= 0 else {}

    @property
    def furthest(self) -> Array:
        """(O,) coverage when due with the amount unlimited: what money alone brings an objective to."""
        return self.free.when_due(self.free.gap.coverage)[:, 0]


def goal_seek(plan: Plan, source: str = TOTAL, progress: Callable[[int], None] = lambda done: None) -> Goal:
    """The least level yearly amount of a source, or in total, VND in whole steps, that meets every reachable target.

    The plan's ceilings of that source give way, all others hold. `progress` hears how many amounts were run. PlanError
    where there is no such source.
    """
    sources = [*(row.id for row in plan.tables.sources), TOTAL]
    if source not in sources:
        near = nearest_name(source, sources)
        expected = {"expected": ", ".join(sources)}
        raise PlanError([Problem("--source", "literal_error", source, nearest=near, values=expected)])
    level = LevelAmounts(arrays_under_ceilings(plan), sources.index(source), progress)
    free = level.run(np.inf)
    reached = free.met_when_due[:, 0]
    most = highest_yearly_cost(level.arrays, free, level.source)
    step = amount_step(level.arrays, most)
    found = level.least(reached, most, step) if reached.any() else 0.0
    amount = np.inf if found is None else found
    run, less = level.run(amount), level.run(max(0.0, amount - step))
    ids = [row.id for row in plan.tables.objectives]
    lost = reached & ~less.met_when_due[:, 0] & (amount > 0)
    met, beyond, missed = (_ids_where(ids, mask) for mask in (reached, ~reached, lost))
    rule = level.arrays.allocation
    return Goal(plan, source, rule, amount if found is not None else np.nan, step, met, beyond, missed, run, free)


def count_extent(plan: Plan) -> int:
    """How much there is to try for a plan: limits that may be raised, times objectives, years and routes."""
    tables = plan.tables
    limits = len(tables.ceilings) + sum(row.capacity is not None for row in tables.programs)
    return max(1, limits) * len(tables.objectives) * len(plan.years) * max(1, len(tables.routes))


def check_extent(plan: Plan) -> None:
    """PlanError where a plan is too large for a goal and for ways to meet its targets."""
    rule, size, problems = under_ceilings(plan).allocation, count_extent(plan), []
    most = MOST[is_yearly(rule)]
    if size > most:
        problems.append(Problem("goal", "goal_too_large", size, values={"most": f"{most:.0f}", "rule": rule}))
    if not is_yearly(rule) and len(plan.years) > MOST_YEARS:
        problems.append(Problem("goal", "goal_too_long", len(plan.years), values={"most": MOST_YEARS, "rule": rule}))
    if problems:
        raise PlanError(problems)


def goal_table(goal: Goal) -> pd.DataFrame:
    """A row an objective: source, rule, yearly_vnd, step_vnd, objective, reachable, furthest, met, lost_with_less."""
    ids = [row.id for row in goal.plan.tables.objectives]
    now = goal.run.met_when_due[:, 0]
    rows = [
        {
            "source": goal.source,
            "rule": goal.rule,
            "yearly_vnd": goal.amount_vnd,
            "step_vnd": goal.step_vnd,
            "objective": id,
            "reachable": id in goal.reachable,
            "furthest": furthest,
            "met": bool(met),
            "lost_with_less": id in goal.lost,
        }
        for id, met, furthest in zip(ids, now, goal.furthest, strict=True)
    ]
    return pd.DataFrame(rows)


def under_ceilings(plan: Plan) -> Plan:
    """The plan under a rule that ceilings bind: `optimal` where its own has none."""
    return plan if ALLOCATION_RULES[plan.allocation].keeps_ceilings else under_rule(plan, "optimal")


def arrays_under_ceilings(plan: Plan) -> Arrays:
    """The arrays of the plan under a rule that ceilings bind (see `under_ceilings`)."""
    return build_arrays(under_ceilings(plan))


def with_level_ceiling(arrays: Arrays, source: int, amounts: Array) -> Arrays:
    """The same ceiling for a source in every year, a draw an amount."""
    ceiling = np.repeat(arrays.ceiling, len(amounts), axis=2)
    ceiling[:, source] = amounts
    return replace(arrays, ceiling=ceiling)


@dataclass
class LevelAmounts:
    """Runs of a plan with the same ceiling of a source in every year."""

    arrays: Arrays
    source: int  # its row in `arrays.ceiling`
    progress: Callable[[int], None]
    done: int = 0

    def run(self, *amounts: float) -> Run:
        """The run of amounts, VND, a draw each."""
        run = run_plan(with_level_ceiling(self.arrays, self.source, np.array(amounts)))
        self.done += len(amounts)
        self.progress(self.done)
        return run

    def least(self, wanted: Mask, most: float, step: float) -> float | None:
        """The least amount with which the objectives `wanted`, (O,), are met when due."""
        search = least_amount(most, amounts_at_once(self.arrays), step)
        amounts = next(search)
        while True:
            try:
                amounts = search.send(np.asarray(self.run(*amounts).met_when_due[wanted].all(axis=0)))
            except StopIteration as end:
                found: float | None = end.value
                return found


def least_amount(most: float, points: int, step: float) -> Generator[Array, Mask, float | None]:
    """The least whole number of steps that works, of those up to `most` between which the search looked.

    Yields amounts to try and is sent which of them work. Every round tries `points` amounts between the lowest that
    worked and the next below it, which failed: what is returned worked, and a step less failed. More money can make a
    rule that cuts do worse; a lower amount that works among others that fail may then be missed between the points.
    None where nothing up to many times `most` works.
    """
    low, high = 0.0, np.ceil(most / step) * step
    if (yield np.array([0.0]))[0]:
        return 0.0
    for _ in range(DOUBLINGS):
        if (yield np.array([high]))[0]:
            break
        low, high = high, max(step, 2 * high)  # the best plan need not find the plan that spends `most`
    else:
        return None
    while high - low > step:
        tried = amounts_between(low, high, points, step)
        good = yield tried
        first = int(np.argmax(good)) if good.any() else len(tried)
        low, high = (tried[first - 1] if first else low), (tried[first] if first < len(tried) else high)
    return float(high)


def amounts_between(low: float, high: float, points: int, step: float) -> Array:
    """At most `points` whole steps, evenly between two others."""
    count = int(min(points, round((high - low) / step) - 1))
    return np.round(np.linspace(low, high, count + 2)[1:-1] / step) * step


def amounts_at_once(arrays: Arrays) -> int:
    """Amounts to try at once: many where a rule runs them together, one where each is a search of its own."""
    return POINTS if is_yearly(arrays.allocation) else 1


def amount_step(arrays: Arrays, most: float) -> float:
    """What amounts up to `most`, VND, are whole multiples of.

    A rule that decides all years at once takes long for each, and does not answer evenly: it meets a target with some
    amount, and misses it with a little more. Fewer and rounder ones say as much.
    """
    return STEP if is_yearly(arrays.allocation) else max(STEP, 10.0 ** floor(log10(max(most, 1.0) / PARTS)))


def highest_yearly_cost(arrays: Arrays, run: Run, source: int) -> float:
    """The highest yearly cost that falls to a source, VND."""
    share = arrays.source_share[..., 0]
    part = share[:, source] if source < share.shape[1] else np.ones(len(share))
    return float((run.funded_vnd[..., 0] @ part).max(initial=0.0))


def _ids_where(ids: list[str], mask: Mask) -> tuple[str, ...]:
    return tuple(id for id, there in zip(ids, mask, strict=True) if there)
