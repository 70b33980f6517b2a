"""Every target over the years: its path, what the plan reaches, what money for all would reach, and its due year."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from trainplan.analysis.monte_carlo import Uncertainty
from trainplan.model.kinds import in_people
from trainplan.report.drawing import (
    AXIS,
    BAND,
    CLOSED,
    INK,
    NARROW,
    NOTE,
    PAPER,
    PLAN,
    RULE,
    VERDICTS,
    Drawing,
    Fold,
    Sheet,
    text_width,
    wrap_words,
)
from trainplan.report.forms.key import SAMPLE, Sample, draw_key
from trainplan.report.page_figure import Caption
from trainplan.results.tables import Results
from trainplan.results.verdicts import missed_level
from trainplan.text.catalog import say
from trainplan.text.formats import number, percent, year_span

SHOWN, OPEN = 6, 3  # panels, and those open on a phone
A_POINT, BEHIND = 0.01, 0.0005  # of coverage: lines farther apart are two; below its path is what looks so
FEW_YEARS, ALL_YEARS = 6, 10  # years up to which three panels stand in a row, and all are labelled
TALL, GAP = 104.0, 22.0  # px of a plot, and between panels
DASHES = "5 3"


@dataclass(frozen=True)
class Path:
    """A target by year: its path, the plan and, where they are, a `thin` line beside it and the ends of the band.

    All are shares, or people of a target that is a count; `due` is the place of its due year, `value` what is reached
    then in words. The thin line is what money for all reaches, unless `Panels` say otherwise.
    """

    name: str
    due: int
    value: str
    look: str
    path: tuple[float, ...]
    plan: tuple[float, ...]
    thin: tuple[float, ...] = ()
    band: tuple[tuple[float, ...], tuple[float, ...]] | tuple[()] = ()
    counted: bool = False

    @property
    def ends(self) -> tuple[float, float]:
        """The ends of its axis: about all its lines, shares by five points, people from nobody on."""
        values = [value for line in (self.path, self.plan, self.thin, *self.band) for value in line]
        step = 1.0 if self.counted else 0.05
        low = 0.0 if self.counted else math.floor(min(values) / step + 1e-9) * step
        return low, max(low + step, math.ceil(max(values) / step - 1e-9) * step)


@dataclass(frozen=True)
class Panels:
    """The paths, their years, how many of these are closed, the language, what thin lines are, and px of a plot."""

    paths: tuple[Path, ...]
    years: Sequence[int]
    closed: int
    language: str
    thin: str
    tall: float = TALL

    def level(self, path: Path, value: float) -> str:
        """An end of a panel's axis in words."""
        return number(value, self.language) if path.counted else percent(value, self.language, 0)

    def draw(self, sheet: Sheet) -> None:
        """The panels on a sheet; on a phone those that are open."""
        draw_paths(sheet, self, self.paths[: OPEN if sheet.width == NARROW else SHOWN])


def paths(results: Results, draws: Uncertainty | None, language: str) -> Drawing | None:
    """The targets farthest from what is asked, by year against their paths; with draws, nine in ten of them.

    None of a single year, which has no path.
    """
    plan = results.plan
    if len(plan.years) == 1:
        return None
    panels = panels_of(results, draws, language)
    finding = _finding(results, language)
    values = "; ".join(f"{path.name} {path.value} ({plan.years[path.due]})" for path in panels.paths[:3])
    there = {"lines": True, "with_money": any(path.thin for path in panels.paths)}
    span = year_span(plan.first, plan.last)
    caption = Caption(
        finding,
        f"{finding} {say('figure.paths.most', language, targets=values)}",
        say("figure.paths.what", language, count=len(panels.paths), years=span),
        tuple(say(f"figure.paths.read_{mark}", language) for mark, shown in there.items() if shown),
        ("gap", "lines", *(("probabilities",) if draws else ())),
    )
    rest = panels.paths[OPEN:]
    folds = (Fold(say("figure.paths.fold", language, count=len(rest)), _drawer(panels, rest), narrow=True),)
    return Drawing(
        "paths",
        caption,
        panels.draw,
        folds if rest else (),
        _drawer(panels, panels.paths),
    )


def _finding(results: Results, language: str) -> str:
    """How many targets are below their paths when due, and by how much at most."""
    run = results.run
    path, coverage = run.when_due(run.path)[:, 0], run.when_due(run.gap.coverage)[:, 0]
    unit = np.where(in_people(results.arrays.kind), results.arrays.target[:, 0], 1.0)
    below = (path / unit - coverage)[list(results.plan.is_target)]
    behind = int((below > BEHIND).sum())
    if not behind:
        return say("figure.paths.none_behind", language)
    values: dict[str, object] = {"points": number(max(below) * 100, language, 1)}
    values |= {"count": behind, "targets": len(below)} if len(below) > 1 else {}
    return say(f"figure.paths.{'finding' if len(below) > 1 else 'only_behind'}", language, **values)


def panels_of(results: Results, draws: Uncertainty | None, language: str) -> Panels:
    """The targets of `farthest_targets`."""
    plan = results.plan
    shown = tuple(path_of(results, draws, id, language) for id in farthest_targets(results))
    return Panels(shown, plan.years, plan.decided_from - plan.first, language, say("figure.paths.with_money", language))


def farthest_targets(results: Results) -> list[str]:
    """The ids of the six targets that reach the least of what is asked, the farthest first."""
    plan, shares = results.plan, {}
    for row, target, held in zip(plan.tables.objectives, plan.is_target, results.verdict_rows, strict=True):
        if target:
            asked = held["asked"] / held["target"] if row.kind == "count" else held["asked"]
            shares[row.id] = held["coverage"] / asked if asked > 0 else 1.0
    return sorted(shares, key=shares.__getitem__)[:SHOWN]


def path_of(results: Results, draws: Uncertainty | None, objective: str, language: str) -> Path:
    """A target's lines over the years; of a count in people."""
    plan = results.plan
    o = [row.id for row in plan.tables.objectives].index(objective)
    row, held = plan.tables.objectives[o], results.verdict_rows[o]
    counted = row.kind == "count"
    unit = float(held["target"]) if counted else 1.0
    reached, with_money = (run.gap.coverage[:, o, 0] for run in (results.run, results.requirement))
    apart = np.abs(with_money - reached).max() >= A_POINT
    band: tuple[tuple[float, ...], tuple[float, ...]] | tuple[()] = ()
    if draws:
        drawn = draws.probabilities[draws.probabilities["objective"] == objective]
        band = (tuple(drawn["p05"] * unit), tuple(drawn["p95"] * unit))
    return Path(
        plan.short_label("objectives", objective, language),
        row.due_year - plan.first,
        number(held["reached"], language)
        if counted
        else percent(held["coverage"], language, missed=missed_level(held)),
        held["verdict"],
        tuple(results.run.path[:, o, 0]),
        tuple(reached * unit),
        tuple(with_money * unit) if apart else (),
        band,
        counted,
    )


# --- how it is drawn


@dataclass(frozen=True)
class Plot:
    """A panel's plot: its left and upper edge, its width and height, and the ends of its axis."""

    left: float
    top: float
    width: float
    tall: float
    low: float
    high: float
    last: int

    def x(self, year: float) -> float:
        """Where the year of that place stands."""
        return self.left + year / self.last * self.width

    def y(self, value: float) -> float:
        """Where a value stands."""
        return self.top + self.tall * (self.high - value) / (self.high - self.low)

    def points(self, line: Sequence[float]) -> str:
        """A line over the years as points of SVG."""
        return " ".join(f"{self.x(k):.1f},{self.y(value):.1f}" for k, value in enumerate(line))


def _drawer(panels: Panels, shown: Sequence[Path]) -> Callable[[Sheet], None]:
    return lambda sheet: draw_paths(sheet, panels, shown)


def draw_paths(sheet: Sheet, panels: Panels, shown: Sequence[Path]) -> None:
    """What the marks stand for, and the panels in rows."""
    top = draw_key(sheet, 0, _samples(panels)) + 6
    columns = 1 if sheet.width == NARROW else 3 if len(panels.years) <= FEW_YEARS else 2
    wide = (sheet.width - (columns - 1) * GAP) / columns
    levels = [panels.level(path, end) for path in panels.paths for end in path.ends]
    margin = max(text_width(words, sheet.size) for words in levels) + 6
    half = text_width("0000", sheet.size, bold=True) / 2  # of the last year's label
    for first in range(0, len(shown), columns):
        row = shown[first : first + columns]
        names = [wrap_words(path.name, wide, sheet.size, bold=True) for path in row]
        below = top + max(map(len, names)) * sheet.line_height + 6
        for k, (path, name) in enumerate(zip(row, names, strict=True)):
            left = k * (wide + GAP)
            sheet.lines(left, top, name, bold=True)
            _draw_panel(sheet, panels, path, left + margin, below, wide - margin - half)
        top = below + panels.tall + sheet.line_height + 18
    sheet.height = top - 8


def _samples(panels: Panels) -> list[tuple[Sample, str]]:
    """The marks that are there, in words."""
    there = {
        "path": True,
        "plan": True,
        "thin": any(path.thin for path in panels.paths),
        "band": any(path.band for path in panels.paths),
        "due": True,
        "closed": panels.closed > 0,
    }
    draw: dict[str, Sample] = {
        "path": lambda sheet, x, y: _stroke(sheet, f"{x:.1f},{y:.1f} {x + SAMPLE:.1f},{y:.1f}", INK, 1.3, DASHES),
        "plan": lambda sheet, x, y: sheet.line(x, y, x + SAMPLE, y, PLAN, 2.6),
        "thin": lambda sheet, x, y: sheet.line(x, y, x + SAMPLE, y, INK, 0.9),
        "band": lambda sheet, x, y: sheet.put("rect", x=x, y=y - 5, width=SAMPLE, height=10, fill=BAND, stroke=PLAN),
        "due": lambda sheet, x, y: _diamond(sheet, x + SAMPLE / 2, y, "plan"),
        "closed": lambda sheet, x, y: sheet.put("rect", x=x, y=y - 6, width=SAMPLE, height=12, fill=CLOSED),
    }
    words = {mark: say(f"figure.paths.{mark}", panels.language) for mark in there if mark != "thin"}
    words["thin"] = panels.thin
    return [(draw[mark], words[mark]) for mark, shown in there.items() if shown]


def _stroke(sheet: Sheet, points: str, color: str, width: float, dashes: str = "") -> None:
    look = {"stroke_dasharray": dashes} if dashes else {}
    sheet.put("polyline", points=points, fill="none", stroke=color, stroke_width=width, **look)


def _diamond(sheet: Sheet, x: float, y: float, look: str) -> None:
    points = f"{x - 6:.1f},{y:.1f} {x:.1f},{y - 6:.1f} {x + 6:.1f},{y:.1f} {x:.1f},{y + 6:.1f}"
    color = VERDICTS.get(look, PLAN)
    fill = color if look in ("met", "plan") else PAPER
    sheet.put("polygon", points=points, fill=fill, stroke=color, stroke_width=2)


def _draw_panel(sheet: Sheet, panels: Panels, path: Path, left: float, top: float, wide: float) -> None:
    """A target's plot: closed years, band, lines, the due year with its value, the ends of the axis and the years."""
    low, high = path.ends
    last = len(panels.years) - 1
    plot = Plot(left, top, wide, panels.tall, low, high, last)
    if panels.closed:
        end = plot.x(min(last, panels.closed - 0.5))
        sheet.put("rect", x=left, y=top, width=end - left, height=panels.tall, fill=CLOSED)
    for end in (low, high):
        sheet.line(left, plot.y(end), left + wide, plot.y(end), RULE)
        sheet.text(left - 6, plot.y(end) + sheet.size * 0.35, panels.level(path, end), anchor="end", color=NOTE)
    if path.band:
        ends = f"{plot.points(path.band[1])} {' '.join(reversed(plot.points(path.band[0]).split()))}"
        sheet.put("polygon", points=ends, fill=BAND, stroke=PLAN, stroke_width=0.6)
    due = plot.x(path.due)
    sheet.line(due, top, due, top + panels.tall + 4, AXIS)
    if path.thin:
        _stroke(sheet, plot.points(path.thin), INK, 0.9)
    _stroke(sheet, plot.points(path.path), INK, 1.3, DASHES)
    _stroke(sheet, plot.points(path.plan), PLAN, 2.6)
    _draw_value(sheet, plot, path)
    for k, words in label_years(panels.years, path.due, wide / last, sheet.size).items():
        color = INK if k == path.due else NOTE
        y = top + panels.tall + sheet.size + 4
        sheet.text(plot.x(k), y, words, anchor="middle", color=color, bold=k == path.due)


def _draw_value(sheet: Sheet, plot: Plot, path: Path) -> None:
    """The mark of the due year and its value, on the side of the plan's line where there is room for it."""
    x, y = plot.x(path.due), plot.y(path.plan[path.due])
    half = text_width(path.value, sheet.size, bold=True) / 2
    middle = min(plot.left + plot.width + 8 - half, max(plot.left + half, x))
    above = y - plot.top > sheet.size + 12 and path.plan[path.due] >= path.path[path.due] - 1e-9
    room_below = plot.top + plot.tall - y > sheet.size + 12
    base = y - 10 if above or not room_below else y + sheet.size + 8
    back = {"x": middle - half, "y": base - sheet.size, "width": 2 * half, "height": sheet.size + 3}
    sheet.put("rect", **back, fill=PAPER, fill_opacity=0.75)
    _diamond(sheet, x, y, path.look)
    sheet.text(middle, base, path.value, anchor="middle", bold=True)


def label_years(years: Sequence[int], due: int, step: float, size: float) -> dict[int, str]:
    """The labels of the years by their places, `step` px from one to the next: all of a few, else first, due and last.

    Where whole ones do not fit, all but the first and the due year lose their century.
    """
    last = len(years) - 1
    whole, short = text_width("0000", size, bold=True) + 2, text_width("00", size) + 2
    if last < ALL_YEARS and step >= whole:
        return {k: str(year) for k, year in enumerate(years)}
    if last < ALL_YEARS and step >= (whole + short) / 2:
        full = {due} if due <= 1 else {0, due}
        return {k: str(year) if k in full else f"{year % 100:02d}" for k, year in enumerate(years)}
    shown = [due, *(k for k in (0, last) if abs(k - due) * step >= whole)]
    return {k: str(years[k]) for k in sorted(shown)}
