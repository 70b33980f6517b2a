"""The money of each year: who pays, what the plan would cost without a ceiling, and the ceiling."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from trainplan.analysis.monte_carlo import Uncertainty
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
from trainplan.results.tables import Results
from trainplan.text.catalog import say
from trainplan.text.formats import bare_billions, billions, number

LEAST = 5e5  # VND: less than that lacks nothing
TALL = 210.0  # px of the plot
RIGHT = 542.0  # where sources are named
LYING = (44.0, 236.0)  # from and to, of bars on a phone


@dataclass(frozen=True)
class MoneyYear:
    """A year's money, VND: `paid` by source, `required`, the `ceiling` on all, and nine draws in ten of what is paid.

    None where there is no ceiling, or no draw. `closed` is a year that is a fact.
    """

    year: int
    paid: tuple[float, ...]
    required: float
    ceiling: float | None = None
    band: tuple[float, float] | None = None
    closed: bool = False

    @property
    def total(self) -> float:
        """What is paid by all sources, VND."""
        return sum(self.paid)

    @property
    def top(self) -> float:
        """The largest amount to be drawn, VND."""
        return max(self.total, self.required, self.ceiling or 0.0, *(self.band or ()))


@dataclass(frozen=True)
class Money:
    """All years, the names of the sources, whether there are ceilings, and the language."""

    years: tuple[MoneyYear, ...]
    sources: tuple[str, ...]
    limited: bool
    language: str

    @property
    def top(self) -> float:
        """The largest amount to be drawn, VND."""
        return max([1.0, *(year.top for year in self.years)])

    @property
    def in_millions(self) -> bool:
        """Whether amounts are so small that they are written in millions."""
        return max(sum(year.total for year in self.years), sum(year.required for year in self.years)) < 1e9

    def amount(self, vnd: float) -> str:
        """An amount in the unit of the drawing."""
        return number(vnd / 1e6, self.language) if self.in_millions else bare_billions(vnd, self.language)

    def lacking(self, year: MoneyYear) -> str:
        """What is not found, with its sign; nothing where money is not limited."""
        lacking = year.required - year.total
        sign = "" if abs(lacking) < LEAST else "+" if lacking > 0 else "−"
        return (sign + self.amount(abs(lacking)) if sign else "0") if self.limited else ""

    def limits(self) -> list[str]:
        """The ceiling of each year in words, where it changes."""
        said = ["" if year.ceiling is None else f"≤ {self.amount(year.ceiling)}" for year in self.years]
        return [words if k == 0 or words != said[k - 1] else "" for k, words in enumerate(said)]


def money_by_year(results: Results, draws: Uncertainty | None, language: str) -> Drawing | None:
    """What each source pays each year, the requirement and the ceiling; with draws, nine in ten of them."""
    if not results.requirement_vnd and not results.funded_vnd:
        return None
    money = money_of(results, draws, language)
    finding = _finding(results, language)
    largest = sorted(money.years, key=lambda year: -year.total)[:3]
    years = "; ".join(f"{year.year} {billions(year.total, language)}" for year in largest)
    alt = f"{finding} {say('figure.money_by_year.most', language, years=years)}"
    return Drawing("money_by_year", Caption(finding, alt), lambda sheet: draw_money(sheet, money))


def _finding(results: Results, language: str) -> str:
    """What is required, funded and not found over the whole plan, in a sentence."""
    lacking = results.lacking_vnd
    kind = "enough" if abs(lacking) < LEAST else "lacking" if lacking > 0 else "above"
    values = {"required": results.requirement_vnd, "funded": results.funded_vnd, "lacking": abs(lacking)}
    key = f"figure.money_by_year.{kind if results.plan.has_ceilings else 'no_ceilings'}"
    return str(say(key, language, **{name: billions(vnd, language) for name, vnd in values.items()}))


def money_of(results: Results, draws: Uncertainty | None, language: str) -> Money:
    """The money of a plan's years; of more sources than there are looks, the smallest as one."""
    plan, budget = results.plan, results["budget"]
    total = budget.query("source == 'total'").set_index("year")
    paid = budget.query("source != 'total'").pivot(index="year", columns="source", values="funded_vnd")
    order = [str(id) for id in paid.sum().sort_values(ascending=False, kind="stable").index if paid[id].sum() > 0]
    own = order if len(order) <= len(SOURCES) else order[: len(SOURCES) - 1]
    names = [plan.short_label("sources", id, language) for id in own]
    amounts = [paid[id] for id in own]
    if own != order:
        names.append(say("figure.money_by_year.other_sources", language))
        amounts.append(paid[order[len(own) :]].sum(axis=1))
    bands = draws.cost_bands.set_index("year") if draws else None
    years = tuple(
        MoneyYear(
            year,
            tuple(float(source[year]) for source in amounts),
            float(total.at[year, "required_vnd"]),
            None if math.isnan(total.at[year, "ceiling_vnd"]) else float(total.at[year, "ceiling_vnd"]),
            None if bands is None else (float(bands.at[year, "p05"]), float(bands.at[year, "p95"])),
            year < plan.decided_from,
        )
        for year in plan.years
    )
    return Money(years, tuple(names), plan.has_ceilings, language)


# --- how it is drawn


def draw_money(sheet: Sheet, money: Money) -> None:
    """Columns on a wide page, lying bars on a phone, and below them how to read them."""
    bottom = _draw_lying(sheet, money) if sheet.width == NARROW else _draw_columns(sheet, money)
    there = {
        "bars" if money.limited else "bars_all_paid": True,
        "frame": money.limited,
        "ceiling": any(year.ceiling is not None for year in money.years),
        "not_found": money.limited,
        "band": any(year.band for year in money.years),
        "closed": any(year.closed for year in money.years),
    }
    unit = say("unit.million" if money.in_millions else "unit.bn", money.language)
    notes = [say(f"figure.money_by_year.{mark}", money.language, unit=unit) for mark, shown in there.items() if shown]
    text = wrap_words(" ".join(notes), sheet.width, sheet.size)
    sheet.height = sheet.lines(0, bottom + 8, text, color=NOTE) + 4


def _draw_columns(sheet: Sheet, money: Money) -> float:
    """A column a year with its amounts above, what is not found below; returns where the drawing ends."""
    slot = (RIGHT - 40) / len(money.years)
    width, base = min(90.0, slot * 0.62), 2 * sheet.line_height + 12 + TALL
    centers = [4 + (k + 0.5) * slot for k in range(len(money.years))]
    sums, limits = [money.amount(year.total) for year in money.years], money.limits()
    lacking = [money.lacking(year) for year in money.years]
    names = [str(year.year) for year in money.years]
    widths = [text_width(words, sheet.size, bold=words in sums) for words in (*sums, *limits, *lacking)]
    thin = max(widths) + 4 > slot
    shown = _spread(sums, [year.total for year in money.years], slot, sheet.size)
    for k, (year, x) in enumerate(zip(money.years, centers, strict=True)):
        if year.closed:
            sheet.put("rect", x=x - slot / 2, y=0, width=slot, height=base, fill=CLOSED)
        _draw_bar(sheet, year, Bar(x - width / 2, base, width, TALL / money.top, upright=True))
        over, limit = _places_above(year, base, TALL / money.top, sheet)
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
    named = _name_sources(sheet, money, centers[-1] + width / 2, base)
    below = base + sheet.line_height + 4
    if money.limited:
        words = wrap_words(say("figure.money_by_year.row", money.language), sheet.width - RIGHT, sheet.size)
        below = sheet.lines(RIGHT, max(below, named + 6), words, color=NOTE)
    return max(below, base + 2 * sheet.line_height + 6, named)


@dataclass(frozen=True)
class Bar:
    """Where a year's bar stands: its corner at the foot, upright or lying, its thickness and the px of a VND."""

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


def _draw_bar(sheet: Sheet, year: MoneyYear, bar: Bar) -> None:
    """A box a source, the frame up to the requirement, the ceiling and the band."""
    foot = 0.0
    for source, vnd in enumerate(year.paid):
        if vnd > 0:
            sheet.box(*bar.area(foot, foot + vnd), source)
            foot += vnd
    if year.required - foot > LEAST:
        x, y, width, height = bar.area(foot, year.required)
        look = {"fill": "none", "stroke": INK, "stroke_dasharray": "4 3"}
        sheet.put("rect", x=x, y=y, width=width, height=height, **look)
    if year.band:
        low, high = year.band
        half = bar.thick / 2
        ends = ((low, high, half, half), *((vnd, vnd, half - 4, half + 4) for vnd in (low, high)))
        for color, width in ((PAPER, 4.0), (INK, 1.4)):  # the edge keeps it apart from the boxes
            for end in ends:
                sheet.line(*bar.stroke(*end), color, width)
    if year.ceiling is not None:
        sheet.line(*bar.stroke(year.ceiling, year.ceiling, -4, bar.thick + 4), INK, 3)


def _places_above(year: MoneyYear, base: float, scale: float, sheet: Sheet) -> tuple[float, float]:
    """The base lines of a year's sum and of its ceiling: the sum above the column, and not on the ceiling."""
    over = base - max(year.total, year.required, *(year.band or ())) * scale - 5
    if year.ceiling is None:
        return over, over
    ceiling = base - year.ceiling * scale - 5
    if over - ceiling > sheet.line_height:
        return over, ceiling
    return min(over, ceiling), min(over, ceiling) - sheet.line_height


def _name_sources(sheet: Sheet, money: Money, edge: float, base: float) -> float:
    """The sources beside the last column, in the order of its boxes; returns where the names end."""
    last, scale = money.years[-1], TALL / money.top
    room = sheet.width - RIGHT - 18
    names = [wrap_words(name, room, sheet.size) for name in money.sources]
    middles = [base - (sum(last.paid[:s]) + last.paid[s] / 2) * scale for s in range(len(names))]
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
        if last.paid[s] > 0:
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


def _draw_lying(sheet: Sheet, money: Money) -> float:
    """The sources, and a lying bar a year with its amounts beside; returns where the drawing ends."""
    top = 0.0
    for source, name in enumerate(money.sources):
        sheet.box(0, top + 2, 12, 12, source)
        top = sheet.lines(18, top, wrap_words(name, sheet.width - 18, sheet.size)) + 3
    top += 6
    start, end = LYING
    scale = (end - start) / money.top
    for year, limit in zip(money.years, money.limits(), strict=True):
        beside = join_texts([words for words in (money.lacking(year), limit) if words], 110, sheet.size)
        tall = max(26.0, (1 + len(beside)) * sheet.line_height + 6)
        if year.closed:
            sheet.put("rect", x=0, y=top, width=sheet.width, height=tall, fill=CLOSED)
        sheet.text(0, top + sheet.size + 3, str(year.year))
        _draw_bar(sheet, year, Bar(start, top + 5, 16, scale, upright=False))
        sheet.lines(end + 10, top + 2, [money.amount(year.total)], bold=True)
        sheet.lines(end + 10, top + 2 + sheet.line_height, beside)
        top += tall
    return top
