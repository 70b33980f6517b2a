"""Sheets of a workbook to raw cells: each sheet that is called like a table, as that table's CSV file would hold it."""

from __future__ import annotations

import io
import re
import unicodedata
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

from trainplan.plan.address import row_key
from trainplan.plan.book_parts import BookRefused, unpack_book
from trainplan.plan.heads import HEAD_WITHIN, as_column, column_named, head_row, too_large
from trainplan.plan.reading import RawTable, header_problems
from trainplan.plan.schema import AS_OF, COUNTED, TABLES, Table, percent_as_share
from trainplan.text.catalog import both
from trainplan.text.problems import Problem, nearest_name

BESIDE = ("guide", "files", "choices")  # sheets of a workbook that the project wrote itself, which are no tables
OLE_FILE = b"\xd0\xcf\x11\xe0"  # how a workbook with a password begins, and one of Excel 97

Cells = dict[int, dict[int, Any]]  # by row and column, from 1; nothing for an empty cell


@dataclass(frozen=True)
class NotCalculated:
    """What stands in a cell whose formula no program has calculated yet."""

    formula: str

    def __str__(self) -> str:
        return self.formula


@dataclass(frozen=True)
class Sheet:
    """What a sheet holds, and how it shows it."""

    name: str
    cells: Cells
    merged: tuple[tuple[str, int, int, int, int], ...]  # name, first and last row, first and last column
    hidden_rows: frozenset[int]
    hidden_columns: frozenset[int]
    hidden: bool


@dataclass(frozen=True)
class SheetsRead:
    """The tables of a workbook by name, what is wrong with it, and what is worth a look: place, warning, values."""

    tables: dict[str, RawTable] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    notes: list[tuple[str, str, dict[str, object]]] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)  # texts of the sheet `files`, by name
    file_rows: dict[str, list[int]] = field(default_factory=dict)  # in which rows their lines stand
    lost: set[str] = field(default_factory=set)  # tables that it may hold and that cannot be read


@lru_cache(maxsize=8)
def read_book(data: bytes, file: str) -> SheetsRead:
    """A workbook, remembered by its content, as the desk reads the same one at every move. Not to be modified.

    `file` is what messages call it. A number is the text that a CSV file would have, a day is year-month-day.
    """
    if data.startswith(OLE_FILE):
        return SheetsRead(problems=[Problem(file, "workbook_locked")], lost=set(TABLES))
    try:
        unpack_book(data)
        sheets = _sheets(data)
    except BookRefused as refused:
        return SheetsRead(problems=[Problem(file, refused.code)], lost=set(TABLES))
    except Exception:  # whatever openpyxl meets in a damaged file: of the archive, of XML, of values
        sheets = []
    if not sheets:  # as openpyxl finds none in a workbook of the kind "Strict Open XML"
        return SheetsRead(problems=[Problem(file, "workbook_damaged")], lost=set(TABLES))
    book = SheetsRead()
    names = _table_names(sheets, file, book)
    for sheet in sheets:
        if sheet.name in names:
            _read_table(sheet, TABLES[names[sheet.name]], file, book)
        elif sheet.name == "files":
            for n, row in sorted(sheet.cells.items()):
                book.file_rows.setdefault(str(row.get(1, "")), []).append(n)
            for name, rows in book.file_rows.items():
                book.files[name] = "\n".join(str(sheet.cells[n].get(2, "")) for n in rows)
    return book


def place_of(file: str, sheet: str) -> str:
    """A sheet as messages name it."""
    return f"{file}, {both('problem_frame.sheet')} {sheet}"


def _sheets(data: bytes) -> list[Sheet]:
    """Every sheet of cells, formulas with what they came to when the file was saved."""
    import openpyxl  # not for a plan of CSV

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what openpyxl would not write again
        book = openpyxl.load_workbook(io.BytesIO(data), keep_links=False)
        read = [sheet for sheet in book.worksheets if sheet.title not in BESIDE]
        formulas = any(c.data_type == "f" for sheet in read for c in sheet._cells.values())
        values = openpyxl.load_workbook(io.BytesIO(data), data_only=True, keep_links=False) if formulas else book
    return [_sheet(sheet, values[sheet.title]) for sheet in book.worksheets]


def _sheet(sheet: Any, values: Any) -> Sheet:
    """A sheet of openpyxl; `_cells` are those that the file has, where a row of the whole would fill up to the last."""
    cells: Cells = {}
    for (row, column), cell in sheet._cells.items():
        value = cell.value
        if cell.data_type == "f":
            shown = values._cells[row, column]
            empty_text = shown.value is None and shown.data_type == "str"
            lacks = shown.value is None and not empty_text
            value = NotCalculated(str(getattr(value, "text", value))) if lacks else shown.value
        if isinstance(value, str):
            value = unicodedata.normalize("NFC", value)
        if value is not None and str(value).strip():
            cells.setdefault(row, {})[column] = value
    columns = [range(d.min, d.max + 1) for d in sheet.column_dimensions.values() if d.hidden and d.min]
    return Sheet(
        sheet.title,
        cells,
        tuple((str(r), r.min_row, r.max_row, r.min_col, r.max_col) for r in sheet.merged_cells.ranges),
        frozenset(row for row, d in sheet.row_dimensions.items() if d.hidden),
        frozenset(column for span in columns for column in span),
        sheet.sheet_state != "visible",
    )


def _table_names(sheets: Sequence[Sheet], file: str, book: SheetsRead) -> dict[str, str]:
    """The table of every sheet that is one; sheets that look like one or stand twice go to the problems."""
    names: dict[str, str] = {}
    for sheet in sheets:
        name, place = as_column(sheet.name), place_of(file, sheet.name)
        if not sheet.cells or name in BESIDE:
            continue
        if name in names.values():
            book.problems.append(Problem(place, "sheet_twice", values={"table": name}))
            book.lost.add(name)
        elif name in TABLES:
            names[sheet.name] = name
    known = {as_column(sheet.name) for sheet in sheets}
    for sheet in sheets:
        name, place = as_column(sheet.name), place_of(file, sheet.name)
        if sheet.cells and name not in (*TABLES, *BESIDE):
            absent = [table for table in TABLES if table not in known]
            near = nearest_name(name, absent) or _table_with_head(sheet, absent)
            if near:
                book.problems.append(Problem(place, "sheet_misspelt", nearest=near))
                book.lost.add(near)
            else:
                book.notes.append((place, "sheet_not_read", {}))
    return {sheet: name for sheet, name in names.items() if name not in book.lost}


def _table_with_head(sheet: Sheet, names: Sequence[str]) -> str:
    """The one of the tables of which the head of a sheet, of whatever name, has most columns; it has all needed."""
    found = {}
    for name in names:
        first = _first_rows(sheet)
        columns = {column_named(value, TABLES[name]) for value in first.get(head_row(first, TABLES[name]), ())}
        if columns >= set(TABLES[name].needed_columns):
            found[name] = len(columns & {*TABLES[name].columns})
    return max(found, key=lambda name: found[name], default="")


def _first_rows(sheet: Sheet) -> dict[int, list[Any]]:
    """The cells of the rows among which a head may stand."""
    return {row: list(sheet.cells[row].values()) for row in sorted(sheet.cells) if row <= HEAD_WITHIN}


def _read_table(sheet: Sheet, table: Table, file: str, book: SheetsRead) -> None:
    """Adds the table that a sheet holds, with what is wrong with its cells and what is hidden of it."""
    from openpyxl.utils import get_column_letter

    place = place_of(file, sheet.name)
    head = head_row(_first_rows(sheet), table)
    if not head:
        needed = {"columns": ", ".join(table.needed_columns)}
        book.problems.append(Problem(place, "head_missing", values=needed))
        book.lost.add(table.name)
        return
    beyond = too_large(place, sheet.cells[head].values(), sorted(n for n in sheet.cells if n >= head), table)
    if beyond:
        book.problems.append(beyond)
        book.lost.add(table.name)
        return
    columns = {column: column_named(value, table) for column, value in sorted(sheet.cells[head].items())}
    letters = {name: get_column_letter(column) for column, name in reversed(columns.items())}
    book.problems.extend(header_problems(place, list(columns.values()), table, head))
    raw = RawTable(place, list(columns.values()), letters=letters, head_line=head)
    known = {AS_OF: "date", **{name: column.unit for name, column in table.columns.items()}}
    units = {name: known.get(name, "") for name in raw.columns}
    rows = {row: dict(cells) for row, cells in sheet.cells.items() if row > head}
    merged = _spread_merged(sheet, rows, columns)
    for row, cells in sorted(rows.items()):
        found = {name: cells[column] for column, name in columns.items() if column in cells}
        if not found:
            continue
        texts = {name: cell_text(found.get(name, ""), unit) for name, unit in units.items()}
        mistakes = [(name, mistake_in(value, units[name]), texts[name]) for name, value in found.items()]
        texts.update((name, "") for name, code, _ in mistakes if code and units[name] == "id")  # it names no row
        book.problems.extend(
            Problem(place, code, value, row_key(texts, table.keys), name, line=row)
            for name, code, value in [*merged.get(row, []), *mistakes]
            if code
        )
        raw.rows.append(texts)
        raw.lines.append(row)
    book.tables[table.name] = raw
    book.notes.extend((place, code, values) for code, values in _hidden_things(sheet, columns, raw.lines, rows))


def cell_text(value: object, unit: str) -> str:
    """What a CSV file would hold for a cell in a column of this unit."""
    if isinstance(value, NotCalculated):
        return str(value)
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | float):
        text = str(int(value)) if float(value).is_integer() else repr(value)
        return f"{text}0" if unit in COUNTED and re.fullmatch(r"-?\d{1,3}\.\d{3}", text) else text
    if isinstance(value, datetime) and not (value.hour or value.minute or value.second):
        return value.date().isoformat()
    return str(percent_as_share(value, unit)).strip()


def mistake_in(value: object, unit: str) -> str:
    """The code of what is wrong with a cell that Excel made something else of; empty where nothing is."""
    if isinstance(value, NotCalculated):
        return "formula_without_value" if unit else ""
    if isinstance(value, bool):
        return "truth_value" if unit else ""
    made = isinstance(value, date | time | timedelta)
    return "made_a_date" if made and unit not in ("", "date") else ""


def _spread_merged(sheet: Sheet, rows: Cells, columns: dict[int, str]) -> dict[int, list[tuple[str, str, str]]]:
    """Writes a merged value into every row that it lies over, so that none seems empty; what is told of it by row."""
    found: dict[int, list[tuple[str, str, str]]] = {}
    for name, top, bottom, left, right in sheet.merged:
        value = rows.get(top, {}).get(left)
        over = [column for column in columns if left <= column <= right]
        if value is None or not over:
            continue
        found.setdefault(top, []).append((columns[over[0]], "merged_cells", name))
        for row in rows:
            if top <= row <= bottom:
                rows[row][left] = value
    return found


def _hidden_things(
    sheet: Sheet, columns: dict[int, str], lines: Sequence[int], rows: Cells
) -> Iterator[tuple[str, dict[str, object]]]:
    """What is read although it is hidden, and what is not read as no head names it."""
    from openpyxl.utils import get_column_letter

    if sheet.hidden:
        yield "sheet_hidden", {}
    hidden = [row for row in lines if row in sheet.hidden_rows]
    if hidden:
        yield "rows_hidden", {"rows": ", ".join(map(str, hidden))}
    unseen = [get_column_letter(column) for column in columns if column in sheet.hidden_columns]
    if unseen:
        yield "columns_hidden", {"columns": ", ".join(unseen)}
    beside = [(row, column) for row in sorted(rows) for column in sorted(rows[row]) if column not in columns]
    if beside:
        row, column = beside[0]
        yield "cells_without_head", {"cell": f"{get_column_letter(column)}{row}"}
