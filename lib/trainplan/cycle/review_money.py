"""Planned and spent: the difference by volume and by price, with no remainder (method.md, section 8)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from trainplan.model.from_plan import row_numbers
from trainplan.results.registry import RESULTS, check_columns
from trainplan.results.tables import Results


@dataclass(frozen=True)
class ProgramYear:
    """A program in a year of a look: its learners and classes, at what prices, what they cost, and who pays."""

    learners: float
    classes: float
    learner_price: float  # VND of the year, as that of a class
    class_price: float
    cost_vnd: float
    is_spent: bool  # whether the cost is what was spent
    shares: Mapping[str, float]  # by source

    def at_prices_of(self, planned: ProgramYear) -> float:
        """What the learners and classes cost at planned prices, VND.

        Where what was planned is itself a sum that was spent, its prices are scaled so that they lead to that sum.
        """
        modeled = planned.learners * planned.learner_price + planned.classes * planned.class_price
        scale = planned.cost_vnd / modeled if planned.is_spent and modeled > 0 else 1.0
        return (self.learners * planned.learner_price + self.classes * planned.class_price) * scale


def program_year(results: Results, program: str, t: int) -> ProgramYear | None:
    """A program in the year of an index; None where the look does not know the program."""
    p = row_numbers(results.plan, "programs").get(program)
    if p is None:
        return None
    arrays, run = results.arrays, results.run
    return ProgramYear(
        float(run.learners[t, p, 0]),
        float(run.classes[t, p, 0]),
        float(arrays.learner_cost[p, 0] * arrays.price[t, p, 0]),
        float(arrays.class_cost[p, 0] * arrays.price[t, p, 0]),
        float(run.funded_vnd[t, p, 0]),
        t < arrays.closed and not np.isnan(arrays.spent[t, p, 0]),
        {row.source: row.share for row in results.plan.tables.funding if row.program == program},
    )


def review_money(decided: Results, now: Results, year: int) -> pd.DataFrame:
    """Planned and spent by year up to `year`, program and source, VND: the difference by volume and by price.

    The table `review_money` of the registry. Volume is what other learners and classes cost at planned prices, price
    what is spent beyond that: they add up to spent less planned. What is spent on a program that the decided look
    does not know is volume, the whole of it. `estimated` where no sum spent is known.
    """
    programs = dict.fromkeys(row.id for results in (decided, now) for row in results.plan.tables.programs)
    sources = list(dict.fromkeys(row.id for results in (now, decided) for row in results.plan.tables.sources))
    rows: list[tuple[Any, ...]] = []
    for t in range(year - now.plan.first + 1):
        for program in programs:
            planned, actual = (program_year(results, program, t) for results in (decided, now))
            for source, cells in _variances(planned, actual, sources):
                rows.append((now.plan.first + t, program, source, *cells))
    table = RESULTS["review_money"]
    return check_columns(table.stem, pd.DataFrame(rows, columns=table.column_names))


def _variances(
    planned: ProgramYear | None, actual: ProgramYear | None, sources: Sequence[str]
) -> Iterator[tuple[str, tuple[float, float, float, float, bool]]]:
    """By source that pays in either look: planned, spent, volume and price, VND, and whether spent is an estimate."""
    first, last = planned or actual, actual or planned
    if first is None or last is None:
        return
    before, spent = (look.cost_vnd if look else 0.0 for look in (planned, actual))
    moved = actual.at_prices_of(planned) if planned and actual else spent
    for source in sources:
        if source in first.shares or source in last.shares:
            share, later = first.shares.get(source, 0.0), last.shares.get(source, 0.0)
            volume, price = (moved - before) * share, spent * later - moved * share
            yield source, (before * share, spent * later, volume, price, not (actual and actual.is_spent))
