"""A matrix: a mark and a number where a row meets a column, in a table that is read aloud and scrolls on a phone.

Marks are drawn, so that they print and need no colors; the column or cell that matters most has a frame.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from markupsafe import Markup, escape

from trainplan.report.assembly import in_scroll
from trainplan.report.drawing import INK, PAPER, RULE, VERDICT_MARKS, VERDICTS
from trainplan.report.page_figure import Caption, HtmlFigure
from trainplan.text.catalog import say, term
from trainplan.text.formats import number

ALL_ROWS, ALIKE_FOLDED = 30, 100  # rows up to which all are shown, and up to which only those alike everywhere fold
ALL_YEARS, EVERY = 10, 5
CIRCLE, HALF = "M1.5 6a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0-9 0z", "M6 1.5a4.5 4.5 0 0 0 0 9z"
STYLE = (
    ".drawn .scroll{overflow-x:auto}"
    ".drawn table.marks{border-collapse:collapse;min-width:0;font-variant-numeric:tabular-nums}"
    f".marks tr{{background:{PAPER}}}"
    f".marks th,.marks td{{padding:.3rem .5rem;border:0 solid {RULE};border-bottom-width:1px;vertical-align:middle}}"
    ".marks td{white-space:nowrap}.marks :is(td,thead th){text-align:right;min-width:3.2rem}"
    ".marks thead th{vertical-align:bottom;max-width:9rem}.marks.dots :is(td,thead th){text-align:left}"
    f".marks :is(thead,tbody) th:first-child{{text-align:left;min-width:6rem;max-width:22rem;"
    f"position:sticky;left:0;background:inherit;border-right:1px solid {RULE}}}"
    ".marks tbody th{font-weight:400}.marks .strong :is(th,td){font-weight:600}"
    ".marks .mark{width:.85em;height:.85em;vertical-align:-.08em;margin-right:.35em}"
    ".marks .aloud{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}"
    f".marks .framed{{border:2px solid {INK}}}.marks .column{{border:solid {INK};border-width:0 2px 1px}}"
    ".marks thead .column{border-top-width:2px}.marks tbody tr:last-child .column{border-bottom-width:2px}"
    "@media screen and (max-width:40rem){.marks :is(thead,tbody) th:first-child{max-width:42vw}}"
    "@media print{.marks :is(td,thead th):not(:first-child){min-width:0}}"
)


@dataclass(frozen=True)
class MatrixCell:
    """A cell: `text` beside the mark of `look`, a verdict or nothing."""

    text: str = ""
    look: str = ""
    framed: bool = False


@dataclass(frozen=True)
class MatrixRow:
    """A row by its name, a cell for every column; of very many rows those of a `group` are shown together.

    A `strong` one holds sums of others.
    """

    name: str
    cells: tuple[MatrixCell, ...]
    group: str = ""
    strong: bool = False


@dataclass(frozen=True)
class MatrixHead:
    """What stands above the rows: what they are, and the columns, of which one may have a frame."""

    rows: str
    columns: tuple[str, ...]
    framed: int | None = None


def matrix(name: str, caption: Caption, head: MatrixHead, rows: Sequence[MatrixRow], language: str) -> HtmlFigure:
    """The rows as a figure, to whose reading the marks are added that are there.

    Of many rows those that are alike in every column fold, of very many all of them below a row a group.
    """
    caption = replace(caption, reading=(*_legend(rows, language), *caption.reading))
    parts = [f"<style>{STYLE}</style>", *_tables(head, rows, caption.alt, language)]
    return HtmlFigure(name, caption, Markup("".join(parts)))


def short_cell(look: str, people: float, language: str, framed: bool = False) -> MatrixCell:
    """A verdict and the people who are short; no number where it is met."""
    return MatrixCell("" if look == "met" else number(people, language), look, framed)


def years_shown(years: Sequence[int], due: Collection[int]) -> list[int]:
    """The places of the years that have a column: all, or of many those in which something is due and every fifth."""
    every = len(years) <= ALL_YEARS
    return [k for k, year in enumerate(years) if every or year in due or year % EVERY == 0]


def _legend(rows: Sequence[MatrixRow], language: str) -> list[str]:
    looks = {cell.look for row in rows for cell in row.cells}
    marks = [f"{mark} {term('verdict', look, language)}" for look, mark in VERDICT_MARKS.items() if look in looks]
    return [", ".join(marks) + "."] if marks else []


def _tables(head: MatrixHead, rows: Sequence[MatrixRow], alt: str, language: str) -> list[str]:
    """The table, and the folded ones below it."""
    if len(rows) <= ALL_ROWS:
        return [_table(head, rows, alt, language)]
    if len(rows) <= ALIKE_FOLDED:
        alike = [row for row in rows if len({cell.look or cell.text for cell in row.cells}) == 1]
        shown, folded = [row for row in rows if row not in alike], {say("figure.matrix.alike", language): alike}
    else:
        ordered = sorted(rows, key=lambda row: row.group)
        folded = {group: [*own] for group, own in groupby(ordered, lambda row: row.group)}
        shown = [_group_row(group, own) for group, own in folded.items()]
    tables = [_table(head, shown, alt, language)] if shown else []
    return tables + [
        f"<details><summary>{escape(title)} ({len(own)})</summary>{_table(head, own, title, language)}</details>"
        for title, own in folded.items()
        if own
    ]


def _group_row(group: str, rows: Sequence[MatrixRow]) -> MatrixRow:
    """The rows of a group as how many of them are met in every column."""
    columns = zip(*(row.cells for row in rows), strict=True)
    return MatrixRow(group, tuple(MatrixCell(f"{sum(c.look == 'met' for c in own)}/{len(own)}") for own in columns))


def _table(head: MatrixHead, rows: Sequence[MatrixRow], alt: str, language: str) -> str:
    """A table of its own that scrolls; `alt` is read aloud."""
    columns = [
        f'<th scope="col"{_class(k == head.framed and "column")}>{escape(column)}</th>'
        for k, column in enumerate(head.columns)
    ]
    body = [
        f'<tr{_class(row.strong and "strong")}><th scope="row">{escape(row.name)}</th>'
        + "".join(_cell(cell, k == head.framed, language) for k, cell in enumerate(row.cells))
        + "</tr>\n"
        for row in rows
    ]
    dots = " dots" if any(cell.look for row in rows for cell in row.cells) else ""
    return in_scroll(
        f'<table class="marks{dots}">'
        f'<caption class="aloud">{escape(str(alt))}</caption>'
        f'<thead><tr><th scope="col">{escape(head.rows)}</th>{"".join(columns)}</tr></thead>\n'
        f"<tbody>{''.join(body)}</tbody></table>"
    )


def _cell(cell: MatrixCell, in_frame: bool, language: str) -> str:
    names = _class(cell.framed and "framed", in_frame and "column")
    return f"<td{names}>{_mark(cell.look, language)}{escape(cell.text)}</td>"


def _class(*names: str | bool) -> str:
    given = " ".join(name for name in names if isinstance(name, str))
    return f' class="{given}"' if given else ""


def _mark(look: str, language: str) -> str:
    """A dot: hollow, half or full by its verdict, and the verdict for who hears the page."""
    if not look:
        return ""
    color = VERDICTS[look]
    fill = color if look == "met" else PAPER
    half = f'<path d="{HALF}" fill="{color}"/>' if look == "nearly" else ""
    dot = f'<path d="{CIRCLE}" fill="{fill}" stroke="{color}" stroke-width="2"/>'
    drawn = f'<svg class="mark" viewBox="0 0 12 12" aria-hidden="true">{dot}{half}</svg>'
    return f'{drawn}<span class="aloud">{escape(term("verdict", look, language))} </span>'
