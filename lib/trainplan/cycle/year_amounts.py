"""The money of a year as forms show it: whole đồng, and millions with one decimal that add up as they are shown."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from trainplan.cycle.year_plan import estimate_of_year, unit_plan
from trainplan.model.arrays import Array
from trainplan.model.capacity import largest_remainder
from trainplan.results.tables import Results
from trainplan.sheets.office_form import Amount, add_up
from trainplan.text.formats import round_half_away

SHOWN = 100_000  # VND: a tenth of a million
EXACT = 6  # decimals in which a number is taken for a whole one
NOBODY = ""  # in place of a unit: what groups cost that no unit holds

Amounts = dict[str, Amount]  # by source


def round_table(table: Array, totals: Array | None = None) -> Array:
    """(rows, columns) whole numbers in place of those of a table, each the next above or below, whole ones unchanged.

    Columns add up to their `totals`, (columns,), by default those of the whole table by largest remainder. Rows come
    as near to their own sums as their columns allow: who has lost most by rounding so far is raised first.
    """
    table = np.round(table, EXACT)
    if totals is None:
        whole = np.array([np.floor(np.round(table.sum(), EXACT) + 0.5)])
        totals = largest_remainder(table.sum(axis=0)[:, None], whole)[:, 0]
    rounded = np.floor(table)
    lost = np.zeros(len(table))
    for column, total in enumerate(totals):
        fraction = table[:, column] - rounded[:, column]
        lost += fraction
        open_rows = np.flatnonzero(fraction > 0)
        order = open_rows[np.argsort(-np.round(lost[open_rows], EXACT), kind="stable")]
        raised = order[: max(0, int(total - rounded[:, column].sum()))]
        rounded[raised, column] += 1
        lost[raised] -= 1
        if len(table):  # what is left over is noise of the sums
            rounded[np.argmax(table[:, column]), column] += total - rounded[:, column].sum()
    return rounded


def round_people(people: pd.Series) -> Array:
    """(rows,) whole numbers in place of those of a column, with its sum to the nearest whole."""
    return round_table(people.to_numpy(float)[:, None])[:, 0]


def to_amount(vnd: float) -> Amount:
    """Money as it is shown alone."""
    return Amount(float(round_half_away(vnd / SHOWN)) / 10, float(round_half_away(vnd)))


def table_amounts(table: pd.DataFrame, totals: tuple[Array, Array] | None = None) -> dict[Any, Amounts]:
    """Money by the rows of a table and its columns, which are sources, as forms show it; nothing where it is 0.

    `totals` are those of the columns, (sources,), in whole đồng and in tenths of a million.
    """
    exact = round_table(table.to_numpy(), totals and totals[0])
    shown = round_table(exact / SHOWN, totals and totals[1])
    return {
        key: {source: Amount(shown[r, s] / 10, exact[r, s]) for s, source in enumerate(table.columns) if exact[r, s]}
        for r, key in enumerate(table.index)
    }


class YearAmounts:
    """What the courses of a calendar year cost, by program, part (`new`, `continuing`), source and unit."""

    def __init__(self, results: Results, year: int) -> None:
        self._results, self._year = results, year
        self._sources = [row.id for row in results.plan.tables.sources]

    @cached_property
    def by_program(self) -> Mapping[tuple[str, str], Amounts]:
        """By (program, part): of a part that costs nothing no source pays."""
        return table_amounts(self._exact)

    @cached_property
    def by_unit(self) -> Mapping[str, Amounts]:
        """By unit, and by `NOBODY` what groups cost that no unit holds: sources pay as much as for all programs."""
        funding = pd.DataFrame([(f.program, f.source, f.share) for f in self._results.plan.tables.funding])
        of_year = unit_plan(self._results).query("year == @self._year")
        paid = of_year.merge(funding.set_axis(["program", "source", "share"], axis=1), on="program")
        paid["cost_vnd"] *= paid["share"]
        units = [row.id for row in self._results.plan.tables.units]
        table = paid.pivot_table(index="unit", columns="source", values="cost_vnd", aggfunc="sum")
        table = table.reindex(index=units, columns=self._sources).fillna(0.0)
        rest = (self._exact.sum() - table.sum()).round()
        if (rest > 0).any():
            table.loc[NOBODY] = rest.clip(0.0)
        return table_amounts(table, self._totals)

    @cached_property
    def _exact(self) -> pd.DataFrame:
        estimate = estimate_of_year(self._results, self._year)
        table = estimate.pivot_table(
            index=["program", "part"], columns="source", values="cost_vnd", aggfunc="sum", sort=False
        )
        return table.reindex(columns=self._sources).fillna(0.0)

    @cached_property
    def _totals(self) -> tuple[Array, Array]:
        """What each source pays in all: whole đồng, and tenths of a million."""
        paid = [add_up([one.get(source) for one in self.by_program.values()]) for source in self._sources]
        pairs = [one if isinstance(one, Amount) else Amount(0.0, 0.0) for one in paid]
        return np.array([pair.exact for pair in pairs]), np.array([round(pair.shown * 10) for pair in pairs])
