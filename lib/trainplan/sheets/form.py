"""A workbook to fill in: heads that stay, a note on each, cells of a format, warnings for what is out of bounds."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from xlsxwriter.utility import xl_range

from trainplan.sheets.formats import AS_TEXT, GENERAL
from trainplan.sheets.workbook import BOLD, Workbook, row_height

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

ALLOWED_IN_FRAME = ("format_columns", "format_rows", "insert_rows")
FRAME_MARGINS = (0.4, 0.4, 0.6, 0.6)  # inches: left, right, top, bottom
FRAME_LINE = 18  # points: the least height of a row that somebody fills in
LETTERS = 11  # points
FRAME_FONT = {"font_name": "Times New Roman", "font_size": LETTERS, "valign": "vcenter"}
FRAME_HEAD = {**FRAME_FONT, "bold": True, "text_wrap": True, "align": "center", "border": 1, "bg_color": "#f4f6f9"}
FRAME_CODE = {**FRAME_FONT, "font_size": 9, "italic": True, "align": "center", "border": 1, "bg_color": "#f4f6f9"}
FRAME_CELLS: dict[str, dict[str, Any]] = {
    "open": {"border": 1, "locked": False, "text_wrap": True},
    "given": {"border": 1, "bg_color": "#f4f6f9", "text_wrap": True},
    "closed": {"border": 1, "bg_color": "#bfc9d4"},
    "faint": {"border": 1, "bg_color": "#f4f6f9", "font_color": "#bfc9d4", "font_size": 8},
}
MARKED = "#f0c26b"

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


def check_bounds(low: float, high: float, above: bool, whole: bool, says: str) -> Check:
    """Numbers between two bounds, of which the lower may not itself be allowed."""
    check: Check = {"validate": "integer" if whole else "decimal", "error_type": "warning", "error_message": says}
    return check | {"criteria": "between", "minimum": low + TINY if above else low, "maximum": high}


@dataclass(frozen=True)
class Calculated:
    """A cell that a formula fills; `value` is what it gives before anything is filled in."""

    formula: str
    value: str | float = ""


@dataclass(frozen=True)
class FrameColumn:
    """A column of a form of an office: its heading with a code under it, its width in letters, its cells.

    Cells may be changed where it is `open`, but for those of the rows that are `closed`, from 0. A `faint` column is
    there for programs alone. A cell stands out where `marked_if` holds, a condition written for the first row.
    """

    head: str
    code: str
    width: float
    cells: Sequence[Filled | Calculated]
    number_format: str = GENERAL
    open: bool = False
    closed: Collection[int] = ()
    faint: bool = False
    check: Check | None = None
    marked_if: str = ""


@dataclass(frozen=True)
class Frame:
    """What stands around the table of a form of an office: pairs are to the left and to the right."""

    over: Sequence[tuple[str, str]]
    title: str
    subtitle: str
    unit: str
    signatures: Sequence[tuple[str, str]]

    @property
    def first_row(self) -> int:
        """The row of the sheet, from 0, in which the table begins, under its headings and their codes."""
        return len(self.over) + 5


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

    def add_framed(self, name: str, frame: Frame, columns: Sequence[FrameColumn], frozen: int) -> None:
        """A new sheet that is a form of an office, as wide as a page, to be filled in where its columns are open.

        The headings and the first `frozen` columns stay in sight.
        """
        widths = [column.width for column in columns]
        sheet = self._add_sheet(name, widths)
        first, rows = frame.first_row, max(len(column.cells) for column in columns)
        self._write_frame(sheet, frame, widths, first + rows)
        head = self._format(**FRAME_HEAD)
        sheet.set_row(first - 2, max(row_height([column.head], column.width * BOLD) for column in columns))
        for c, column in enumerate(columns):
            sheet.write_string(first - 2, c, column.head, head)
            sheet.write_string(first - 1, c, f"({column.code})" if column.code else "", self._format(**FRAME_CODE))
            self._write_frame_column(sheet, first, c, column)
        for r in range(rows):
            texts = [(cell, c.width) for c in columns if isinstance(cell := c.cells[r], str) and cell and not c.faint]
            if texts:  # other rows grow as they are filled in
                sheet.set_row(first + r, max(FRAME_LINE, *(row_height([cell], width) for cell, width in texts)))
        sheet.freeze_panes(first, frozen)
        sheet.protect("", dict.fromkeys(ALLOWED_IN_FRAME, True))
        sheet.set_landscape()
        sheet.set_margins(*FRAME_MARGINS)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(first - 2, first - 1)

    def _write_frame(self, sheet: Any, frame: Frame, widths: Sequence[float], end: int) -> None:
        """The lines over the headings, and the signatures under the last row, which is that before `end`."""
        n = len(widths)
        half = next((c for c in range(1, n) if 2 * sum(widths[:c]) >= sum(widths)), n)
        pairs = [*enumerate(frame.over), *enumerate(frame.signatures, end + 1)]
        lines: list[tuple[int, range, str, dict[str, Any]]] = [
            *((row, range(half), left, {"bold": row in (len(frame.over) - 1, end + 2)}) for row, (left, _) in pairs),
            *((row, range(half, n), right, {"bold": row in (0, end + 2)}) for row, (_, right) in pairs),
            (len(frame.over), range(n), frame.title, {"bold": True, "font_size": 14, "locked": True}),
            (len(frame.over) + 1, range(n), frame.subtitle, {"locked": True}),
            (len(frame.over) + 2, range(half, n), frame.unit, {"italic": True, "align": "right", "locked": True}),
        ]
        heights: dict[int, float] = {}
        for row, place, text, properties in lines:
            if not place:
                continue
            style = self._format(**{**FRAME_FONT, "align": "center", "text_wrap": True, "locked": False, **properties})
            if len(place) > 1:
                sheet.merge_range(row, place[0], row, place[-1], "", style)
            sheet.write_string(row, place[0], text, style)
            high = row_height([text], sum(widths[c] for c in place) * BOLD)
            heights[row] = max(heights.get(row, 0), high * properties.get("font_size", LETTERS) / LETTERS)
        for row, height in heights.items():
            sheet.set_row(row, height)

    def _write_frame_column(self, sheet: Any, first: int, c: int, column: FrameColumn) -> None:
        """The cells of a column, from the row `first` on."""
        for r, cell in enumerate(column.cells):
            state = "faint" if column.faint else "closed" if r in column.closed else "open" if column.open else "given"
            style = self._format(**{**FRAME_FONT, **FRAME_CELLS[state]}, num_format=column.number_format)
            if isinstance(cell, Calculated):
                sheet.write_formula(first + r, c, cell.formula, style, cell.value)
            elif isinstance(cell, str):
                sheet.write_string(first + r, c, cell, style)
            elif cell is None:
                sheet.write_blank(first + r, c, None, style)
            else:
                sheet.write_number(first + r, c, cell, style)
        last = first + len(column.cells) - 1
        if column.check and column.cells:
            sheet.data_validation(first, c, last, c, column.check)
        if column.marked_if and column.cells:
            marked = {"type": "formula", "criteria": column.marked_if, "format": self._format(bg_color=MARKED)}
            sheet.conditional_format(first, c, last, c, marked)

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

    def add_hidden(self, name: str, columns: Mapping[str, Sequence[Filled | Calculated]]) -> None:
        """A new hidden sheet of columns under their heads, for formulas, lists to choose from and programs."""
        sheet = self._add_sheet(name, [])
        for c, (head, cells) in enumerate(columns.items()):
            sheet.write_string(0, c, head)
            for r, cell in enumerate(cells, 1):
                if isinstance(cell, Calculated):
                    sheet.write_formula(r, c, cell.formula, None, cell.value)
                elif isinstance(cell, str):
                    sheet.write_string(r, c, cell, self._format(num_format=AS_TEXT))
                elif cell is not None:
                    sheet.write_number(r, c, cell)
        sheet.protect()
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
