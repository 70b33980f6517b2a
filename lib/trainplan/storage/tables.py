"""Result tables to files: tidy CSV, UTF-8, unrounded, the same bytes for the same inputs (method.md, section 10)."""

from __future__ import annotations

from collections.abc import Mapping
from csv import writer
from io import StringIO
from pathlib import Path

import pandas as pd

from trainplan.results.registry import RESULTS, Stem, check_columns
from trainplan.storage.files import write_text

OPENED = ("batch", "survey")  # commands whose own tables people open in a spreadsheet
MARK = "\ufeff"  # by which a spreadsheet knows that a file is UTF-8
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # how a cell begins that a spreadsheet computes


def write_tables(tables: Mapping[Stem, pd.DataFrame], folder: Path) -> list[Path]:
    """Writes result tables into `folder` as `ResultTable.file_name`; returns the files, in the order of the tables.

    ValueError, and nothing written, where a table has not the columns of the registry; OutputError as `write_text`.
    """
    texts = {folder / RESULTS[stem].file_name: file_text(stem, frame) for stem, frame in tables.items()}
    folder.mkdir(parents=True, exist_ok=True)
    for path, text in texts.items():
        write_text(path, text)
    return list(texts)


def file_text(stem: Stem, frame: pd.DataFrame) -> str:
    """The file of a result table: CSV, led by the mark of UTF-8 where people open it in a spreadsheet.

    ValueError where the table has not the columns of the registry.
    """
    mark = MARK if RESULTS[stem].command in OPENED else ""
    return mark + csv_text(check_columns(stem, frame))


def csv_text(frame: pd.DataFrame, **before: str) -> str:
    """A table as CSV; truth is written `true` and `false`, what is not there as nothing, and no text is a formula.

    Columns that stand `before` its own have one value each.
    """
    text = StringIO()
    rows = writer(text, lineterminator="\n")
    rows.writerow([*before, *map(_no_formula, frame.columns)])
    columns: list[list[object]] = [[_no_formula(value)] * len(frame) for value in before.values()]
    columns += [_cell_texts(frame[name].tolist()) for name in frame]
    rows.writerows(zip(*columns, strict=True))
    return text.getvalue()


def _cell_texts(values: list[object]) -> list[object]:
    """The cells of a column as text; names come again and again, and each is looked at once."""
    if {*map(type, values)} != {str}:
        return [*map(_cell_text, values)]
    texts = {value: _cell_text(value) for value in {*values}}
    return [texts[value] for value in values]


def _cell_text(value: object) -> object:
    """A cell as text: the shortest digits that give the number back, whole numbers without a fraction."""
    if isinstance(value, float):
        if value != value:
            return ""
        return str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(float(value))
    if isinstance(value, str):
        return _no_formula(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None or value is pd.NA or value != value else value


def _no_formula(text: str) -> str:
    """A text that a spreadsheet takes for no formula: led by an apostrophe where it would."""
    return f"'{text}" if text.startswith(FORMULA) else text
