"""How a table for the screen is declared: its columns in order, each with a key and the way its cells are written."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import pandas as pd

from trainplan.plan.plan import Plan
from trainplan.results.registry import RESULTS, Stem, column_heading
from trainplan.text.catalog import term
from trainplan.text.formats import NOTHING, bare_millions, bare_money, due_day, money_unit, number, percent

Show = Callable[[Any, str], str]  # a value and a language in, the text of its cell out

FORMATS: dict[str, Show] = {
    "text": lambda value, language: value if isinstance(value, str) else str(value),
    "date": due_day,
    "year": lambda value, language: NOTHING if pd.isna(value) else str(value),
    "people": number,
    "share": percent,
    "million VND": bare_millions,
}


@dataclass(frozen=True)
class Column:
    """A column of a table for the screen.

    `key` is its name in the rows, and with `unit` in `column_heading`. `show` is a unit of FORMATS or `VND`, whose unit
    the table chooses, or writes a cell itself.
    """

    key: str
    show: str | Show = "text"
    unit: str = ""

    def heading(self, language: str) -> str:
        """What stands above the column."""
        return column_heading(self.key, language, self.unit)

    def cells(self, values: pd.Series, language: str) -> list[str]:
        """The column's values as text."""
        show = FORMATS[self.show] if isinstance(self.show, str) else self.show
        return [show(value, language) for value in values]


def build_table(
    rows: pd.DataFrame | Sequence[Mapping[str, Any]], columns: Sequence[Column], language: str
) -> pd.DataFrame:
    """A frame of text: a row for each of `rows`, the declared columns under their headings.

    A number that is `Quoted` keeps its address in its cell. Money, `VND`, is in the unit of `money_unit`.
    """
    keys = [column.key for column in columns]
    frame = rows if isinstance(rows, pd.DataFrame) else pd.DataFrame(rows, columns=keys, dtype=object)
    money = frame[[column.key for column in columns if column.show == "VND"]].astype(float).abs()
    unit = money_unit(money.max().max())
    amount = partial(bare_money, unit=unit)
    columns = [replace(column, show=amount, unit=unit) if column.show == "VND" else column for column in columns]
    return pd.DataFrame(
        {column.heading(language): column.cells(frame[column.key], language) for column in columns}, dtype=object
    )


def text_cells(rows: pd.DataFrame, cells: Sequence[str]) -> pd.Series:
    """Texts as a column of rows, with the addresses of the numbers in them (a column of plain strings has none)."""
    return pd.Series(cells, rows.index, object)


def result_columns(plan: Plan, stem: Stem, *names: str) -> list[Column]:
    """Columns of a result table, shown as the registry has them: ids by name, codes in words, numbers by unit."""
    columns = [RESULTS[stem].column(name) for name in names]
    return [
        Column(
            column.name,
            label(plan, column.ids_of) if column.ids_of else terms_of(column.words) if column.words else column.unit,
        )
        for column in columns
    ]


def label(plan: Plan, table: str) -> Show:
    """Writes the id of a row of an input table as the row's name; nothing for an empty cell."""
    return lambda id, language: plan.label(table, id, language) if isinstance(id, str) and id else ""


def terms_of(family: str) -> Show:
    """Writes a word of a family of the catalog, such as `verdict`; nothing for an empty cell."""
    return lambda word, language: term(family, word, language) if word else ""


def grouping(codes: pd.Series, family: str = "") -> list[Column]:
    """The column of a code by which rows may be grouped, in the words of its family; none where all rows are alike.

    The family is called as the column where it is not named. A code that the catalog does not know is shown as it is.
    """
    words = family or str(codes.name)
    column = Column(str(codes.name), lambda code, language: term(words, code, language) if code else NOTHING)
    return [column] if codes.nunique() > 1 else []
