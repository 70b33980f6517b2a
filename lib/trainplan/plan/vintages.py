"""Vintages: a restated number is a further row with a later date, and nothing is erased (method.md, section 1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from pydantic_core import PydanticCustomError

from trainplan.plan.address import row_key
from trainplan.plan.data import read_data
from trainplan.plan.reading import Files, RawTable
from trainplan.plan.schema import AS_OF, Table, first_open_year, parse_date, parse_whole_number
from trainplan.text.problems import Problem


def keep_visible(raw: RawTable, table: Table, seen_from: date | None, problems: list[Problem]) -> RawTable:
    """The table as it is seen from a date, from the end of time where that is None; itself where nothing is dated.

    Of the rows of one key the one with the latest date counts, of equal dates the last; no date is the oldest. It
    stands where the first of them does. A cell that holds no date goes to `problems`, later rows to `later`.
    """
    if AS_OF not in raw.columns or AS_OF in table.columns:
        return raw
    seen: dict[str, tuple[date, dict[str, Any], int]] = {}
    later = []
    for cells, line in zip(raw.rows, raw.lines, strict=True):
        key = row_key(cells, table.row_keys)
        try:
            known = parse_date(cells[AS_OF]) if cells.get(AS_OF) else date.min
        except PydanticCustomError as error:
            row, values = row_key(cells, table.keys), error.context or {}
            problems.append(Problem(raw.file, error.type, cells[AS_OF], row, AS_OF, values=values, line=line))
            known = date.min
        if seen_from is not None and known > seen_from:
            later.append(cells)
            continue
        if key not in seen or seen[key][0] <= known:
            seen[key] = known, cells, line
    rows, lines = [cells for _, cells, _ in seen.values()], [line for *_, line in seen.values()]
    return replace(raw, rows=rows, lines=lines, later=later)


def open_years(tables: Mapping[str, RawTable], choices: Mapping[str, Any]) -> range:
    """The calendar years that a plan decides, from its cells as they stand; ValueError, KeyError where it cannot."""
    stated = choices.get("decided_from")
    actual = [parse_whole_number(cells["year"]) for cells in tables["actuals"].rows] if "actuals" in tables else []
    first, last = parse_whole_number(choices["first"]), parse_whole_number(choices["last"])
    return range(first_open_year(None if stated is None else parse_whole_number(stated), actual, first), last + 1)


def days_of_years(plan: Path, table: str, until: date) -> set[tuple[date, int]]:
    """The days, up to one, on which a row of a table of a sound plan became known, each with the year of the row.

    A row without a date was known at all times. Earlier rows of a key count as well.
    """
    files = Files(plan.parent)
    raw = read_data(files, plan, files.yaml(plan) or {}).get(table)
    known = [(parse_date(row[AS_OF]) if row.get(AS_OF) else date.min, row["year"]) for row in raw.rows] if raw else []
    return {(day, parse_whole_number(year)) for day, year in known if day <= until}
