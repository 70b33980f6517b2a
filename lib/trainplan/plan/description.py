"""The input tables in words, from the schema and the catalogs, for the reference (`docs/reference.md`)."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from trainplan.plan.schema import TABLES, Column, Table
from trainplan.text.catalog import say, term, texts
from trainplan.text.formats import number


@dataclass(frozen=True)
class ColumnDescription:
    """A column as a person reads of it, every part in one language."""

    name: str
    about: str
    unit: str
    bounds: str  # nothing where any value is allowed
    empty: str  # what an empty cell means, or that it must be filled
    refers: str  # the table whose ids it holds, with ` or total`; nothing for most
    key: bool  # whether addresses name the row by it
    required: bool  # whether the file must have the column
    drawable: bool  # whether a range of uncertainty may be given to it


@dataclass(frozen=True)
class TableDescription:
    """A table as a person reads of it, in one language; `required` where no plan can be without it."""

    name: str
    label: str
    about: str
    required: bool
    columns: tuple[ColumnDescription, ...]


def describe_input(language: str) -> tuple[TableDescription, ...]:
    """Every input table with its columns, in the order of the schema, in `vi` or `en`."""
    return tuple(
        TableDescription(
            table.name,
            term("table", table.name, language),
            say(f"about.table.{table.name}", language),
            table.required,
            tuple(_column(table, column, language) for column in table.columns.values()),
        )
        for table in TABLES.values()
    )


def about_column(table: str, column: str, language: str) -> str:
    """What a column holds: of this table, or of every table that has a column of the name."""
    own = f"about.column.{table}.{column}"
    return say(own if own in texts(language) else f"about.column.{column}", language)


def _column(table: Table, column: Column, language: str) -> ColumnDescription:
    return ColumnDescription(
        column.name,
        about_column(table.name, column.name, language),
        say(f"unit_name.{column.unit}", language),
        bounds_in_words(column, language),
        say(f"empty.{column.empty or 'needed'}", language),
        column.refers,
        column.name in table.keys,
        column.required,
        column.drawable,
    )


def plain_number(value: float, language: str) -> str:
    """A number with the decimals that it needs, up to three."""
    return number(value, language, 3)


def bounds_in_words(column: Column, language: str, shown: Callable[[float, str], str] = plain_number) -> str:
    """What numbers a column may hold, each end as `shown` writes it, but years; nothing where it holds none."""
    measure = column.measure
    if math.isinf(measure.low):
        return ""
    if column.unit == "year":
        return say("bounds.between", language, low=f"{measure.low:.0f}", high=f"{measure.high:.0f}")
    ends = {"low": shown(measure.low, language), "high": shown(measure.high, language)}
    return say("bounds.above_to" if measure.above else "bounds.between", language, **ends)
