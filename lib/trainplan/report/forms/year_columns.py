"""A column a year: what is found by its parts, a frame up to what is asked for, a ceiling, and how far draws lie."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from trainplan.report.drawing import (
    AXIS,
    CLOSED,
    INK,
    NARROW,
    NOTE,
    PAPER,
    SOURCES,
    Drawing,
    Sheet,
    join_texts,
    text_width,
    wrap_words,
)
from trainplan.report.page_figure import Caption
from trainplan.text.catalog import say
from trainplan.text.formats import with_plus

TALL = 210.0  # px of the plot
RIGHT = 542.0  # where parts are named
LYING = (44.0, 236.0)  # from and to, of bars on a phone


@dataclass(frozen=True)
class YearColumn:
    """A year's amounts: what is found by its `parts`, what is `required`, the `ceiling` on all, and nine draws in ten.

    None where there is no ceiling, or no draw. `closed` is a year that is a fact.
    """

    year: int
    parts: tuple[float, ...]
    required: float
    ceiling: float | None = None
    band: tuple[float, float] | None = None
    closed: bool = False

    @property
    def total(self) -> float:
        """The sum of the parts."""
        return sum(self.parts)

    @property
    def top(self) -> float:
        """The largest amount to be drawn."""
        return max(self.total, self.required, self.ceiling or 0.0, *(self.band or ()))


@dataclass(frozen=True)
class YearColumns:
    """All years, the names of the parts, how amounts are written and their unit, and what is not found in words.

    Amounts below `least` are nothing. `row` is empty where nothing can lack. `up_to` stands before a ceiling. The
    plot is `tall` px.
    """

    years: tuple[YearColumn, ...]
    names: tuple[str, ...]
    write: Callable[[float], str]
    unit: str
    least: float
    row: str
    up_to: str = "≤ "
    tall: float = TALL

    @property
    def top(self) -> float:
        """The largest amount to be drawn."""
        return max([self.least, *(year.top for year in self.years)])

    def sum_of(self, year: YearColumn) -> str:
        """The sum of the parts and, where it is less, what is required."""
        framed = year.required - year.total > self.least
        return f"{self.write(year.total)} / {self.write(year.required)}" if framed else self.write(year.total)

    def lacking(self, year: YearColumn) -> str:
        """What is not found, with its sign; nothing where nothing can lack."""
        lacking = year.required - year.total
        return (with_plus(self.write(lacking)) if abs(lacking) >= self.least else "0") if self.row else ""

    def limits(self) -> list[str]:
        """The ceiling of each year in words, where it changes."""
        said = ["" if year.ceiling is None else f"{self.up_to}{self.write(year.ceiling)}" for year in self.years]
        return [words if k == 0 or words != said[k - 1] else "" for k, words in enumerate(said)]

    def marks(self) -> list[str]:
        """The marks that are there, by which it is told how to read them."""
        there = {
            "frame": any(year.required - year.total > self.least for year in self.years),
            "ceiling": any(year.ceiling is not None for year in self.years),
            "not_found": bool(self.row),
            "band": any(year.band for year in self.years),
            "closed": any(year.closed for year in self.years),
        }
        return [mark for mark, shown in there.items() if shown]


def as_few(amounts: Mapping[str, float]) -> tuple[list[str], list[str]]:
    """The ids that have an amount, the largest first: those with a look of their own, and those taken together."""
    order = sorted((id for id, amount in amounts.items() if amount > 0), key=lambda id: -amounts[id])
    own = order if len(order) <= len(SOURCES) else order[: len(SOURCES) - 1]
    return own, order[len(own) :]


def year_band(bands: pd.DataFrame | None, year: int) -> tuple[float, float] | None:
    """Nine draws in ten of a year, from a table of bands by year; None without draws."""
    return None if bands is None else (float(bands.at[year, "p05"]), float(bands.at[year, "p95"]))


def columns_drawing(name: str, made: YearColumns, caption: Caption, language: str) -> Drawing:
    """The columns as a figure, whose `alt` also tells the three largest years with their sums.

    A caption that does not say how to read the marks gets what is said of those that are there.
    """
    largest = sorted(made.years, key=lambda year: -year.total)[:3]
    years = "; ".join(f"{year.year} {made.write(year.total)} {made.unit}" for year in largest)
    alt = f"{caption.finding} {say('figure.year_columns.most', language, years=years)}"
    read = tuple(say(f"figure.year_columns.{mark}", language) for mark in ("bars", *made.marks()))
    caption = replace(caption, alt=alt, reading=caption.reading or read)
    return Drawing(name, caption, lambda sheet: draw_columns(sheet, made))


# --- how it is drawn


def draw_columns(sheet: Sheet, made: YearColumns) -> None:
    """Columns on a wide page, lying bars on a phone."""
    sheet.height = (_draw_lying if sheet.width == NARROW else _draw_upright)(sheet, made) + 4


def _draw_upright(sheet: Sheet, made: YearColumns) -> float:
    """A column a year with its amounts above, what is not found below; returns where the drawing ends."""
    slot = (RIGHT - 40) / len(made.years)
    width, base = min(90.0, slot * 0.62), 2 * sheet.line_height + 12 + made.tall
    centers = [4 + (k + 0.5) * slot for k in range(len(made.years))]
    sums, limits = [made.sum_of(year) for year in made.years], made.limits()
    if max(text_width(words, sheet.size, bold=True) for words in sums) + 4 > slot:  # the sums alone then
        sums = [made.write(year.total) for year in made.years]
    lacking = [made.lacking(year) for year in made.years]
    names = [str(year.year) for year in made.years]
    widths = [text_width(words, sheet.size, bold=words in sums) for words in (*sums, *limits, *lacking)]
    thin = max(widths) + 4 > slot
    shown = _spread(sums, [year.total for year in made.years], slot, sheet.size)
    for k, (year, x) in enumerate(zip(made.years, centers, strict=True)):
        if year.closed:
            sheet.put("rect", x=x - slot / 2, y=0, width=slot, height=base, fill=CLOSED)
        _draw_bar(sheet, year, Bar(x - width / 2, base, width, made.tall / made.top, upright=True), made.least)
        over, limit = _places_above(year, base, made.tall / made.top, sheet)
        if not thin:
            shown.add(k)
            _center(sheet, x, over, sums[k], bold=True)
            _center(sheet, x, limit, limits[k])
        elif k in shown:
            sheet.line(x, 2 * sheet.line_height + 2, x, over + 4)
            _center(sheet, x, 2 * sheet.line_height - 3, sums[k], bold=True)
        if k in shown:
            _center(sheet, x, base + sheet.line_height, names[k])
            _center(sheet, x, base + 2 * sheet.line_height + 2, lacking[k])
    if thin:
        for k in _first_apart(limits, slot, sheet.size):
            _center(sheet, centers[k], sheet.size, limits[k])
    sheet.line(0, base, RIGHT - 30, base)
    named = _name_parts(sheet, made, centers[-1] + width / 2, base)
    below = base + sheet.line_height + 4
    if made.row:
        words = wrap_words(made.row, sheet.width - RIGHT, sheet.size)
        below = sheet.lines(RIGHT, max(below, named + 6), words, color=NOTE)
    return max(below, base + 2 * sheet.line_height + 6, named)


@dataclass(frozen=True)
class Bar:
    """Where a year's bar stands: its corner at the foot, upright or lying, its thickness and the px of a unit."""

    x: float
    y: float
    thick: float
    scale: float
    upright: bool

    def area(self, low: float, high: float) -> tuple[float, float, float, float]:
        """Left edge, upper edge, width and height of the bar from one amount to another."""
        long = (high - low) * self.scale
        if self.upright:
            return self.x, self.y - high * self.scale, self.thick, long
        return self.x + low * self.scale, self.y, long, self.thick

    def stroke(self, low: float, high: float, near: float, far: float) -> tuple[float, float, float, float]:
        """Ends of a stroke between two amounts, and between two places across the bar, px from its edge."""
        if self.upright:
            return self.x + near, self.y - low * self.scale, self.x + far, self.y - high * self.scale
        return self.x + low * self.scale, self.y + near, self.x + high * self.scale, self.y + far


def _draw_bar(sheet: Sheet, year: YearColumn, bar: Bar, least: float) -> None:
    """A box a part, the frame up to the requirement, the ceiling and the band."""
    foot = 0.0
    for part, amount in enumerate(year.parts):
        if amount > 0:
            sheet.box(*bar.area(foot, foot + amount), part)
            foot += amount
    if year.required - foot > least:
        x, y, width, height = bar.area(foot, year.required)
        look = {"fill": "none", "stroke": INK, "stroke_dasharray": "4 3"}
        sheet.put("rect", x=x, y=y, width=width, height=height, **look)
    if year.band:
        low, high = year.band
        half = bar.thick / 2
        ends = ((low, high, half, half), *((end, end, half - 4, half + 4) for end in (low, high)))
        for color, width in ((PAPER, 4.0), (INK, 1.4)):  # the edge keeps it apart from the boxes
            for end in ends:
                sheet.line(*bar.stroke(*end), color, width)
    if year.ceiling is not None:
        sheet.line(*bar.stroke(year.ceiling, year.ceiling, -4, bar.thick + 4), INK, 3)


def _places_above(year: YearColumn, base: float, scale: float, sheet: Sheet) -> tuple[float, float]:
    """The base lines of a year's sum and of its ceiling: the sum above the column, and not on the ceiling."""
    over = base - max(year.total, year.required, *(year.band or ())) * scale - 5
    if year.ceiling is None:
        return over, over
    ceiling = base - year.ceiling * scale - 5
    if over - ceiling > sheet.line_height:
        return over, ceiling
    return min(over, ceiling), min(over, ceiling) - sheet.line_height


def _name_parts(sheet: Sheet, made: YearColumns, edge: float, base: float) -> float:
    """The parts beside the last column, in the order of its boxes; returns where the names end."""
    last, scale = made.years[-1], made.tall / made.top
    room = sheet.width - RIGHT - 18
    names = [wrap_words(name, room, sheet.size) for name in made.names]
    middles = [base - (sum(last.parts[:s]) + last.parts[s] / 2) * scale for s in range(len(names))]
    top, tops = 0.0, [0.0] * len(names)
    for s in reversed(range(len(names))):
        tops[s] = max(top, middles[s] - len(names[s]) * sheet.line_height / 2)
        top = tops[s] + len(names[s]) * sheet.line_height + 4
    floor = max(base, sum(len(name) * sheet.line_height + 4 for name in names))
    for s in range(len(names)):
        tops[s] = min(tops[s], floor - len(names[s]) * sheet.line_height - 4)
        floor = tops[s]
        sheet.lines(RIGHT + 18, tops[s], names[s])
        sheet.box(RIGHT, tops[s] + 3, 12, 12, s)
        if last.parts[s] > 0:
            sheet.line(edge, middles[s], RIGHT - 3, tops[s] + 9, AXIS, 0.7)
    return tops[0] + len(names[0]) * sheet.line_height if names else 0.0


def _center(sheet: Sheet, x: float, y: float, words: str, bold: bool = False) -> None:
    """A text in the middle of a column, but inside the picture."""
    half = text_width(words, sheet.size, bold) / 2
    if words:
        sheet.text(min(RIGHT - 24 - half, max(half, x)), y, words, anchor="middle", bold=bold)


def _spread(texts: Sequence[str], values: Sequence[float], slot: float, size: float) -> set[int]:
    """Of the highest, the last and the first column, those whose texts lie apart."""
    room = max(text_width(words, size, bold=True) for words in (*texts, "0000")) + 10
    shown: set[int] = set()
    for k in (max(range(len(values)), key=values.__getitem__), len(values) - 1, 0):
        if all(abs(k - other) * slot >= 1.5 * room for other in shown):
            shown.add(k)
    return shown


def _first_apart(texts: Sequence[str], slot: float, size: float) -> list[int]:
    """The places of texts, from the first on, that lie apart from those before."""
    shown: list[int] = []
    for k, words in enumerate(texts):
        if words and (not shown or (k - shown[-1]) * slot > 1.5 * text_width(words, size) + 8):
            shown.append(k)
    return shown


def _draw_lying(sheet: Sheet, made: YearColumns) -> float:
    """The parts, and a lying bar a year with its amounts beside; returns where the drawing ends."""
    top = 0.0
    for part, name in enumerate(made.names):
        sheet.box(0, top + 2, 12, 12, part)
        top = sheet.lines(18, top, wrap_words(name, sheet.width - 18, sheet.size)) + 3
    top += 6
    start, end = LYING
    scale = (end - start) / made.top
    for year, limit in zip(made.years, made.limits(), strict=True):
        beside = join_texts([words for words in (made.lacking(year), limit) if words], 110, sheet.size)
        tall = max(26.0, (1 + len(beside)) * sheet.line_height + 6)
        if year.closed:
            sheet.put("rect", x=0, y=top, width=sheet.width, height=tall, fill=CLOSED)
        sheet.text(0, top + sheet.size + 3, str(year.year))
        _draw_bar(sheet, year, Bar(start, top + 5, 16, scale, upright=False), made.least)
        sheet.lines(end + 10, top + 2, [made.sum_of(year)], bold=True)
        sheet.lines(end + 10, top + 2 + sheet.line_height, beside)
        top += tall
    return top
