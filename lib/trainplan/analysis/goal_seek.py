"""Goal seek: the least level yearly amount with which every reachable target is met when due (method.md, section 6).

Reachable are the targets that are met once the amount sought is unlimited and everything else is as the plan has it.
The plan's own rule spends the money; the rule `all` spends without limit, so that `optimal` stands in for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from trainplan.model.arrays import Array, Arrays, Mask, arrays
from trainplan.model.simulate import Run, simulate
from trainplan.optimize.best_plan import decided
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


def goal_seek(plan: Plan, source: str = TOTAL) -> Goal:
    """The least level yearly amount of a source, or in total; PlanError where there is no such source."""
    sources = [*(row.id for row in plan.tables.sources), TOTAL]
    if source not in sources:
        near = nearest_name(source, sources)
        raise PlanError([Problem("--source", f"allowed are {', '.join(sources)}.", source, nearest=near)])
    numbers, column = limited(plan), sources.index(source)
    free = decided(with_level(numbers, column, np.array([np.inf])))
    reached = free.met_when_due[:, 0]
    most = spent_of(numbers, free, column)

    def works(amounts: Array) -> Mask:
        return np.asarray(met_of(numbers, with_level(numbers, column, amounts))[reached].all(axis=0))

    found = least(works, most, points_of(numbers)) if reached.any() else 0.0
    amount = np.inf if found is None else found
    run = free if found is None else decided(with_level(numbers, column, np.array([amount])))
    less = decided(with_level(numbers, column, np.array([max(0.0, amount - STEP)])))
    ids = [row.id for row in plan.tables.objectives]
    lost = reached & ~less.met_when_due[:, 0] & (amount > 0)
    met, beyond, missed = (_named(ids, mask) for mask in (reached, ~reached, lost))
    return Goal(plan, source, numbers.allocation, amount if found is not None else np.nan, met, beyond, missed, run)


def goal_table(goal: Goal) -> pd.DataFrame:
    """A row an objective: source, rule, yearly_vnd, objective, reachable, met, met_with_a_million_less."""
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


def limited(plan: Plan) -> Arrays:
    """The plan's numbers under a rule that ceilings bind."""
    numbers = arrays(plan)
    return replace(numbers, allocation="optimal") if numbers.allocation == "all" else numbers


def met_of(numbers: Arrays, variants: Arrays) -> Mask:
    """(O, D) whether each objective is met when due in every draw of `variants`; the best plan is sought for each."""
    if numbers.allocation != "optimal":
        return simulate(variants).met_when_due
    return np.concatenate([decided(one).met_when_due for one in _draws(variants)], axis=1)


def with_level(numbers: Arrays, source: int, amounts: Array) -> Arrays:
    """The same ceiling for a source in every year, a draw an amount."""
    ceiling = np.repeat(numbers.ceiling, len(amounts), axis=2)
    ceiling[:, source] = amounts
    return replace(numbers, ceiling=ceiling)


def least(works: Callable[[Array], Mask], most: float, points: int, step: float = STEP) -> float | None:
    """The least whole number of steps that works, of those up to `most` between which the search looked.

    Every round tries `points` amounts between the lowest that worked and the next below it, which failed: what is
    returned worked, and a step less failed. More money can make a rule that cuts do worse; a lower amount that works
    among others that fail may then be missed between the points. None where nothing up to many times `most` works.
    """
    if works(np.array([0.0]))[0]:
        return 0.0
    low, high = 0.0, np.ceil(most / step) * step
    for _ in range(DOUBLINGS):
        if works(np.array([high]))[0]:
            break
        low, high = high, max(step, 2 * high)  # the best plan need not find the plan that spends `most`
    else:
        return None
    while high - low > step:
        count = int(min(points, round((high - low) / step) - 1))
        tried = np.round(np.linspace(low, high, count + 2)[1:-1] / step) * step
        good = works(tried)
        first = int(np.argmax(good)) if good.any() else len(tried)
        low, high = (tried[first - 1] if first else low), (tried[first] if first < len(tried) else high)
    return float(high)


def points_of(numbers: Arrays) -> int:
    """Amounts to try at once: many where a rule runs them together, one where each is a search of its own."""
    return 1 if numbers.allocation == "optimal" else POINTS


def spent_of(numbers: Arrays, run: Run, source: int) -> float:
    """The highest yearly cost that falls to a source, VND."""
    share = numbers.source_share[..., 0]
    part = share[:, source] if source < share.shape[1] else np.ones(len(share))
    return float((run.funded_vnd[..., 0] @ part).max(initial=0.0))


def _draws(variants: Arrays) -> Iterator[Arrays]:
    """The draws of ceilings and capacities, each as numbers of its own."""
    ceilings = np.broadcast_to(variants.ceiling, (*variants.ceiling.shape[:2], variants.draws))
    capacities = np.broadcast_to(variants.capacity, (len(variants.capacity), variants.draws))
    for d in range(variants.draws):
        yield replace(variants, ceiling=ceilings[..., d : d + 1], capacity=capacities[:, d : d + 1])


def _named(ids: list[str], mask: Mask) -> tuple[str, ...]:
    return tuple(id for id, there in zip(ids, mask, strict=True) if there)
