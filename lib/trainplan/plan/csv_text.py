"""The text of a CSV file, as Excel writes it anywhere, to raw cells whose numbers have a decimal point.

Cells stand between commas, semicolons or tabs, as a first line `sep=;` says or as the head shows. The decimal mark is
that of the file's cells which can be read in one way only; what can be read in two, such as 3.850, is refused.
"""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from trainplan.plan.heads import HEAD_WITHIN, column_named, count_named, head_row, too_large
from trainplan.plan.schema import COUNTED, Column, Doubtful, Table
from trainplan.text.problems import ENOUGH, Problem

if TYPE_CHECKING:
    from trainplan.plan.reading import RawTable

DELIMITERS = ",;\t"
STATED = re.compile(r'"?sep=([^\r\n])"?[,;\t]*(\r\n|\r|\n|$)', re.IGNORECASE)
DECIMAL = re.compile(r"([+-]?\d*)([.,])(\d+)(E-\d+|[ \u00a0]?%)?", re.ASCII | re.IGNORECASE)
GROUP = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}", re.ASCII)  # thousands to one who writes it, a fraction to another
PLAIN = re.compile(r"[+-]?(0|[1-9]\d*)([.,]\d+)?", re.ASCII)
MOST = {"too_many_rows": 1_048_576, "too_many_columns": 16_384}  # of a spreadsheet, blank or not
MEASURED = {*COUNTED, "share", "weight", "level", "own"}  # units of numbers that may have a fraction


def read_csv(raw: RawTable, text: str, table: Table) -> list[Problem]:
    """Fills a raw table with the cells of a CSV text, and tells what is wrong with the text; no columns where all is.

    Numbers with a decimal comma get a decimal point, and `raw.written` keeps what stands in the file.
    """
    stated = STATED.match(text)
    rest, before = (text[stated.end() :], 1) if stated else (text, 0)
    if stated and stated[1] not in DELIMITERS:
        return [Problem(raw.file, "not_commas", stated[0].strip(), line=1)]
    delimiter = stated[1] if stated else _likely_delimiter(rest, table)
    rows, code = _rows(rest, delimiter, before, table.most)
    if code:
        values = {"letters": csv.field_size_limit(), "most": MOST.get(code)}
        return [Problem(raw.file, code, values=values, line=rows[-1][0])]
    raw.head_line = head_row(dict(rows[:HEAD_WITHIN]), table) or (rows[0][0] if rows else 1)
    head = dict(rows).get(raw.head_line, [])
    beyond = too_large(raw.file, head, [line for line, _ in rows if line >= raw.head_line], table)
    if beyond:
        return [beyond]
    raw.columns = [column_named(cell, table) for cell in head]
    if len(raw.columns) == 1 and re.search(r"[,;\t|]", raw.columns[0]):
        code = "separator_stated" if stated else "not_commas"
        raw.columns = []
        return [Problem(raw.file, code, head[0].strip(), line=raw.head_line)]
    problems = []
    for line, cells in (row for row in rows if row[0] > raw.head_line):
        whole, problem = _fit_row(cells, raw, line, table, delimiter)
        problems += [problem] if problem else []
        if len(problems) == ENOUGH:
            break
        if whole:
            raw.rows.append({c: v.strip() for c, v in zip(raw.columns, whole, strict=False) if c})
            raw.lines.append(line)
    _settle_numbers(raw, table, delimiter)
    return problems


def _rows(text: str, delimiter: str, before: int, most: int) -> tuple[list[tuple[int, list[str]]], str]:
    """(number, cells) of rows that are not blank, and why they cannot be read, a code; `before` lines are above.

    Where they cannot, the last is that in which it is seen. No more are read than show that they are too many. A row
    whose cells have several lines is one, as a spreadsheet counts.
    """
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows, line = [], 0
    try:
        for number, cells in enumerate(rows_of_a_sheet(reader), before + 1):
            line = reader.line_num
            if any(cell.strip() for cell in cells):
                rows.append((number, cells))
            if len(rows) > most + HEAD_WITHIN:
                break
    except csv.Error as error:
        code = str(error) if str(error) in MOST else "quotes_broken"
        return [*rows, (line + before + 1, [])], "cell_too_long" if "field larger" in str(error) else code
    return rows, ""


def rows_of_a_sheet(reader: Iterator[list[str]]) -> Iterator[list[str]]:
    """The rows of a CSV file; csv.Error with the code of what is too much where no spreadsheet holds so much."""
    for number, cells in enumerate(reader, 1):
        if number > MOST["too_many_rows"]:
            raise csv.Error("too_many_rows")
        if len(cells) > MOST["too_many_columns"]:
            raise csv.Error("too_many_columns")
        yield cells


def _likely_delimiter(text: str, table: Table) -> str:
    """The delimiter by which a row names most columns of the table; of these, the one that makes most cells."""

    def fit(delimiter: str) -> tuple[int, int]:
        best = (0, 0)
        with suppress(csv.Error):  # told when the rows are read
            reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
            for cells in itertools.islice(rows_of_a_sheet(reader), HEAD_WITHIN):
                best = max(best, (count_named(cells, table), len(cells)))
        return best

    return max(DELIMITERS, key=fit)


def _fit_row(
    cells: list[str], raw: RawTable, line: int, table: Table, delimiter: str
) -> tuple[list[str], Problem | None]:
    """The cells of a row, none where nothing divides it as the head, and why they do not fit the head."""
    width = len(raw.columns)
    if len(cells) < width and any(other in cells[0] for other in DELIMITERS):
        whole_row = delimiter.join(cells)
        divided = (whole_row.split(other) for other in DELIMITERS)
        fit = next((parts for parts in divided if len(parts) == width), [])
        return fit, Problem(raw.file, "row_not_divided", whole_row, line=line)
    if not any(cell.strip() for cell in cells[width:]):
        return cells, None
    values: dict[str, object] = {"cells": len(cells), "columns": width}
    columns = [table.columns.get(name) for name in raw.columns]
    found = _parted_numbers(cells, columns) if delimiter == "," else []
    if len(found) != 1:
        return cells, Problem(raw.file, "too_many_cells", values=values, line=line)
    whole, numbers = found[0]
    values["number"] = numbers[0]
    return whole, Problem(raw.file, "decimal_comma_parts", ", ".join(numbers), values=values, line=line)


def _parted_numbers(cells: Sequence[str], columns: Sequence[Column | None]) -> list[tuple[list[str], list[str]]]:
    """The readings, of which two are enough, in which decimal commas may have parted the cells of a row.

    Each is the row with its numbers whole, and these numbers with their comma.
    """
    pairs = [i for i, pair in enumerate(itertools.pairwise(cells)) if PLAIN.fullmatch(",".join(pair))]
    readings = []
    for joints in itertools.combinations(pairs[:12], len(cells) - len(columns)):
        whole = list(cells)
        for i in reversed(joints):
            whole[i : i + 2] = [".".join(whole[i : i + 2])]
        if all(c is None or _may_hold(c, cell.strip()) for c, cell in zip(columns, whole, strict=True)):
            readings.append((whole, [",".join(cells[i : i + 2]) for i in joints]))
            if len(readings) > 1:
                break
    return readings


def _may_hold(column: Column, cell: str) -> bool:
    if column.unit not in MEASURED or not cell:
        return "." not in cell or not PLAIN.fullmatch(cell)
    with suppress(ValueError):
        return bool(PLAIN.fullmatch(cell)) and column.measure.check(cell) is not None
    return False


class _Number(NamedTuple):
    """A cell of a column of numbers that holds a decimal mark."""

    row: dict[str, Any]
    line: int
    column: Column
    text: str
    mark: str  # of the number: `.` or `,`
    is_doubtful: bool  # it can be read as thousands, too


def _numbers(raw: RawTable, table: Table) -> Iterator[_Number]:
    columns = [table.columns[c] for c in dict.fromkeys(raw.columns) if c in table.columns]
    for row, line in zip(raw.rows, raw.lines, strict=True):
        for column in columns:
            text = row.get(column.name, "")
            if column.unit in MEASURED and (match := DECIMAL.fullmatch(text)):
                doubtful = GROUP.fullmatch(text) and int(re.sub("[.,]", "", text)) <= column.measure.high
                yield _Number(row, line, column, text, match[2], bool(doubtful))
            elif column.unit == "pacing" and (marks := re.findall(r"\d([.,])\d", text)):
                yield _Number(row, line, column, text, marks[0], False)


def _settle_numbers(raw: RawTable, table: Table, delimiter: str) -> None:
    """Gives numbers a decimal point, and marks those of which the file does not say what they are."""
    numbers = list(_numbers(raw, table))
    sure: dict[str, list[str]] = {
        mark: [n.text for n in numbers if n.mark == mark and not n.is_doubtful] for mark in ".,"
    }
    if sure[","] or sure["."]:
        decimal = max(",." if delimiter != "," else ".,", key=lambda mark: len(sure[mark]))
    else:
        decimal = "." if delimiter == "," else ""
    for number in numbers:
        row, name, text = number.row, number.column.name, number.text
        if number.is_doubtful and (number.column.unit in COUNTED or number.mark != decimal):
            whole, fraction = re.split("[.,]", text)
            row[name] = Doubtful(
                text, "read_in_two_ways", whole=whole + fraction, decimal=f"{whole}{decimal or number.mark}{fraction}0"
            )
        elif number.mark != decimal:
            row[name] = Doubtful(text, "two_decimal_marks", other=sure[decimal][0])
        elif decimal == ",":
            row[name] = text.replace(",", ".")
            raw.written[number.line, name] = text
