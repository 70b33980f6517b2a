"""A workbook of Excel: sheets that are tables with their headings frozen, and sheets that are pages of text.

Text stays text: what begins like a formula, a link or a number is never made one. Equal content gives equal bytes.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import xlsxwriter

from trainplan.sheets.formats import GENERAL

CREATED = datetime(2011, 12, 30)  # of the file's properties, so that the bytes do not depend on the day
LONGEST_NAME = 31  # letters that Excel takes for the name of a sheet
NARROWEST, WIDEST = 14, 60  # columns, in letters
HEADING_LETTER = 0.7  # of a column's letter: a heading breaks into lines
OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
STYLES: dict[str, dict[str, Any]] = {
    "heading": {"bold": True, "text_wrap": True, "valign": "top", "bottom": 2, "bg_color": "#f4f6f9"},
    "title": {"bold": True, "font_size": 15},
    "label": {"bold": True, "valign": "top"},
    "text": {"text_wrap": True, "valign": "top"},
}

Cell = str | float | None  # text, a number, or nothing


@dataclass(frozen=True)
class SheetColumn:
    """A column of a table: its heading, its cells, and the format of those that are numbers."""

    heading: str
    cells: Sequence[Cell]
    number_format: str = GENERAL

    @property
    def width(self) -> float:
        """The width in letters that shows every text of the column, within bounds."""
        texts = [len(cell) for cell in self.cells if isinstance(cell, str)]
        return min(WIDEST, max([NARROWEST, len(self.heading) * HEADING_LETTER, *texts]))


class Workbook:
    """A workbook in memory: add its sheets in their order, then take its `content`, once."""

    def __init__(self, title: str) -> None:
        self._buffer = io.BytesIO()
        self._book = xlsxwriter.Workbook(self._buffer, OPTIONS)
        self._book.set_properties({"title": title, "created": CREATED})
        self._styles = {name: self._book.add_format(style) for name, style in STYLES.items()}
        self._number_styles: dict[str, Any] = {}

    def add_page(self, name: str, widths: Sequence[float]) -> TextPage:
        """A new sheet of text whose columns have these widths in letters."""
        return TextPage(self._add_sheet(name, widths), self._styles, last=len(widths) - 1)

    def add_table(self, name: str, columns: Sequence[SheetColumn]) -> None:
        """A new sheet that is a table: headings frozen and repeated on paper, every column filtered by its values."""
        sheet = self._add_sheet(name, [column.width for column in columns])
        sheet.freeze_panes(1, 0)
        for c, column in enumerate(columns):
            sheet.write_string(0, c, column.heading, self._styles["heading"])
            style = self._number_style(column.number_format)
            for r, cell in enumerate(column.cells, 1):
                if isinstance(cell, str):
                    sheet.write_string(r, c, cell)
                elif cell is not None:
                    sheet.write_number(r, c, cell, style)
        rows = max((len(column.cells) for column in columns), default=0)
        if rows:
            sheet.autofilter(0, 0, rows, len(columns) - 1)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)

    def content(self) -> bytes:
        """The finished file; nothing can be added afterwards."""
        self._book.close()
        return self._buffer.getvalue()

    def _add_sheet(self, name: str, widths: Sequence[float]) -> Any:
        sheet = self._book.add_worksheet(name[:LONGEST_NAME])
        for c, width in enumerate(widths):
            sheet.set_column(c, c, width)
        return sheet

    def _number_style(self, number_format: str) -> Any:
        if number_format not in self._number_styles:
            self._number_styles[number_format] = self._book.add_format({"num_format": number_format})
        return self._number_styles[number_format]


class TextPage:
    """A sheet of text, written from top to bottom."""

    def __init__(self, sheet: Any, styles: dict[str, Any], last: int) -> None:
        self._sheet, self._styles, self._last, self._row = sheet, styles, last, 0

    def add_title(self, text: str) -> None:
        """A large line, with an empty one after it."""
        self._sheet.write_string(self._row, 0, text, self._styles["title"])
        self._row += 2

    def add_line(self, label: str, text: str) -> None:
        """A label in the first column and a text over all others."""
        self._sheet.write_string(self._row, 0, label, self._styles["label"])
        self._sheet.merge_range(self._row, 1, self._row, self._last, "", self._styles["text"])
        self._sheet.write_string(self._row, 1, text, self._styles["text"])
        self._row += 1

    def add_table(self, title: str, columns: Sequence[SheetColumn]) -> None:
        """A table of text under its title, after an empty line."""
        self._row += 1
        self._sheet.write_string(self._row, 0, title, self._styles["label"])
        for c, column in enumerate(columns):
            self._sheet.write_string(self._row + 1, c, column.heading, self._styles["heading"])
            for r, cell in enumerate(column.cells, self._row + 2):
                self._sheet.write_string(r, c, str(cell), self._styles["text"])
        self._row += 2 + max((len(column.cells) for column in columns), default=0)
