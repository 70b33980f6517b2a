"""A sheet to fill in: heads that stay, a note on each, cells of a format, and warnings for what is out of bounds."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from xlsxwriter.utility import xl_range

from trainplan.sheets.formats import AS_TEXT, GENERAL

LONGEST_AS_TEXT = 255  # letters: some programs show a longer cell of the format as ####
LONGEST_CELL = 32_767  # letters that Excel takes
SPARE_ROWS = 1000  # below the last row that is filled, ready to be filled
NARROWEST, WIDEST = 12, 50  # columns, in letters
HEAD_HEIGHT, NOTE_WIDTH = 64, 360  # points; pixels
LINE_HEIGHT, LINE_LETTERS = 19, 50  # of a note, in pixels; and letters
TINY = 1e-9  # above a bound that is not allowed itself
ALLOWED = (
    *("format_cells", "format_columns", "format_rows", "insert_columns", "insert_rows"),
    *("delete_rows", "sort", "autofilter"),
)  # on a sheet whose heads are protected

Cell = str | float | None
Check = dict[str, Any]  # what is warned of, as XlsxWriter is told it


@dataclass(frozen=True)
class FormColumn:
    """A column to fill in: its head, the note on it, its cells so far, and how those to come are shown and checked.

    `cell_formats` are those of the cells so far where they differ from `number_format`.
    """

    head: str
    note: str
    cells: Sequence[Cell]
    number_format: str = GENERAL
    check: Check | None = None
    cell_formats: Sequence[str] = ()

    @property
    def width(self) -> float:
        """The width in letters that shows most texts of the column, within bounds."""
        texts = [len(cell) for cell in self.cells if isinstance(cell, str)]
        return min(WIDEST, max([NARROWEST, *map(len, self.head.split("\n")), *texts]))


def one_of(choices: str | Sequence[str], says: str) -> Check:
    """A list to choose from, given as words or as a formula of their cells; anything else is warned of."""
    return {"validate": "list", "source": choices, "error_type": "warning", "error_message": says}


def suggested(choices: Sequence[str]) -> Check:
    """A list to choose from; anything else may be typed as well."""
    return {"validate": "list", "source": choices, "show_error": False}


def within(low: float, high: float, above: bool, whole: bool, says: str) -> Check | None:
    """Numbers between two bounds, of which the lower may not itself be allowed; None where there are no bounds."""
    check: Check = {"validate": "integer" if whole else "decimal", "error_type": "warning", "error_message": says}
    if math.isinf(low) and math.isinf(high):
        return None
    if math.isinf(high):
        return check | {"criteria": ">" if above else ">=", "value": low}
    return check | {"criteria": "between", "minimum": low + TINY if above else low, "maximum": high}


def fill_form(sheet: Any, columns: Sequence[FormColumn], formats: Any) -> None:
    """Writes the columns on an empty sheet; `formats` gives XlsxWriter's format of a dictionary of properties."""
    rows = max((len(column.cells) for column in columns), default=0)
    head = formats({"bold": True, "text_wrap": True, "valign": "top", "bottom": 2, "bg_color": "#f4f6f9"})
    sheet.set_row(0, HEAD_HEIGHT)
    for c, column in enumerate(columns):
        sheet.set_column(c, c, column.width, formats({"num_format": column.number_format, "locked": False}))
        sheet.write_string(0, c, column.head, head)
        sheet.write_comment(0, c, column.note, {"x_scale": 1, "width": NOTE_WIDTH, "height": _note_height(column.note)})
        _write_cells(sheet, c, column, formats)
        if column.check:
            sheet.data_validation(1, c, rows + SPARE_ROWS, c, column.check)
    sheet.set_column(len(columns), 16_383, None, formats({"locked": False}))
    sheet.ignore_errors({"number_stored_as_text": xl_range(1, 0, rows + SPARE_ROWS, max(len(columns) - 1, 0))})
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, max(rows, 1), max(len(columns) - 1, 0))
    sheet.protect("", dict.fromkeys(ALLOWED, True))
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)


def _write_cells(sheet: Any, c: int, column: FormColumn, formats: Any) -> None:
    shown = column.cell_formats or [column.number_format] * len(column.cells)
    for r, (cell, number_format) in enumerate(zip(column.cells, shown, strict=True), 1):
        if isinstance(cell, str):
            style = {"num_format": AS_TEXT} if len(cell) <= LONGEST_AS_TEXT else {"quote_prefix": True}
            sheet.write_string(r, c, cell, formats(style | {"locked": False}))
        elif cell is not None:
            sheet.write_number(r, c, cell, formats({"num_format": number_format, "locked": False}))


def _note_height(note: str) -> int:
    return LINE_HEIGHT * (1 + sum(1 + len(line) // LINE_LETTERS for line in note.split("\n")))
