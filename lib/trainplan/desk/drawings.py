"""The desk's figures as vector drawings in HTML: they cost a few milliseconds, stay sharp, and are read aloud.

Every figure is drawn from the result tables, with the compared results as a grey ghost behind.
"""

from __future__ import annotations

from html import escape
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trainplan.desk.words import old_word
from trainplan.report.charts import BLUE, FAINT, INK, ORANGE, RED, SEQUENCE
from trainplan.results.registry import Stem
from trainplan.results.tables import Results
from trainplan.text.catalog import say
from trainplan.text.formats import bare_billions, number, percent
from trainplan.text.words import old_say

Grid = NDArray[Any]
GHOST = "#b3b3b3"
WIDTH, HEIGHT = 150, 62  # of one small picture of coverage
LEFT, TOP = 6, 6


def grid(results: Results, stem: Stem, column: str) -> Grid:
    """A column of a result table as (years, rows of a year): its tables hold every row in every year, in order."""
    return results[stem][column].to_numpy().reshape(len(results.plan.years), -1)


def coverage(now: Results, before: Results | None, language: str) -> str:
    """Every objective's coverage against its path: small pictures side by side."""
    lines = {name: grid(now, "lines", name) for name in ("deliverable", "affordable")}
    base = grid(now, "gap", "base")
    path = grid(now, "gap", "target_path")
    counted = np.array([row.kind == "count" for row in now.plan.tables.objectives])
    path = np.where(counted, path / np.where(base > 0, base, 1.0), path)
    ghost = grid(before, "lines", "affordable") if before is not None else None
    verdicts = now["verdicts"]
    cards = []
    for o, row in enumerate(now.plan.tables.objectives):
        own = {name: values[:, o] for name, values in (("path", path), *lines.items())}
        old = ghost[:, o] if ghost is not None and not np.allclose(ghost[:, o], own["affordable"]) else None
        verdict = verdicts.iat[o, COLUMN["verdict"]]
        cards.append(_card(now, row, own, old, str(verdict), language))
    keys = _keys(
        [(INK, "┄", "path"), (ORANGE, "■", "deliverable"), (BLUE, "●", "affordable"), (FAINT, "━", "compared")],
        language,
    )
    return f'{keys}<div class="cards">{"".join(cards)}</div>'


COLUMN = {"verdict": 5}  # of verdicts.csv


def _card(now: Results, row: Any, own: dict[str, Grid], old: Grid | None, verdict: str, language: str) -> str:
    due = row.due_year - now.plan.first
    name = now.plan.label("objectives", row.id, language)
    value, target = percent(own["affordable"][due], language), percent(own["path"][due], language)
    alt = old_word(
        "coverage_alt", language, name=name, now=value, due=row.due, target=target, verdict=old_say(verdict, language)
    )
    shown = f"{percent(old[due], language)} → <b>{value}</b>" if old is not None else f"<b>{value}</b>"
    parts = [
        _frame_of(now, due),
        _line(old, f"{GHOST}", 4) if old is not None else "",
        _line(own["path"], INK, 1, ' stroke-dasharray="4 3"'),
        _line(own["deliverable"], ORANGE, 1.6) + _dots(own["deliverable"], ORANGE, square=True),
        _line(own["affordable"], BLUE, 2) + _dots(own["affordable"], BLUE),
    ]
    picture = f'<svg viewBox="0 0 {WIDTH} {HEIGHT + 14}" role="img" aria-label="{escape(alt)}">{"".join(parts)}</svg>'
    head = f'<div class="name">{escape(name)}</div>'
    return f'<div class="card {verdict}">{head}{picture}<div class="value">{shown}</div></div>'


def _x(year: int, years: int) -> float:
    return LEFT + year * (WIDTH - 2 * LEFT) / max(1, years - 1)


def _y(share: float) -> float:
    return TOP + (1 - min(1.0, max(0.0, float(share)))) * (HEIGHT - TOP)


def _points(values: Grid) -> list[tuple[float, float]]:
    return [(_x(k, len(values)), _y(v)) for k, v in enumerate(values)]


def _line(values: Grid, color: str, width: float, more: str = "") -> str:
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in _points(values))
    return f'<polyline points="{points}" fill="none" stroke="{color}" stroke-width="{width}"{more}/>'


def _dots(values: Grid, color: str, square: bool = False) -> str:
    if square:
        marks = (f'<rect x="{x - 1.8:.1f}" y="{y - 1.8:.1f}" width="3.6" height="3.6"/>' for x, y in _points(values))
    else:
        marks = (f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.2"/>' for x, y in _points(values))
    return f'<g fill="{color}">{"".join(marks)}</g>'


def _frame_of(now: Results, due: int) -> str:
    """Base line, the line of 100 %, the due year and the years at both ends."""
    years, x = len(now.plan.years), _x(due, len(now.plan.years))
    ends = ((LEFT, "start", now.plan.first), (WIDTH - LEFT, "end", now.plan.last))
    labels = "".join(
        f'<text x="{at}" y="{HEIGHT + 11}" text-anchor="{anchor}">{year}</text>' for at, anchor, year in ends
    )
    rules = "".join(
        f'<line x1="{LEFT}" x2="{WIDTH - LEFT}" y1="{_y(share)}" y2="{_y(share)}" stroke="#dddddd"/>'
        for share in (0, 0.5, 1)
    )
    mark = f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{HEIGHT}" stroke="{RED}" stroke-dasharray="2 2"/>'
    return f'{rules}{mark if due < years - 1 else ""}<g class="years">{labels}</g>'


def _keys(keys: list[tuple[str, str, str]], language: str) -> str:
    shown = "".join(
        f'<span><b style="color:{color}">{mark}</b> {old_word(key, language)}</span>' for color, mark, key in keys
    )
    return f'<p class="keys">{shown}</p>'


def cost(now: Results, before: Results | None, language: str) -> str:
    """Funded cost of each year by source, what lacks the money above it, and the ceiling on the total."""
    plan = now.plan
    funded, asked = grid(now, "budget", "funded_vnd"), grid(now, "budget", "deliverable_vnd")
    ceiling = grid(now, "budget", "ceiling_vnd")
    ghost = grid(before, "budget", "funded_vnd")[:, -1] if before is not None else None
    limits = ceiling[:, -1][~np.isnan(ceiling[:, -1])]
    top = max(1.0, asked.max(), funded.max(), *limits, *(ghost if ghost is not None else ()))
    sources = [s for s in range(funded.shape[1] - 1) if funded[:, s].sum() > 0]
    bar, gap, height = 62, 26, 210

    def y(vnd: float) -> float:
        return 34 + (1 - vnd / top) * height

    parts, told = [], []
    for k, year in enumerate(plan.years):
        x, foot = 8 + k * (bar + gap), 0.0
        if ghost is not None and abs(ghost[k] - funded[k, -1]) > 5e5:
            parts.append(_box(x - 7, y(ghost[k]), bar + 14, y(0) - y(ghost[k]), f'fill="{GHOST}" opacity=".55"'))
        for s in sources:
            vnd = float(funded[k, s])
            look = f'fill="{SEQUENCE[s % 7]}" stroke="white" stroke-width="1"'
            parts.append(_box(x, y(foot + vnd), bar, y(foot) - y(foot + vnd), look))
            foot += vnd
        lacking = float(asked[k, -1]) - foot
        if lacking > 5e5:
            look = f'fill="none" stroke="{FAINT}" stroke-dasharray="3 3"'
            parts.append(_box(x, y(foot + lacking), bar, y(foot) - y(foot + lacking), look))
        if not np.isnan(ceiling[k, -1]):
            at = y(float(ceiling[k, -1]))
            parts.append(
                f'<line x1="{x - 5}" x2="{x + bar + 5}" y1="{at:.1f}" y2="{at:.1f}" stroke="{RED}" stroke-width="2.5"/>'
            )
        words = bare_billions(foot, language) + (
            f" / {bare_billions(foot + lacking, language)}" if lacking > 5e7 else ""
        )
        middle, over = x + bar / 2, y(max(foot, foot + lacking)) - 5
        parts.append(f'<text x="{middle}" y="{over:.1f}" text-anchor="middle" class="now">{words}</text>')
        if ghost is not None and abs(ghost[k] - funded[k, -1]) >= 5e7:
            was = f"{bare_billions(ghost[k], language)} →"
            parts.append(f'<text x="{middle}" y="{over - 13:.1f}" text-anchor="middle" class="was">{was}</text>')
            words = f"{was} {words}"
        parts.append(f'<text x="{middle}" y="{height + 50}" text-anchor="middle">{year}</text>')
        told.append(f"{year} {words}")
    width = 16 + len(plan.years) * (bar + gap)
    alt = escape(say("desk.cost_alt", language, parts="; ".join(told)))
    picture = (
        f'<svg class="money" viewBox="0 0 {width} {height + 56}" role="img" aria-label="{alt}">{"".join(parts)}</svg>'
    )
    return f'<div class="cost">{picture}{_source_keys(now, before, sources, ceiling, language)}</div>'


def _box(x: float, y: float, width: float, height: float, look: str) -> str:
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width}" height="{max(0.0, height):.1f}" {look}/>'


def _source_keys(now: Results, before: Results | None, sources: list[int], ceiling: Grid, language: str) -> str:
    """The sources in the order of the bars, with what each pays over the plan and its own ceilings."""
    funded = grid(now, "budget", "funded_vnd").sum(axis=0)
    old = grid(before, "budget", "funded_vnd").sum(axis=0) if before is not None else funded
    lines = [f'<li><b style="color:{FAINT}">▯</b> {say("desk.unfunded", language)}</li>']
    lines.append(f'<li><b style="color:{RED}">━</b> {say("desk.ceiling", language)}</li>')
    for s in reversed(sources):
        name = escape(now.plan.label("sources", now.plan.tables.sources[s].id, language))
        value = moved(old[s] / 1e9, funded[s] / 1e9, language, 1)
        limit = np.nanmin(ceiling[:, s]) if not np.isnan(ceiling[:, s]).all() else None
        held = f" (≤ {bare_billions(limit, language)} / {say('desk.unit_year', language)})" if limit is not None else ""
        lines.append(f'<li><b style="color:{SEQUENCE[s % 7]}">■</b> {name}: {value}{held}</li>')
    return f'<ul class="sources">{"".join(lines)}</ul>'


def moved(old: float, new: float, language: str, digits: int = 0) -> str:
    """A number, and before it the one that it was, where the two look different."""
    one, other = number(old, language, digits), number(new, language, digits)
    return f"<b>{other}</b>" if one == other else f'<span class="old">{one}</span> → <b class="new">{other}</b>'
