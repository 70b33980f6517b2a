"""People at offices: they fill in survey forms, and do with the files what people do."""

from __future__ import annotations

import io
from functools import lru_cache
from pathlib import Path
from typing import Any

import openpyxl

from trainplan.cycle.survey_forms import write_survey_forms
from trainplan.cycle.survey_layout import PERSONS, SurveyForm, form_of_unit
from trainplan.plan.plan import Plan, load_plan
from trainplan.results.tables import compute

FIRST_PERSON = "1"  # the number of the first row for persons


@lru_cache(maxsize=4)
def blank_forms(reference: str, year: int, folder: Path) -> dict[str, bytes]:
    """The forms of a plan as they are handed out, by unit; `folder` is where they are written."""
    paths = write_survey_forms(compute(load_plan(reference)), year, folder)
    return {path.stem: path.read_bytes() for path in paths}


class FilledForm:
    """A form that somebody has open: `set` fills in cells, `place` says where they are."""

    def __init__(self, plan: Plan, unit: str, year: int, content: bytes) -> None:
        self.form: SurveyForm = form_of_unit(plan, unit, year, plan.choices.language)
        self.book: Any = openpyxl.load_workbook(io.BytesIO(content))

    def sheet(self, sheet: str) -> Any:
        """A sheet by its id."""
        return self.book[self.form.tables[sheet].name]

    def row(self, sheet: str, key: str) -> int:
        """The row, from 1, of a key, or of the number of a person."""
        column = 1
        return next(row for row in range(1, 400) if str(self.sheet(sheet).cell(row, column).value) == key)

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

    def save(self, path: Path) -> Path:
        """Saves the workbook as a program does that calculates nothing: formulas have no values."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self.book.save(path)
        return path
