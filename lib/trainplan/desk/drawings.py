"""The desk's figures as vector drawings in HTML: they cost a few milliseconds, stay sharp, and are read aloud.

Each shows results with those that they are compared with as a grey ghost behind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from markupsafe import escape

from trainplan.model.arrays import Array
from trainplan.model.cost import cost_by_source
from trainplan.model.kinds import in_people
from trainplan.report.colors import BLUE, FAINT, INK, ORANGE, RED, SEQUENCE, VERDICT_MARKS
from trainplan.results.tables import Results
from trainplan.results.verdicts import missed_level
from trainplan.text.catalog import say, term
from trainplan.text.formats import bare_billions, due_day, number, percent

GHOST = "#b3b3b3"


def number_change(old: float, new: float, language: str, show: Callable[[float, str], str] = number) -> str:
    """A number in HTML, and before it the one that it was, where the two look different."""
    one, other = show(old, language), show(new, language)
    if one == other:
        return f"<b>{escape(other)}</b>"
    return f'<span class="old">{escape(str(one))}</span> → <b class="new">{escape(other)}</b>'


# --- coverage: a small picture an objective

WIDTH, HEIGHT = 150, 62
LEFT, TOP = 6, 6
KEYS = ((INK, "┄", "word.path"), (ORANGE, "■", "desk.deliverable"), (BLUE, "●", "desk.affordable"),
        (FAINT, "━", "desk.compared"))  # fmt: skip


class Coverage(NamedTuple):
    """Coverage of one objective by year, each (Y,): its path, within places, within the money too."""

    path: Array
    deliverable: Array
    affordable: Array


def draw_coverage(results: Results, compared: Results | None, language: str) -> str:
    """Every objective's coverage against its path: small pictures side by side."""
    cards = [_card(results, *objective, language) for objective in _objectives(results, compared)]
    keys = "".join(f'<span><b style="color:{color}">{mark}</b> {say(k, language)}</span>' for color, mark, k in KEYS)
    return f'<p class="keys">{keys}</p><div class="cards">{"".join(cards)}</div>'


def _objectives(results: Results, compared: Results | None) -> Iterator[tuple[int, Coverage, Array | None]]:
    """(number, coverage, coverage compared where it differs) of every objective."""
    new, old = _coverage(results), _coverage(compared).affordable if compared else None
    for o in range(len(results.plan.tables.objectives)):
        own = Coverage(*(values[:, o] for values in new))
        yield o, own, old[:, o] if old is not None and not np.allclose(old[:, o], own.affordable) else None


def _coverage(results: Results) -> Coverage:
    """Of all objectives, each (Y, O); the path of a count as a share of its group."""
    run, base = results.run, results.run.gap.base
    path = run.path / np.where(in_people(results.arrays.kind)[:, None] & (base > 0), base, 1.0)
    return Coverage(path[..., 0], results.relaxed.without_ceilings.gap.coverage[..., 0], run.gap.coverage[..., 0])


class _AtDue(NamedTuple):
    """An objective in its due year as text: how much of it is reached, before, and asked for; and its verdict."""

    reached: str
    before: str
    asked: str
    verdict: str

    @property
    def change(self) -> str:
        """What is reached, in HTML, after what was reached before."""
        return (f"{escape(self.before)} → " if self.before else "") + f"<b>{escape(self.reached)}</b>"


def _at_due(results: Results, o: int, own: Coverage, ghost: Array | None, language: str) -> _AtDue:
    row, due, verdict = results.plan.tables.objectives[o], int(results.arrays.due[o]), results.verdict_rows[o]
    coverage = results.quote("verdicts", "coverage", own.affordable[due], objective=row.id)
    reached = percent(coverage, language, missed=missed_level(verdict))
    before = percent(ghost[due], language) if ghost is not None else ""
    asked = percent(own.path[due], language)
    return _AtDue(reached, before if before != reached else "", asked, verdict["verdict"])


def _card(results: Results, o: int, own: Coverage, ghost: Array | None, language: str) -> str:
    row, due, shown = (
        results.plan.tables.objectives[o],
        int(results.arrays.due[o]),
        _at_due(results, o, own, ghost, language),
    )
    name, held = results.plan.label("objectives", row.id, language), term("verdict", shown.verdict, language)
    about = {"name": name, "now": shown.reached, "due": due_day(row.due, language), "target": shown.asked}
    alt = escape(str(say("desk.coverage_alt", language, **about, verdict=held)))
    parts = [
        _frame(results, due),
        _line(ghost, GHOST, 4) if ghost is not None else "",
        _line(own.path, INK, 1, ' stroke-dasharray="4 3"'),
        _line(own.deliverable, ORANGE, 1.6) + _dots(own.deliverable, ORANGE, square=True),
        _line(own.affordable, BLUE, 2) + _dots(own.affordable, BLUE),
    ]
    picture = f'<svg viewBox="0 0 {WIDTH} {HEIGHT + 14}" role="img" aria-label="{alt}">{"".join(parts)}</svg>'
    short = escape(results.plan.short_label("objectives", row.id, language))
    value = f'<div class="value">{shown.change}</div>'
    return f'<div class="card {shown.verdict}"><div class="name">{short}</div>{picture}{value}</div>'


def draw_due(results: Results, compared: Results | None, language: str) -> str:
    """Every objective in its due year, a line each: how much is reached, a mark where it is asked for, the verdict."""
    lines = []
    for o, own, ghost in _objectives(results, compared):
        row, due = results.plan.tables.objectives[o], int(results.arrays.due[o])
        shown = _at_due(results, o, own, ghost, language)
        held = escape(term("verdict", shown.verdict, language))
        mark = f'<span class="mark" role="img" aria-label="{held}" title="{held}">{VERDICT_MARKS[shown.verdict]}</span>'
        reached, asked = (f"{100 * min(1.0, max(0.0, float(share[due]))):.1f}%" for share in (own.affordable, own.path))
        bar = f'<span class="bar"><i style="width:{reached}"></i><u style="left:{asked}"></u></span>'
        name = escape(results.plan.short_label("objectives", row.id, language))
        value = f'<span class="value">{shown.change} / {escape(shown.asked)}</span>'
        lines.append(f'<li class="{shown.verdict}">{mark}<span class="name">{name}</span>{bar}{value}</li>')
    return f'<ul class="due">{"".join(lines)}</ul>'


def _x(year: int, years: int) -> float:
    return LEFT + year * (WIDTH - 2 * LEFT) / max(1, years - 1)


def _y(share: float) -> float:
    return TOP + (1 - min(1.0, max(0.0, float(share)))) * (HEIGHT - TOP)


def _points(values: Array) -> list[tuple[float, float]]:
    return [(_x(k, len(values)), _y(v)) for k, v in enumerate(values)]


def _line(values: Array, color: str, width: float, more: str = "") -> str:
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in _points(values))
    return f'<polyline points="{points}" fill="none" stroke="{color}" stroke-width="{width}"{more}/>'


def _dots(values: Array, color: str, square: bool = False) -> str:
    if square:
        marks = (f'<rect x="{x - 1.8:.1f}" y="{y - 1.8:.1f}" width="3.6" height="3.6"/>' for x, y in _points(values))
    else:
        marks = (f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.2"/>' for x, y in _points(values))
    return f'<g fill="{color}">{"".join(marks)}</g>'


def _frame(results: Results, due: int) -> str:
    """Base line, the line of 100 %, the due year and the years at both ends."""
    years, x = len(results.plan.years), _x(due, len(results.plan.years))
    ends = ((LEFT, "start", results.plan.first), (WIDTH - LEFT, "end", results.plan.last))
    labels = "".join(
        f'<text x="{at}" y="{HEIGHT + 11}" text-anchor="{anchor}">{year}</text>' for at, anchor, year in ends
    )
    rules = "".join(
        f'<line x1="{LEFT}" x2="{WIDTH - LEFT}" y1="{_y(share)}" y2="{_y(share)}" stroke="#dddddd"/>'
        for share in (0, 0.5, 1)
    )
    mark = f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{HEIGHT}" stroke="{RED}" stroke-dasharray="2 2"/>'
    return f'{rules}{mark if due < years - 1 else ""}<g class="years">{labels}</g>'


# --- cost: a column a year

BAR, SPACE, TALL = 62, 26, 210
LEAST = 5e5  # VND: less than that is not drawn
LEAST_IN_WORDS = 5e7


class Money(NamedTuple):
    """VND by year and source, the total last, each (Y, S+1); a ceiling is infinite where there is none."""

    funded: Array
    asked: Array
    ceiling: Array


def _money(results: Results) -> Money:
    arrays = results.arrays
    funded, asked = (cost_by_source(arrays, run.funded_vnd)[..., 0] for run in (results.run, results.requirement))
    return Money(funded, asked, arrays.ceiling[..., 0])


def draw_cost(results: Results, compared: Results | None, language: str) -> str:
    """Funded cost of each year by source, what lacks the money above it, and the ceiling on the total."""
    now, old = _money(results), _money(compared) if compared else None
    ghost = old.funded[:, -1] if old else now.funded[:, -1]
    limits = now.ceiling[np.isfinite(now.ceiling[:, -1]), -1]
    top = max(1.0, now.asked.max(), now.funded.max(), *limits, *ghost)
    sources = [s for s in range(now.funded.shape[1] - 1) if now.funded[:, s].sum() > 0]
    parts, words = [], []
    for k, year in enumerate(results.plan.years):
        column = _YearColumn(8 + k * (BAR + SPACE), top, Money(*(values[k] for values in now)), float(ghost[k]))
        label, text = column.labels(language)
        parts += [*column.bars(), label, _text(column.x + BAR / 2, f"{TALL + 50}", str(year))]
        words.append(f"{year} {text}")
    width = 16 + len(results.plan.years) * (BAR + SPACE)
    alt = escape(say("desk.cost_alt", language, parts="; ".join(words)))
    box = f'viewBox="0 0 {width} {TALL + 56}"'
    picture = f'<svg class="money" {box} role="img" aria-label="{alt}">{"".join(parts)}</svg>'
    return f'<div class="cost">{picture}{_source_keys(results, now, old or now, sources, language)}</div>'


class _YearColumn(NamedTuple):
    """A year's column `x` from the left: its money, (S+1,), and `ghost`, the total compared; `top` is the scale."""

    x: int
    top: float
    money: Money
    ghost: float

    def y(self, vnd: float) -> float:
        """How far down an amount stands."""
        return 34 + (1 - vnd / self.top) * TALL

    def box(self, low: float, high: float, look: str, wider: int = 0) -> str:
        """A box from one amount to another."""
        y, height = self.y(high), max(0.0, self.y(low) - self.y(high))
        x, width = self.x - wider, BAR + 2 * wider
        return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width}" height="{height:.1f}" {look}/>'

    def bars(self) -> list[str]:
        """The ghost, a box a source that pays, what lacks the money, and the ceiling."""
        parts, foot, asked, ceiling = [], 0.0, float(self.money.asked[-1]), float(self.money.ceiling[-1])
        if abs(self.ghost - self.money.funded[-1]) > LEAST:
            parts.append(self.box(0, self.ghost, f'fill="{GHOST}" opacity=".55"', wider=7))
        for s, vnd in enumerate(self.money.funded[:-1].tolist()):
            look = f'fill="{SEQUENCE[s % 7]}" stroke="white" stroke-width="1"'
            parts += [self.box(foot, foot + vnd, look)] if vnd else []
            foot += vnd
        if asked - foot > LEAST:
            parts.append(self.box(foot, asked, f'fill="none" stroke="{FAINT}" stroke-dasharray="3 3"'))
        if np.isfinite(ceiling):
            at, ends = self.y(ceiling), f'x1="{self.x - 5}" x2="{self.x + BAR + 5}"'
            parts.append(f'<line {ends} y1="{at:.1f}" y2="{at:.1f}" stroke="{RED}" stroke-width="2.5"/>')
        return parts

    def labels(self, language: str) -> tuple[str, str]:
        """The amounts above the column, drawn and in words: funded / asked for, and what was funded before."""
        funded, asked = float(self.money.funded[-1]), float(self.money.asked[-1])
        words = bare_billions(funded, language)
        if asked - funded > LEAST_IN_WORDS:
            words += f" / {bare_billions(asked, language)}"
        middle, over = self.x + BAR / 2, self.y(max(funded, asked)) - 5
        drawn = _text(middle, f"{over:.1f}", words, "now")
        if abs(self.ghost - funded) < LEAST_IN_WORDS:
            return drawn, words
        was = f"{bare_billions(self.ghost, language)} →"
        return drawn + _text(middle, f"{over - 13:.1f}", was, "was"), f"{was} {words}"


def _text(x: float, y: str, words: str, kind: str = "") -> str:
    look = f' class="{kind}"' if kind else ""
    return f'<text x="{x}" y="{y}" text-anchor="middle"{look}>{words}</text>'


def _source_keys(results: Results, now: Money, old: Money, sources: Sequence[int], language: str) -> str:
    """The sources in the order of the bars, with what each pays over the plan and its own ceilings."""
    keys: list[tuple[str, str, str]] = []
    if (now.asked[:, -1] - now.funded[:, -1] > LEAST).any():
        keys.append((FAINT, "▯", say("desk.unfunded", language)))
    if np.isfinite(now.ceiling[:, -1]).any():
        keys.append((RED, "━", say("desk.ceiling", language)))
    for s in reversed(sources):
        id = results.plan.tables.sources[s].id
        name = escape(results.plan.short_label("sources", id, language))
        funded = results.quote("budget", "funded_vnd", now.funded[:, s].sum(), source=id)
        value = number_change(old.funded[:, s].sum(), funded, language, bare_billions)
        least, year = now.ceiling[:, s].min(), say("desk.unit_year", language)
        limit = f" (≤ {bare_billions(least, language)} / {year})" if np.isfinite(least) else ""
        keys.append((SEQUENCE[s % 7], "■", f"{name}: {value}{limit}"))
    lines = (f'<li><b style="color:{color}">{mark}</b> {text}</li>' for color, mark, text in keys)
    return f'<ul class="sources">{"".join(lines)}</ul>'
