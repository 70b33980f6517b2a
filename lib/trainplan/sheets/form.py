"""A workbook to fill in: heads that stay, a note on each, cells of a format, warnings for what is out of bounds."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from xlsxwriter.utility import xl_range

from trainplan.sheets.formats import AS_TEXT, GENERAL
from trainplan.sheets.workbook import Workbook

LONGEST_AS_TEXT = 255  # letters: some programs show a longer cell of the format as ####
LONGEST_CELL = 32_767  # letters that Excel takes
SPARE_COLUMNS = 50  # to the right, for whoever wants columns of their own
LINES_WIDEST = 150  # letters
SPARE_ROWS = 1000  # below the last row that is filled, ready to be filled
NARROWEST, HEAD_WIDEST, WIDEST = 12, 20, 50  # columns, in letters
NEEDED, OPTIONAL = "#1f4e79", "#bfc9d4"  # tabs
ROW_HEIGHT = 15  # points
HEAD_HEIGHT, NOTE_WIDTH = 80, 360  # points; pixels
LINE_HEIGHT, LINE_LETTERS = 19, 50  # of a note, in pixels; and letters
TINY = 1e-9  # above a bound that is not allowed itself
ALLOWED = (
    *("format_cells", "format_columns", "format_rows", "insert_columns", "insert_rows"),
    *("delete_rows", "sort", "autofilter"),
)  # on a sheet whose heads are protected

Check = dict[str, Any]  # what is warned of, as XlsxWriter is told it
Filled = str | float | None  # a cell: text, a number, or nothing yet


@dataclass(frozen=True)
class FormColumn:
    """A column to fill in: its head, the note on it, its cells so far, and how those to come are shown and checked.

    `cell_formats` are those of the cells so far where they differ from `number_format`.
    """

    head: str
    note: str
    cells: Sequence[Filled]
    number_format: str = GENERAL
    check: Check | None = None
    cell_formats: Sequence[str] = ()

    @property
    def width(self) -> float:
        """The width in letters that shows most texts of the column, within bounds."""
        texts = [len(cell) for cell in self.cells if isinstance(cell, str)]
        heads = [min(HEAD_WIDEST, len(line)) for line in self.head.split("\n")]
        return min(WIDEST, max([NARROWEST, *heads, *texts]))


def check_choice(choices: str | Sequence[str], says: str) -> Check:
    """A list to choose from, given as words or as a formula of their cells; anything else is warned of."""
    return {"validate": "list", "source": choices, "error_type": "warning", "error_message": says}


def suggest_words(choices: Sequence[str]) -> Check:
    """A list to choose from; anything else may be typed as well."""
    return {"validate": "list", "source": choices, "show_error": False}


def check_bounds(low: float, high: float, above: bool, whole: bool, says: str) -> Check | None:
    """Numbers between two bounds, of which the lower may not itself be allowed; None where there are no bounds."""
    check: Check = {"validate": "integer" if whole else "decimal", "error_type": "warning", "error_message": says}
    if math.isinf(low) and math.isinf(high):
        return None
    if math.isinf(high):
        return check | {"criteria": ">" if above else ">=", "value": low}
    return check | {"criteria": "between", "minimum": low + TINY if above else low, "maximum": high}


class FormBook(Workbook):
    """A workbook to fill in, in memory: add its sheets in their order, then take its `content`, once."""

    def add_form(self, name: str, columns: Sequence[FormColumn], needed: bool) -> None:
        """A new sheet to fill in, whose heads are protected; the tab of one that is `needed` is dark."""
        sheet = self._add_sheet(name, [])
        sheet.set_tab_color(NEEDED if needed else OPTIONAL)
        sheet.set_row(0, HEAD_HEIGHT)
        rows = max((len(column.cells) for column in columns), default=0)
        for c, column in enumerate(columns):
            self._write_column(sheet, c, column)
            if column.check:
                sheet.data_validation(1, c, rows + SPARE_ROWS, c, column.check)
        sheet.set_column(len(columns), len(columns) + SPARE_COLUMNS, None, self._format(locked=False))
        sheet.ignore_errors({"number_stored_as_text": xl_range(1, 0, rows + SPARE_ROWS, len(columns) - 1)})
        sheet.freeze_panes(1, 1)
        sheet.autofilter(0, 0, max(rows, 1), len(columns) - 1)
        sheet.protect("", dict.fromkeys(ALLOWED, True))
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)

    def add_lines(self, name: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """A new sheet of text that may be changed: every letter and blank of it stays as it is."""
        text = self._format(num_format=AS_TEXT)
        sheet = self._add_sheet(name, [])
        for c, head in enumerate(heads):
            letters = [len(row[c]) for row in rows]
            sheet.set_column(c, c, min(LINES_WIDEST, max([NARROWEST, *letters])), text)
            sheet.write_string(0, c, head, self._format("form_heading"))
            for r, row in enumerate(rows, 1):
                sheet.write_string(r, c, row[c], text)
        sheet.freeze_panes(1, 0)

    def add_choices(self, name: str, word: str, column: str, cells: Sequence[str]) -> None:
        """A new hidden sheet with a list to choose from: a word, then `cells`, and what else `column` will hold.

        `column` is a column of another sheet, with a head, such as `sources!$A:$A`.
        """
        sheet = self._add_sheet(name, [])
        sheet.write_string(0, 0, word)
        for r, cell in enumerate(cells, 1):
            sheet.write_formula(r, 0, f'=INDEX({column},{r + 1})&""', value=cell)
        sheet.hide()

    def add_pages(self, name: str, widths: tuple[float, float], pages: Sequence[tuple[str, Mapping[str, str]]]) -> None:
        """A new sheet with titles, and under each its labels with their texts, in rows as high as the texts need."""
        sheet = self._add_sheet(name, widths)
        sheet.fit_to_pages(1, 0)
        row = 0
        for title, lines in pages:
            sheet.write_string(row, 0, title, self._format("title"))
            for row, (label, text) in enumerate(lines.items(), row + 2):  # noqa: B020 - goes on where it was
                sheet.write_string(row, 0, label, self._format("label"))
                sheet.write_string(row, 1, text, self._format("text"))
                sheet.set_row(row, ROW_HEIGHT * (1 + int(len(text) / widths[1])))
            row += 3

    def _write_column(self, sheet: Any, c: int, column: FormColumn) -> None:
        height = LINE_HEIGHT * (1 + sum(1 + len(line) // LINE_LETTERS for line in column.note.split("\n")))
        sheet.set_column(c, c, column.width, self._format(num_format=column.number_format, locked=False))
        sheet.write_string(0, c, column.head, self._format("form_heading"))
        sheet.write_comment(0, c, column.note, {"width": NOTE_WIDTH, "height": height})
        shown = column.cell_formats or [column.number_format] * len(column.cells)
        for r, (cell, number_format) in enumerate(zip(column.cells, shown, strict=True), 1):
            if isinstance(cell, str):
                cell = cell.replace("\r\n", "\n").replace("\r", "\n")  # the line ends of a cell
                style = {"num_format": AS_TEXT} if len(cell) <= LONGEST_AS_TEXT else {"quote_prefix": True}
                sheet.write_string(r, c, cell, self._format(**style, locked=False))
            elif cell is not None:
                sheet.write_number(r, c, cell, self._format(num_format=number_format, locked=False))
