"""A table with bars: a row a name, its numbers, and a bar that shows one of them to the eye.

The bars of a figure have one scale. They grow with the page and need no colors: parts have the looks of sources.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from trainplan.report.assembly import in_scroll
from trainplan.report.drawing import AXIS, INK, PAPER, SOURCES
from trainplan.report.page_figure import Caption, HtmlFigure
from trainplan.text.catalog import say

SHOWN = 12  # rows before the others fold
ROOM = 1.5  # percent left free at either end of a bar's cell, for strokes
STYLE = (
    ".bars .scroll{margin:0}.bars table{width:100%}"
    ".bars tbody th{font-weight:400;overflow-wrap:anywhere;min-width:7rem}"
    ".bars .bar{min-width:6rem;width:36%}.bars td.bar{padding-top:.45rem}.bars td:not(.n,.bar){min-width:9rem}"
    ".bars .bar svg{display:block;width:100%;height:18px}"
    ".bars .looks{margin:0 0 .3rem}.bars .looks span{margin-right:1.2rem;white-space:nowrap}"
    ".bars .looks svg{display:inline-block;width:22px;height:14px;vertical-align:-2px;margin-right:.35rem}"
    ".bars .patterns{position:absolute;width:0;height:0}.bars .drag{display:none}"
    "@media screen and (max-width:40rem){.bars .drag{display:block;text-align:right;margin:0;font-size:.875rem}"
    ".bars :is(thead,tbody) th:first-child{max-width:7.5rem;min-width:6rem}.bars .bar{min-width:5.5rem}}"
)


@dataclass(frozen=True)
class BarRow:
    """A row: its texts and its bar, in any one unit.

    `numbers` stand before the bar, `beside` after it. `parts` are laid end to end from `start`, each in the look of its
    place among SOURCES; negative ones go left. `frame` is a dashed frame from zero to a reference, `ceiling` a stroke.
    """

    name: str
    numbers: tuple[str, ...]
    parts: tuple[float, ...] = ()
    frame: float | None = None
    ceiling: float | None = None
    beside: tuple[str, ...] = ()
    start: float = 0.0

    @property
    def ends(self) -> tuple[float, float]:
        """The least and the greatest value that the bar reaches."""
        left, right = (self.start + sum(part for part in self.parts if (part > 0) is up) for up in (False, True))
        marks = [value for value in (self.frame, self.ceiling) if value is not None]
        return min(0.0, left, *marks), max(0.0, right, *marks)


@dataclass(frozen=True)
class BarColumns:
    """The headings, with units: of the names, of the numbers before the bar (two fit a phone), the bar, those after.

    `texts` are the places of columns after the bar that hold words, set to the left; `looks` names the parts of bars
    where there are several.
    """

    name: str
    numbers: tuple[str, ...]
    bar: str
    beside: tuple[str, ...] = ()
    texts: tuple[int, ...] = ()
    looks: tuple[str, ...] = ()


def bar_table(name: str, caption: Caption, columns: BarColumns, rows: Sequence[BarRow], language: str) -> HtmlFigure:
    """The rows as a table; those after the twelfth are folded.

    ValueError where a row has other numbers of texts than there are headings, or more parts than there are looks.
    """
    if any((len(r.numbers), len(r.beside)) != (len(columns.numbers), len(columns.beside)) for r in rows):
        raise ValueError("a row has as many texts as there are headings")
    if any(len(row.parts) > len(SOURCES) for row in rows):
        raise ValueError(f"a bar has at most {len(SOURCES)} parts")
    ends = [row.ends for row in rows]
    scale = _Scale(name, min((low for low, _ in ends), default=0.0), max((high for _, high in ends), default=0.0))
    head = "".join(
        (
            f'<th scope="col">{escape(columns.name)}</th>',
            *(f'<th scope="col" class="n">{escape(one)}</th>' for one in columns.numbers),
            f'<th scope="col" class="bar">{escape(columns.bar)}</th>',
            *(f'<th scope="col"{_right(k, columns)}>{escape(one)}</th>' for k, one in enumerate(columns.beside)),
        )
    )

    def table(some: Sequence[BarRow]) -> str:
        body = "".join(_row(row, columns, scale) for row in some)
        aloud = f'<caption class="unseen">{escape(str(caption.alt))}</caption>'
        head_and_body = f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody>"
        return in_scroll(f'<table class="trainplan">{aloud}{head_and_body}</table>')

    drag = f'<p class="drag" aria-hidden="true">{say("page.drag", language)}</p>' if columns.beside else ""
    rest = ""
    if len(rows) > SHOWN:
        more = say("page.more_rows", language, count=len(rows) - SHOWN)
        rest = f"<details><summary>{escape(more)}</summary>{table(rows[SHOWN:])}</details>"
    looks = max([len(columns.looks), *(len(row.parts) for row in rows)])
    parts = (f"<style>{STYLE}</style>", scale.patterns(looks), _key(columns.looks, scale), drag)
    return HtmlFigure(name, caption, Markup(f'<div class="bars">{"".join(parts)}{table(rows[:SHOWN])}{rest}</div>'))


def _right(place: int, columns: BarColumns) -> str:
    return "" if place in columns.texts else ' class="n"'


def _row(row: BarRow, columns: BarColumns, scale: _Scale) -> str:
    numbers = "".join(f'<td class="n">{escape(text)}</td>' for text in row.numbers)
    beside = "".join(f"<td{_right(k, columns)}>{escape(text)}</td>" for k, text in enumerate(row.beside))
    return f'<tr><th scope="row">{escape(row.name)}</th>{numbers}<td class="bar">{scale.bar(row)}</td>{beside}</tr>\n'


def _key(looks: Iterable[str], scale: _Scale) -> str:
    """The names of the parts beside their looks."""
    named = [
        f'<span><svg aria-hidden="true">{scale.box(k, 0.0, 100.0, 1)}</svg>{escape(look)}</span>'
        for k, look in enumerate(looks)
    ]
    return f'<p class="looks">{" ".join(named)}</p>' if named else ""


@dataclass(frozen=True)
class _Scale:
    """From the least to the greatest value of a figure's bars, and the figure's name, by which its patterns go."""

    name: str
    low: float
    high: float

    def place(self, value: float) -> float:
        """Where a value stands, percent of the cell's width."""
        return ROOM + (value - self.low) / ((self.high - self.low) or 1.0) * (100 - 2 * ROOM)

    def box(self, look: int, left: float, right: float, top: int = 3) -> str:
        """A rectangle in a look, between two places."""
        fill = f"url(#{self._pattern(look)})" if SOURCES[look][1] else SOURCES[look][0]
        return (
            f'<rect x="{left:.2f}%" y="{top}" width="{right - left:.2f}%" height="12" fill="{fill}"'
            f' stroke="{INK}" stroke-width="0.8"/>'
        )

    def _pattern(self, look: int) -> str:
        return f"{self.name}-look{look + 1}"

    def patterns(self, looks: int) -> str:
        """What the first looks are filled with, in a picture of no size that is never folded."""
        made = "".join(
            f'<pattern id="{self._pattern(k)}" width="8" height="8" patternUnits="userSpaceOnUse">'
            f'<rect width="8" height="8" fill="{color}"/>{marks}</pattern>'
            for k, (color, marks) in enumerate(SOURCES[:looks])
            if marks
        )
        return f'<svg class="patterns" aria-hidden="true"><defs>{made}</defs></svg>' if made else ""

    def bar(self, row: BarRow) -> str:
        """The bar of a row; nothing where it has neither parts nor marks."""
        drawn = [*self._parts(row), *self._marks(row)]
        zero = self._stroke(0.0, AXIS, 1) if drawn and self.low < 0 else ""
        return f'<svg aria-hidden="true">{zero}{"".join(drawn)}</svg>' if drawn else ""

    def _parts(self, row: BarRow) -> Iterable[str]:
        left = right = row.start
        for look, part in enumerate(row.parts):
            if part > 0:
                yield self.box(look, self.place(right), self.place(right + part))
                right += part
            elif part < 0:
                yield self.box(look, self.place(left + part), self.place(left))
                left += part

    def _marks(self, row: BarRow) -> Iterable[str]:
        if row.frame is not None:
            left, right = sorted((self.place(0.0), self.place(row.frame)))
            yield (
                f'<rect x="{left:.2f}%" y="1" width="{right - left:.2f}%" height="16" fill="none" stroke="{INK}"'
                ' stroke-width="1.2" stroke-dasharray="3 2"/>'
            )
        if row.ceiling is not None:
            yield self._stroke(row.ceiling, PAPER, 5) + self._stroke(row.ceiling, INK, 2.5)

    def _stroke(self, value: float, color: str, width: float) -> str:
        x = f"{self.place(value):.2f}%"
        return f'<line x1="{x}" y1="0" x2="{x}" y2="18" stroke="{color}" stroke-width="{width}"/>'
