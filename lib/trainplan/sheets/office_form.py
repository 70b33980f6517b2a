"""A form of an office that is filled in already: numbered columns, sections with subtotals, totals that are formulas.

A number that is shown rounded, as money in millions is, stands a second time as it is, to the right of the form and
outside of what is printed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, NamedTuple

from trainplan.sheets.form import FRAME_CODE, FRAME_FONT, FRAME_HEAD, FRAME_LINE, FRAME_MARGINS, FormBook, Frame
from trainplan.sheets.formats import NUMBER_FORMATS
from trainplan.sheets.workbook import BOLD, Cell, Ratio, Sum, row_height

WHOLE, TENTHS = f'{NUMBER_FORMATS["people"]};-{NUMBER_FORMATS["people"]};"–"', '#,##0.0;-#,##0.0;"–"'
EXACT_WIDTH = 16  # letters
CELL = {**FRAME_FONT, "border": 1, "text_wrap": True}
NOTE = {**FRAME_FONT, "italic": True, "text_wrap": True, "valign": "top"}
EXACT = {**FRAME_FONT, "font_color": "#5b6770"}


class Amount(NamedTuple):
    """A number as it is shown, and what it is exactly."""

    shown: float
    exact: float


class Share(float):
    """A number that is shown as a per cent."""


class Tenths(float):
    """A number that is shown with one decimal."""


FORMATS: Mapping[type, str] = {Amount: TENTHS, Tenths: TENTHS, Share: "0.0%"}
OfficeCell = str | float | Amount | None  # text, a number, or nothing


@dataclass(frozen=True)
class OfficeColumn:
    """A column: its heading and number, its width in letters, the heading over it and its neighbors of one `group`.

    `adds` are the columns, from 0, that it adds up in every row, `ratio` two of which it divides the first by the
    second; what is in no `total` is not added up over rows.
    """

    head: str
    number: str
    width: float
    group: str = ""
    adds: Sequence[int] = ()
    total: bool = True
    ratio: tuple[int, int] | None = None


@dataclass(frozen=True)
class OfficeRow:
    """A row: a cell for every column; where it `adds` up others less others, by their places, its numbers are theirs.

    A `strong` row is a section, or a total. Nothing is added up in one that is `given`.
    """

    cells: Sequence[OfficeCell]
    strong: bool = False
    adds: Sequence[int] = ()
    less: Sequence[int] = ()
    given: bool = False


@dataclass(frozen=True)
class OfficeForm:
    """A form: the name of its sheet, what stands around it, its columns and rows, and notes under it.

    `exact` is the unit of numbers as they are, where they are shown rounded.
    """

    name: str
    frame: Frame
    columns: Sequence[OfficeColumn]
    rows: Sequence[OfficeRow]
    notes: Sequence[str] = ()
    exact: str = ""

    @property
    def first_row(self) -> int:
        """The row of the sheet, from 0, in which the table begins."""
        return self.frame.first_row + any(column.group for column in self.columns)

    def cell(self, r: int, c: int) -> OfficeCell:
        """What stands in a row and a column, from 0; of a formula what it gives."""
        row, ratio = self.rows[r], self.columns[c].ratio
        if ratio:
            return _divide(self.cell(r, ratio[0]), self.cell(r, ratio[1]))
        added, taken = self.summands(r, c)
        if not added:
            return row.cells[c]
        whole, less = (add_up([self.cell(*place) for place in places]) for places in (added, taken))
        if row.less and (whole is None or less is None):
            return None
        return add_up([whole, _minus(less)])

    def summands(self, r: int, c: int) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
        """The places, (row, column), of what a cell adds up and of what it takes off; nothing for a plain one."""
        row, column = self.rows[r], self.columns[c]
        if row.given or column.ratio or row.cells[c] is not None:
            return [], []
        if column.adds and not row.less:
            return [(r, part) for part in column.adds], []
        if not column.total:
            return [], []
        return [(one, c) for one in row.adds], [(one, c) for one in row.less]


def add_up(cells: Sequence[OfficeCell]) -> OfficeCell:
    """The sum of what is a number; an amount where one is; None where nothing is."""
    numbers = [cell for cell in cells if cell is not None and not isinstance(cell, str)]
    if not numbers:
        return None
    plain = [cell for cell in numbers if not isinstance(cell, Amount)]
    if len(plain) == len(numbers):
        return float(sum(plain))
    pairs = [cell if isinstance(cell, Amount) else Amount(cell, cell) for cell in numbers]
    return Amount(round(sum(pair.shown for pair in pairs), 1), float(sum(pair.exact for pair in pairs)))


def _divide(over: OfficeCell, under: OfficeCell) -> OfficeCell:
    """What one number is of another as both are shown: a share of two of a kind, otherwise money for each."""
    if over is None or under is None or isinstance(over, str) or isinstance(under, str):
        return None
    one, other = (cell.shown if isinstance(cell, Amount) else cell for cell in (over, under))
    if not other:
        return None
    return Share(one / other) if isinstance(over, Amount) == isinstance(under, Amount) else Tenths(one / other)


def _minus(cell: OfficeCell) -> OfficeCell:
    if cell is None or isinstance(cell, str):
        return None
    return Amount(-cell.shown, -cell.exact) if isinstance(cell, Amount) else -cell


class OfficeBook(FormBook):
    """A workbook of forms, in memory: add them in their order, then take its `content`, once."""

    def add_office_form(self, form: OfficeForm) -> None:
        """A new sheet that is a form: A4 across, as wide as a page, its headings on every one."""
        columns, first, n = form.columns, form.first_row, len(form.columns)
        sheet = self._add_sheet(form.name, [column.width for column in columns])
        end = first + len(form.rows) + len(form.notes)
        self._write_frame(sheet, form.frame, [column.width for column in columns], end)
        self._write_heads(sheet, form)
        for r, row in enumerate(form.rows):
            texts = [(cell, column.width) for cell, column in zip(row.cells, columns, strict=True)]
            height = [row_height([cell], width) for cell, width in texts if isinstance(cell, str)]
            sheet.set_row(first + r, max([FRAME_LINE, *height]))
            for c in range(n):
                self._write_office_cell(sheet, form, r, c)
        for place, note in enumerate(form.notes, first + len(form.rows)):
            width = sum(column.width for column in columns)
            sheet.set_row(place, row_height([note], width))
            sheet.merge_range(place, 0, place, n - 1, "", self._format(**NOTE))
            sheet.write_string(place, 0, note, self._format(**NOTE))
        self._write_exact(sheet, form)
        sheet.freeze_panes(first, 2)
        sheet.set_landscape()
        sheet.set_margins(*FRAME_MARGINS)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(form.frame.first_row - 2, first - 1)
        sheet.print_area(0, 0, end + len(form.frame.signatures), n - 1)

    def _write_heads(self, sheet: Any, form: OfficeForm) -> None:
        """The headings, under those of their groups, and the row of numbers."""
        top, numbers = form.frame.first_row - 2, form.first_row - 1
        head, code = self._format(**FRAME_HEAD), self._format(**FRAME_CODE)
        for group, places in _groups(form.columns):
            if group and len(places) > 1:
                sheet.merge_range(top, places[0], top, places[-1], "", head)
            if group:
                sheet.write_string(top, places[0], group, head)
            for c in places:
                if not group and numbers - top > 1:
                    sheet.merge_range(top, c, numbers - 1, c, "", head)
                sheet.write_string(numbers - 1 if group else top, c, form.columns[c].head, head)
                sheet.write_string(numbers, c, form.columns[c].number, code)
        high = [(bool(column.group), row_height([column.head], column.width * BOLD)) for column in form.columns]
        under = max([FRAME_LINE, *(height for grouped, height in high if grouped)])
        whole = max([FRAME_LINE, *(height for _, height in high)])
        sheet.set_row(numbers - 1, under if numbers - top > 1 else whole)
        if numbers - top > 1:
            sheet.set_row(top, max(FRAME_LINE, whole - under))

    def _write_office_cell(self, sheet: Any, form: OfficeForm, r: int, c: int) -> None:
        cell, first = form.cell(r, c), form.first_row
        words, ratio = isinstance(cell, str), form.columns[c].ratio
        align = {"align": "center"} if c == 0 else {"indent": 1} if words else {"align": "right"}
        format = {} if words else {"num_format": FORMATS.get(type(cell), WHOLE)}
        style = self._format(**CELL, **format, **align, bold=form.rows[r].strong)
        added, taken = form.summands(r, c)
        shown: Cell = cell.shown if isinstance(cell, Amount) else cell
        if added and isinstance(shown, int | float):
            shown = Sum(shown, of=_on_sheet(added, first), less=_on_sheet(taken, first))
        if ratio and isinstance(shown, float):
            shown = Ratio(shown, *_on_sheet([(r, part) for part in ratio], first))
        if shown is None:
            sheet.write_blank(first + r, c, None, style)
        self._write(sheet, first + r, c, shown, style)

    def _write_exact(self, sheet: Any, form: OfficeForm) -> None:
        """What is shown rounded, exactly, one empty column away from the form."""
        n, first = len(form.columns), form.first_row
        cells = {c: [form.cell(r, c) for r in range(len(form.rows))] for c in range(n)}
        kept = [c for c in range(n) if any(isinstance(cell, Amount) for cell in cells[c])]
        place = {c: n + 1 + k for k, c in enumerate(kept)}
        for c, to in place.items():
            column = form.columns[c]
            sheet.set_column(to, to, max(EXACT_WIDTH, column.width))
            sheet.write_string(first - 2, to, f"{column.head} ({form.exact})", self._format(**EXACT, text_wrap=True))
            sheet.write_string(first - 1, to, column.number.partition("=")[0], self._format(**EXACT, align="center"))
            for r, cell in enumerate(cells[c]):
                style = self._format(**EXACT, num_format=WHOLE, bold=form.rows[r].strong)
                if not isinstance(cell, Amount):
                    continue
                added, taken = form.summands(r, c)
                moved = [[(row, place[at]) for row, at in some if at in place] for some in (added, taken)]
                formula = Sum(cell.exact, of=_on_sheet(moved[0], first), less=_on_sheet(moved[1], first))
                self._write(sheet, first + r, to, formula if added else cell.exact, style)


def _groups(columns: Sequence[OfficeColumn]) -> Iterator[tuple[str, list[int]]]:
    """Headings of groups, and the places of the neighbors that they stand over."""
    for group, members in groupby(range(len(columns)), key=lambda c: columns[c].group):
        yield group, list(members)


def _on_sheet(cells: Sequence[tuple[int, int]], first: int) -> tuple[tuple[int, int], ...]:
    """Places on the sheet."""
    return tuple((row + first, column) for row, column in cells)
