"""Columns of a result table set out by year, as a spreadsheet takes them: a row a key, totals as sums of cells."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from trainplan.results.registry import RESULTS, Stem
from trainplan.results.tables import Results
from trainplan.sheets.workbook import Cell, SheetColumn, Sum
from trainplan.text.catalog import say

TOTAL = "total"  # the id of what is of all rows together


@dataclass(frozen=True)
class YearlyRow:
    """A column of the table for one key: its cells, one a year and one of all years (nothing where that has no sense).

    `is_sum` where the cells add up the rows above that have the same column.
    """

    column: str
    id: str
    cells: Sequence[Cell]
    is_sum: bool = False

    @property
    def amount(self) -> float:
        """What its years come to."""
        return sum(cell for cell in self.cells if isinstance(cell, int | float))


def yearly_rows(results: Results, stem: Stem, ids: Sequence[str], columns: Sequence[str]) -> list[YearlyRow]:
    """Rows for each of the columns: those of the `ids` that have a number in any year, then that of all together.

    The latter is a sum where the column adds up; otherwise it is what the table has under `total`, if anything.
    """
    (key,) = (key for key in RESULTS[stem].keys if key != "year")
    return [
        row
        for name in columns
        for row in _rows_of(results[stem].pivot(index=key, columns="year", values=name), stem, name, ids)
    ]


def _rows_of(table: pd.DataFrame, stem: Stem, name: str, ids: Sequence[str]) -> Iterator[YearlyRow]:
    """The rows of one column, of which `table` has a row an id and a column a year."""
    column, shown = RESULTS[stem].column(name), [id for id in ids if table.loc[id].notna().any()]
    adds_up = column.adds_up and bool(shown)
    if TOTAL not in table.index:
        table = pd.concat([table, table.sum(min_count=1).to_frame(TOTAL).T])
    for id in [*shown, TOTAL] if adds_up or (not column.adds_up and table.loc[TOTAL].notna().any()) else shown:
        numbers, above = [number(value) for value in table.loc[id]], len(shown) if id == TOTAL and adds_up else 0
        cells: list[Cell] = [Sum(n, above=above) if above and n is not None else n for n in numbers]
        known = [n for n in numbers if n is not None]
        whole = Sum(sum(known), left=len(numbers)) if column.over_years == "sum" and known else None
        yield YearlyRow(name, id, [*cells, whole], bool(above))


def number(value: Any) -> float | None:
    """A number of a table as a cell takes it; nothing where there is none."""
    return None if pd.isna(value) else float(value)


def columns_of(rows: Sequence[YearlyRow], results: Results, stem: Stem, language: str) -> list[SheetColumn]:
    """The rows as columns of a sheet: what is counted, of whom, the years and their total."""
    table = RESULTS[stem]
    (key,) = (table.column(key) for key in table.keys if key != "year")
    together = {True: say("word.total", language), False: say("excel.all_sources", language)}
    names = [
        together[row.is_sum] if row.id == TOTAL else results.plan.label(key.ids_of, row.id, language) for row in rows
    ]
    formats = [table.column(row.column).number_format for row in rows]
    years = [*map(str, results.plan.years), say("word.total", language)]
    return [
        SheetColumn(say("excel.item", language), [table.heading(row.column, language) for row in rows]),
        SheetColumn(table.heading(key.name, language), names),
        *(SheetColumn(year, [row.cells[k] for row in rows], formats) for k, year in enumerate(years)),
    ]
