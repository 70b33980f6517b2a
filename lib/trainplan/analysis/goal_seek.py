"""Goal seek: the least level yearly amount with which every reachable target is met when due (method.md, section 6).

Reachable are the targets that are met once the amount sought is unlimited and everything else is as the plan has it.
The plan's own rule spends the money; the rule `all` spends without limit, so that `optimal` stands in for it.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from trainplan.model.arrays import Array, Arrays, Mask, build_arrays
from trainplan.model.simulate import Run
from trainplan.optimize.best_plan import run_plan
from trainplan.plan.choices import ALLOCATION_RULES, is_yearly
from trainplan.plan.plan import Plan
from trainplan.text.problems import PlanError, Problem, nearest_name

STEP = 1e6  # VND: amounts are whole millions
POINTS, DOUBLINGS = 63, 6  # amounts tried at once, and how often the highest is doubled until it works
TOTAL = "total"


@dataclass(frozen=True)
class Goal:
    """What was sought and found: the amount works and a million less does not, by runs; NaN where none was found."""

    plan: Plan
    source: str
    rule: str
    amount_vnd: float
    reachable: tuple[str, ...]  # objectives, all met with the amount
    beyond: tuple[str, ...]  # objectives that are missed however much there is of it
    lost: tuple[str, ...]  # reachable objectives that are missed with a million less
    run: Run

    @property
    def changes(self) -> dict[str, float]:
        """The amount as changes by address, for the years in which the source has a ceiling in the plan."""
        rows = [row for row in self.plan.tables.ceilings if row.source == self.source and self.amount_vnd >= 0]
        return {f"ceilings.{row.year}/{row.source}.ceiling_vnd": self.amount_vnd for row in rows}


def goal_seek(plan: Plan, source: str = TOTAL, progress: Callable[[int], None] = lambda done: None) -> Goal:
    """The least level yearly amount of a source, or in total, VND in whole millions, that meets every reachable target.

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
    found = level.least(reached, most) if reached.any() else 0.0
    amount = np.inf if found is None else found
    run, less = level.run(amount), level.run(max(0.0, amount - STEP))
    ids = [row.id for row in plan.tables.objectives]
    lost = reached & ~less.met_when_due[:, 0] & (amount > 0)
    met, beyond, missed = (_ids_where(ids, mask) for mask in (reached, ~reached, lost))
    rule = level.arrays.allocation
    return Goal(plan, source, rule, amount if found is not None else np.nan, met, beyond, missed, run)


def goal_table(goal: Goal) -> pd.DataFrame:
    """A row an objective: source, rule, yearly_vnd, objective, reachable, met, lost_with_a_million_less."""
    ids = [row.id for row in goal.plan.tables.objectives]
    now = goal.run.met_when_due[:, 0]
    rows = [
        {
            "source": goal.source,
            "rule": goal.rule,
            "yearly_vnd": goal.amount_vnd,
            "objective": id,
            "reachable": id in goal.reachable,
            "met": bool(met),
            "lost_with_a_million_less": id in goal.lost,
        }
        for id, met in zip(ids, now, strict=True)
    ]
    return pd.DataFrame(rows)


def arrays_under_ceilings(plan: Plan) -> Arrays:
    """The plan's arrays under a rule that ceilings bind: `optimal` where its own has none."""
    arrays = build_arrays(plan)
    bound = ALLOCATION_RULES[arrays.allocation].keeps_ceilings
    return arrays if bound else replace(arrays, allocation="optimal")


def with_level_ceiling(arrays: Arrays, source: int, amounts: Array) -> Arrays:
    """The same ceiling for a source in every year, a draw an amount."""
    ceiling = np.repeat(arrays.ceiling, len(amounts), axis=2)
    ceiling[:, source] = amounts
    return replace(arrays, ceiling=ceiling)


@dataclass
class LevelAmounts:
    """Runs of a plan with the same ceiling of a source in every year; what was run is kept."""

    arrays: Arrays
    source: int  # its row in `arrays.ceiling`
    progress: Callable[[int], None]
    runs: dict[float, Run] = field(default_factory=dict)
    done: int = 0

    def run(self, amount: float) -> Run:
        """The run of one amount, VND."""
        if amount not in self.runs:
            self.runs[amount] = self._run(np.array([amount]))
        return self.runs[amount]

    def _run(self, amounts: Array) -> Run:
        run = run_plan(with_level_ceiling(self.arrays, self.source, amounts))
        self.done += len(amounts)
        self.progress(self.done)
        return run

    def least(self, wanted: Mask, most: float) -> float | None:
        """The least amount with which the objectives `wanted`, (O,), are met when due."""
        search = least_amount(most, amounts_at_once(self.arrays))
        amounts = next(search)
        while True:
            run = self.run(float(amounts[0])) if len(amounts) == 1 else self._run(amounts)
            try:
                amounts = search.send(np.asarray(run.met_when_due[wanted].all(axis=0)))
            except StopIteration as end:
                found: float | None = end.value
                return found


def least_amount(most: float, points: int, step: float = STEP) -> Generator[Array, Mask, float | None]:
    """The least whole number of steps that works, of those up to `most` between which the search looked.

    Yields amounts to try and is sent which of them work. Every round tries `points` amounts between the lowest that
    worked and the next below it, which failed: what is returned worked, and a step less failed. More money can make a
    rule that cuts do worse; a lower amount that works among others that fail may then be missed between the points.
    None where nothing up to many times `most` works.
    """
    if (yield np.array([0.0]))[0]:
        return 0.0
    low, high = 0.0, np.ceil(most / step) * step
    for _ in range(DOUBLINGS):
        if (yield np.array([high]))[0]:
            break
        low, high = high, max(step, 2 * high)  # the best plan need not find the plan that spends `most`
    else:
        return None
    while high - low > step:
        count = int(min(points, round((high - low) / step) - 1))
        tried = np.round(np.linspace(low, high, count + 2)[1:-1] / step) * step
        good = yield tried
        first = int(np.argmax(good)) if good.any() else len(tried)
        low, high = (tried[first - 1] if first else low), (tried[first] if first < len(tried) else high)
    return float(high)


def amounts_at_once(arrays: Arrays) -> int:
    """Amounts to try at once: many where a rule runs them together, one where each is a search of its own."""
    return POINTS if is_yearly(arrays.allocation) else 1


def highest_yearly_cost(arrays: Arrays, run: Run, source: int) -> float:
    """The highest yearly cost that falls to a source, VND."""
    share = arrays.source_share[..., 0]
    part = share[:, source] if source < share.shape[1] else np.ones(len(share))
    return float((run.funded_vnd[..., 0] @ part).max(initial=0.0))


def _ids_where(ids: list[str], mask: Mask) -> tuple[str, ...]:
    return tuple(id for id, there in zip(ids, mask, strict=True) if there)
