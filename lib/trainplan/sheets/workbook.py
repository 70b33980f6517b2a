"""A workbook of Excel: sheets that are tables with their headings frozen, and sheets that are pages of text.

Text stays text: what begins like a formula, a link or a number is never made one; the only formulas are `Sum`s and
`Ratio`s. Equal content gives equal bytes.
"""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_range, xl_rowcol_to_cell

from trainplan.sheets.charts import ROWS_EACH, StackedChart, draw_chart
from trainplan.sheets.formats import GENERAL

CREATED = datetime(2011, 12, 30)  # of the file's properties, so that the bytes do not depend on the day
LONGEST_NAME = 31  # letters that Excel takes for the name of a sheet
NOT_IN_NAMES = str.maketrans("[]:*?/\\", "()-----")
NARROWEST, WIDEST = 14, 60  # columns, in letters
LINE = 15  # points: the height of a line of text
PAGE = 200  # letters that can be read on the width of a sheet of paper
LETTERS_IN_WIDTH = 1.1  # of running text, in a width of one digit
A4 = 9  # as Excel counts sizes of paper
HEADING_LETTER = 0.7  # of a column's letter: a heading breaks into lines
BOLD = 0.8  # of the letters of a line are in one that is bold
OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
HEADING = {"bold": True, "text_wrap": True, "valign": "top", "bottom": 2, "bg_color": "#f4f6f9"}
STYLES: dict[str, dict[str, Any]] = {
    "form_heading": HEADING,
    "heading": {**HEADING, "align": "left", "indent": 1},
    "number_heading": {**HEADING, "align": "right"},
    "title": {"bold": True, "font_size": 15},
    "label": {"bold": True, "valign": "top"},
    "text": {"text_wrap": True, "valign": "top"},
    "total": {"bold": True, "top": 1},
    "indented": {"align": "left", "indent": 1},
    "long": {"text_wrap": True},
}


@dataclass(frozen=True)
class Sum:
    """A cell that adds up others: so many `above` it or to its `left`, or those `of` these places less those others.

    Places are (row, column) of the sheet, from 0; `value` is what the formula gives.
    """

    value: float
    above: int = 0
    left: int = 0
    of: tuple[tuple[int, int], ...] = ()
    less: tuple[tuple[int, int], ...] = ()

    def formula(self, row: int, column: int) -> str:
        """The formula for the cell in this place."""
        if self.of:
            return f"=SUM({_ranges(self.of)})" + (f"-SUM({_ranges(self.less)})" if self.less else "")
        first = (row - self.above, column) if self.above else (row, column - self.left)
        last = (row - 1, column) if self.above else (row, column - 1)
        return f"=SUM({xl_range(*first, *last)})"


@dataclass(frozen=True)
class Ratio:
    """A cell that divides the one at a place, (row, column) from 0, by another; nothing where that is 0."""

    value: float
    over: tuple[int, int]
    under: tuple[int, int]

    def formula(self, row: int, column: int) -> str:
        """The formula, the same for every cell."""
        over, under = xl_rowcol_to_cell(*self.over), xl_rowcol_to_cell(*self.under)
        return f'=IF({under}=0,"",{over}/{under})'


def _ranges(places: Sequence[tuple[int, int]]) -> str:
    """Places as Excel writes them, neighbors in a column or a row as one range."""
    ranges: list[list[tuple[int, int]]] = []
    for place in places:
        step = (place[0] - ranges[-1][-1][0], place[1] - ranges[-1][-1][1]) if ranges else (0, 0)
        along = not ranges or len(ranges[-1]) == 1 or place[step[0]] == ranges[-1][0][step[0]]
        if step in ((1, 0), (0, 1)) and along:
            ranges[-1].append(place)
        else:
            ranges.append([place])
    return ",".join(xl_range(*some[0], *some[-1]) for some in ranges)


Cell = str | float | Sum | Ratio | None  # text, a number, a sum or ratio of other cells, or nothing


@dataclass(frozen=True)
class SheetColumn:
    """A column of a table: its heading, its cells, and the format of those that are numbers, of all or of each."""

    heading: str
    cells: Sequence[Cell]
    number_format: str | Sequence[str] = GENERAL

    @property
    def width(self) -> float:
        """The width in letters that shows every text and number of the column, within bounds."""
        return min(WIDEST, max([NARROWEST, len(self.heading) * HEADING_LETTER, *map(_letters, self.cells)]))

    @property
    def has_numbers(self) -> bool:
        """Whether any cell is a number."""
        return any(isinstance(cell, int | float | Sum | Ratio) for cell in self.cells)

    def format_of(self, row: int) -> str:
        """The format of the number in a row of the table, the first of which is 0."""
        return self.number_format if isinstance(self.number_format, str) else self.number_format[row]


def row_height(texts: Collection[str], width: float) -> float:
    """How high in points a row is whose texts break into lines of a width in letters.

    Excel finds that itself as little as LibreOffice does, where cells are merged or a file is new.
    """
    return LINE * max([1, *(math.ceil(len(text) / (width * LETTERS_IN_WIDTH)) for text in texts)])


def _letters(cell: Cell) -> int:
    """How many letters a cell takes with its margin: a number those of its whole part, with room for a bold one."""
    number = cell.value if isinstance(cell, Sum | Ratio) else cell
    return len(number) + 1 if isinstance(number, str) else len(f"{number or 0:,.0f}") + 2


class Workbook:
    """A workbook in memory: add its sheets in their order, then take its `content`, once."""

    def __init__(self, title: str) -> None:
        self._buffer = io.BytesIO()
        self._book = xlsxwriter.Workbook(self._buffer, OPTIONS)
        self._book.set_properties({"title": title, "created": CREATED})
        self._formats: dict[tuple[tuple[str, Any], ...], Any] = {}  # by their properties

    def add_page(self, name: str, widths: Sequence[float]) -> TextPage:
        """A new sheet of text whose columns have these widths in letters."""
        sheet = self._add_sheet(name, widths)
        sheet.fit_to_pages(1, 1)
        return TextPage(sheet, self._format, widths)

    def add_table(
        self, name: str, columns: Sequence[SheetColumn], totals: Collection[int] = (), labels: int = 0
    ) -> TableSheet:
        """A new sheet that is a table: headings and the first `labels` columns stay in sight, and on every page.

        It takes the width of one page, with labels of as many as can be read. Every column is filtered by its values,
        unless some rows (0 is the first) are `totals` of others.
        """
        sheet = self._add_sheet(name, [column.width for column in columns])
        sheet.freeze_panes(1, labels)
        sheet.set_row(0, max([LINE, *(row_height([column.heading], column.width * BOLD) for column in columns)]))
        rows = max((len(column.cells) for column in columns), default=0)
        for c, column in enumerate(columns):
            style = self._format("number_heading" if column.has_numbers else "heading")
            sheet.write_string(0, c, column.heading, style)
            for r, cell in enumerate(column.cells):
                self._write(sheet, r + 1, c, cell, self._cell_style(cell, column.format_of(r), r in totals))
        for r in range(rows):
            long = [cell for column in columns if isinstance(cell := column.cells[r], str) and len(cell) > WIDEST]
            if long:
                sheet.set_row(r + 1, row_height(long, WIDEST))
        sheet.ignore_errors({"number_stored_as_text": xl_range(0, 0, rows, max(0, len(columns) - 1))})
        if rows and not totals:
            sheet.autofilter(0, 0, rows, len(columns) - 1)
        sheet.set_landscape()
        sheet.fit_to_pages(math.ceil(sum(column.width for column in columns) / PAGE) if labels else 1, 0)
        sheet.repeat_rows(0)
        if labels:
            sheet.repeat_columns(0, labels - 1)
        return TableSheet(str(sheet.get_name()), labels, len(columns) - 1)

    def add_charts(self, name: str, charts: Sequence[tuple[TableSheet, StackedChart]]) -> None:
        """A new sheet of charts, one under another: each of rows of a table, over the columns of its numbers."""
        sheet = self._add_sheet(name, [])
        for place, (table, chart) in enumerate(charts):
            drawn = draw_chart(self._book, table.name, range(table.labels, table.last), chart)
            sheet.insert_chart(place * ROWS_EACH, 0, drawn)
        sheet.fit_to_pages(1, 1)

    def content(self) -> bytes:
        """The finished file; nothing can be added afterwards."""
        self._book.close()
        return self._buffer.getvalue()

    def _add_sheet(self, name: str, widths: Sequence[float]) -> Any:
        sheet = self._book.add_worksheet(sheet_name(name, [sheet.get_name() for sheet in self._book.worksheets()]))
        sheet.set_paper(A4)
        sheet.set_footer("&L&A&R&P/&N")
        for c, width in enumerate(widths):
            sheet.set_column(c, c, width)
        return sheet

    def _write(self, sheet: Any, row: int, column: int, cell: Cell, style: Any) -> None:
        if isinstance(cell, str):
            sheet.write_string(row, column, cell, style)
        elif isinstance(cell, Sum | Ratio):
            sheet.write_formula(row, column, cell.formula(row, column), style, float(cell.value))
        elif cell is not None:
            sheet.write_number(row, column, cell, style)

    def _cell_style(self, cell: Cell, number_format: str, total: bool) -> Any:
        used = ["total"] if total else []
        if isinstance(cell, str):
            used, number_format = [*used, "indented", *(["long"] if len(cell) > WIDEST else [])], GENERAL
        return self._format(*used, num_format=number_format, valign="top")

    def _format(self, *styles: str, **properties: Any) -> Any:
        """The format of these STYLES and properties, made when it is first asked for."""
        for style in reversed(styles):
            properties = {**STYLES[style], **properties}
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            self._formats[key] = self._book.add_format(properties)
        return self._formats[key]


def sheet_name(name: str, taken: Collection[str]) -> str:
    """The name as Excel takes it for a sheet beside those that are `taken`: cut, without forbidden letters, its own."""
    name, others = name.translate(NOT_IN_NAMES).strip("' "), {other.casefold() for other in taken}
    endings = ("", *(f" ({n})" for n in range(2, len(others) + 3)))
    found = (name[: LONGEST_NAME - len(ending)] + ending for ending in endings)
    return next(one for one in found if one.casefold() not in others)


@dataclass(frozen=True)
class TableSheet:
    """A sheet that is a table, by its name: so many first columns are labels, the `last` one is a total."""

    name: str
    labels: int
    last: int


class TextPage:
    """A sheet of text, written from top to bottom."""

    def __init__(self, sheet: Any, style: Callable[[str], Any], widths: Sequence[float]) -> None:
        self._sheet, self._style, self._widths, self._row = sheet, style, widths, 0

    def add_title(self, text: str) -> None:
        """A large line, with an empty one after it."""
        self._sheet.write_string(self._row, 0, text, self._style("title"))
        self._row += 2

    def add_line(self, label: str, text: str) -> None:
        """A label in the first column and a text over all others, in as many lines as it takes."""
        self._sheet.set_row(self._row, row_height([text], sum(self._widths[1:])))
        self._sheet.write_string(self._row, 0, label, self._style("label"))
        self._sheet.merge_range(self._row, 1, self._row, len(self._widths) - 1, "", self._style("text"))
        self._sheet.write_string(self._row, 1, text, self._style("text"))
        self._row += 1

    def add_table(self, title: str, columns: Sequence[SheetColumn]) -> None:
        """A table of text under its title, after an empty line."""
        self._row += 1
        self._sheet.write_string(self._row, 0, title, self._style("label"))
        for c, column in enumerate(columns):
            self._sheet.write_string(self._row + 1, c, column.heading, self._style("heading"))
            for r, cell in enumerate(column.cells, self._row + 2):
                self._sheet.write_string(r, c, str(cell), self._style("text"))
        self._row += 2
        for cells in zip(*(column.cells for column in columns), strict=True):
            texts = zip(map(str, cells), self._widths, strict=False)
            self._sheet.set_row(self._row, max(row_height([text], width) for text, width in texts))
            self._row += 1
