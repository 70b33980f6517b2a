"""People at offices: they fill in survey forms, and do with the files what people do."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import openpyxl

from trainplan.cycle.survey_layout import PERSONS, FormKind, SurveyForm, form_of_unit
from trainplan.plan.plan import Plan


class FilledForm:
    """A form that somebody has open: `set` fills in cells, `place` says where they are."""

    def __init__(self, plan: Plan, unit: str, year: int, content: bytes, kind: FormKind = "survey") -> None:
        self.form: SurveyForm = form_of_unit(plan, unit, year, plan.choices.language, kind)
        self.book: Any = openpyxl.load_workbook(io.BytesIO(content))

    def sheet(self, sheet: str) -> Any:
        """A sheet by its id."""
        return self.book[self.form.tables[sheet].name]

    def row(self, sheet: str, key: str) -> int:
        """The row, from 1, of a key, or of the number of a person."""
        return next(row for row in range(1, 400) if str(self.sheet(sheet).cell(row, 1).value) == key)

    def cell(self, sheet: str, key: str, column: str) -> Any:
        """A cell by the key of its row and the id of its column."""
        return self.sheet(sheet).cell(self.row(sheet, key), self.form.tables[sheet].places[column] + 1)

    def set(self, sheet: str, key: str, **cells: object) -> None:
        """Types into a row that the form lists."""
        for column, value in cells.items():
            self.cell(sheet, key, column).value = value

    def person(self, number: int, pair: str, **cells: object) -> None:
        """Types a person into the row of this number, with the word of the pair chosen from the list."""
        words = self.form.choices["pair"]
        self.set(PERSONS, str(number), pair=words.get(pair, pair), **cells)

    def insert_rows(self, sheet: str, row: int, rows: int = 1) -> None:
        """Inserts blank rows above a row, as Excel does: what is merged below moves with its rows."""
        self.sheet(sheet).insert_rows(row, rows)
        for merged in self.sheet(sheet).merged_cells.ranges:
            if merged.min_row >= row:
                merged.shift(row_shift=rows)

    def save(self, path: Path) -> Path:
        """Saves the workbook as a program does that calculates nothing: formulas have no values."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self.book.save(path)
        return path

    def head_row(self, sheet: str) -> int:
        """The row of the headings; their codes stand in the one below."""
        lines = self.sheet(sheet).iter_rows(max_row=40, values_only=True)
        return next(row for row, line in enumerate(lines) if "(2)" in line)
