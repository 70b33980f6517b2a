"""Every target as a strip: what is reached of what is asked for, as a share of it, with what is said of it beside.

Full length is 110 % of what is asked; a target is missed left of the strong line.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from trainplan.analysis.monte_carlo import Uncertainty
from trainplan.report.drawing import (
    AXIS,
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
    join_texts,
    wrap_words,
)
from trainplan.report.page_figure import Caption
from trainplan.report.titles import baseline_day
from trainplan.results.tables import Results
from trainplan.results.verdicts import missed_level
from trainplan.text.catalog import say, term
from trainplan.text.formats import due_day, number, percent

MOST, LEAST = 1.1, 0.8  # ends of the strip, where no target is farther from what is asked
ALL_ROWS, MET_FOLDED = 30, 100  # targets up to which all are drawn, and up to which only those that are met fold
RADIUS = 5.0
Column = tuple[float, float]  # from and to, px


@dataclass(frozen=True)
class StripRow:
    """A row: `value`, `aim`, `band` are shares of what is asked for; `look` a verdict, or `plan`; `beside`, its texts.

    Nothing of `aim` where it is what is asked for or beyond the strip, of `band` without draws. `assumed` is a goal
    whose number is not the decision's. `before` is the value in an earlier look.
    """

    name: str
    value: float
    look: str
    beside: tuple[str, ...]
    aim: float | None = None
    band: tuple[float, float] | None = None
    group: str = ""
    people: float = 0.0  # short
    assumed: bool = False
    before: float | None = None


def target_strip(results: Results, draws: Uncertainty | None, language: str) -> Drawing:
    """What every target reaches when due, of what is asked: missed, nearly met, met; with draws, nine in ten of them.

    Of many targets those that are met are folded, of very many all of them below a row a group.
    """
    rows = strip_rows(results, draws, language)
    short = sorted((row for row in rows if row.look != "met"), key=lambda row: -row.people)
    finding = _finding(short, language)
    most = "; ".join(f"{row.name} {number(row.people, language)} {say('unit.people', language)}" for row in short[:3])
    alt = f"{finding} {say('figure.target_strip.most', language, targets=most)}" if short else finding
    return strip_drawing("target_strip", strip_caption(finding, alt, results, draws, rows, language), rows, language)


def _finding(short: Sequence[StripRow], language: str) -> str:
    """Which of the rows that are not met is farthest from what is asked; a goal only where no target is short."""
    if not short:
        return say("figure.target_strip.all_met", language)
    row = min(short, key=lambda one: (one.assumed, one.value))
    about = {"target": row.name, "reached": row.beside[0], "people": number(row.people, language)}
    return say("figure.target_strip.finding", language, **about)


def strip_caption(
    finding: str, alt: str, results: Results, draws: Uncertainty | None, rows: Sequence[StripRow], language: str
) -> Caption:
    """What stands around the rows of `strip_rows`: how to read each mark that is there, and where the numbers are."""
    there = {
        "dot": True,
        "aim": any(row.aim for row in rows),
        "beyond": any(row.value > MOST for row in rows),
        "band": any(row.band for row in rows),
        "year_end": any("-" in day for day in results["verdicts"]["due"]),
    }
    reading = tuple(say(f"figure.target_strip.{mark}", language) for mark, shown in there.items() if shown)
    return Caption(finding, alt, "", reading, ("verdicts", *(("probabilities",) if draws else ())))


def strip_rows(
    results: Results,
    draws: Uncertainty | None,
    language: str,
    beside: Mapping[str, tuple[str, ...]] | None = None,
    earlier: Results | None = None,
) -> list[StripRow]:
    """A row a target: missed ones first, then nearly met, then met ones; of these, those due first.

    `beside` has the texts of every objective where they are not what is reached, who is short and why; `earlier` are
    the results of an earlier look.
    """
    plan, order = results.plan, {"missed": 0, "nearly": 1, "met": 2}
    before = {row["objective"]: _value(row) for row in earlier.verdict_rows} if earlier else {}
    bands = draws.probabilities.set_index(["objective", "year"]) if draws else None
    rows = []
    held_rows = results.verdict_rows
    for row, held, decided in zip(plan.tables.objectives, held_rows, plan.is_target, strict=True):
        counted = row.kind == "count"
        scale = _scale(held)
        aim = held["target"] / held["asked"] if held["asked"] else 1.0
        band = None
        if bands is not None and held["asked"]:
            low, high = (float(bands.at[(row.id, row.due_year), one]) * scale for one in ("p05", "p95"))
            band = (low, high)
        rows.append(
            StripRow(
                plan.short_label("objectives", row.id, language),
                _value(held),
                held["verdict"],
                (beside[row.id] if beside else _beside(held, counted, language)) + _assumed(decided, language),
                aim if 1.0005 < aim <= MOST else None,
                band,
                plan.short_label("groups", row.group, language),
                held["gap"],
                not decided,
                before.get(row.id),
            )
        )
    dated = sorted(zip(results["verdicts"]["due"], rows, strict=True), key=lambda one: (order[one[1].look], one[0]))
    return [row for _, row in dated]


def _scale(held: Mapping[str, Any]) -> float:
    """What turns a coverage of a row of verdicts into a share of what is asked."""
    whole = max(1.0, held["target"])  # of a count its target, as a share is never above 1
    return float(whole / held["asked"]) if held["asked"] else math.inf


def _value(held: Mapping[str, Any]) -> float:
    """What a row of verdicts reaches, as a share of what is asked."""
    return held["coverage"] * _scale(held) if held["asked"] else 1.0


def _assumed(decided: bool, language: str) -> tuple[str, ...]:
    return () if decided else (say("figure.target_strip.assumed", language),)


def _beside(held: Mapping[str, Any], counted: bool, language: str) -> tuple[str, ...]:
    """What is reached of what is asked; who is short, when due, and why, or that the aim is not reached."""
    people = say("unit.people", language)
    if counted:
        reached = f"{number(held['reached'], language)} / {number(held['asked'], language)} {people}"
    else:
        level = percent(held["asked"], language)
        reached = f"{percent(held['coverage'], language, missed=missed_level(held))} / {level}"
    due = due_day(held["due"], language)
    if held["verdict"] != "met":
        short = say("figure.target_strip.short", language, people=number(held["gap"], language))
        return reached, short, due, term("limit", held["binds"], language)
    if held["aim_met"]:
        return reached, due
    aim = f"{number(held['target'], language)} {people}" if counted else percent(held["target"], language)
    return reached, due, say("figure.target_strip.below_aim", language, aim=aim)


def baselines_and_targets(results: Results, language: str) -> Drawing | None:
    """Where every objective that is a share stands at the baseline, of what is asked; the farthest first."""
    plan, asked = results.plan, results["verdicts"].set_index("objective")["asked"]
    rows = []
    for row, decided in zip(plan.tables.objectives, plan.is_target, strict=True):
        if row.kind != "count" and asked[row.id]:
            level = asked[row.id]
            missed = level if row.baseline < level else None
            shares = f"{percent(row.baseline, language, missed=missed)} / {percent(level, language)}"
            beside = (shares, due_day(row.due, language), *_assumed(decided, language))
            name = plan.short_label("objectives", row.id, language)
            rows.append(StripRow(name, row.baseline / level, "plan", beside, assumed=not decided))
    if not rows:
        return None
    rows.sort(key=lambda row: row.value)
    judged = [row for row in rows if not row.assumed] or rows
    counts = {"count": sum(row.value < 1 for row in judged), "targets": len(judged)}
    finding = say("figure.baselines_and_targets.finding", language, day=baseline_day(plan, language), **counts)
    far = "; ".join(f"{row.name} {row.beside[0]}" for row in rows[:3])
    alt = f"{finding} {say('figure.baselines_and_targets.most', language, targets=far)}"
    caption = Caption(finding, alt, "", (say("figure.baselines_and_targets.dot", language),), ("verdicts",))
    return strip_drawing("baselines_and_targets", caption, rows, language)


# --- how it is drawn


@dataclass(frozen=True)
class Strip:
    """The strip's lower end, a share of what is asked for, and the words of its head."""

    low: float
    level: str
    language: str

    def place(self, share: float, column: Column) -> float:
        """Where a share stands in a column, px; at its ends where it lies beyond them."""
        part = (min(MOST, max(self.low, share)) - self.low) / (MOST - self.low)
        return column[0] + part * (column[1] - column[0])


def strip_drawing(name: str, caption: Caption, rows: Sequence[StripRow], language: str) -> Drawing:
    """The rows as a drawing, folded by their number."""
    strip = strip_of(rows, language)

    def draw(shown: Sequence[StripRow], headed: bool = True) -> Callable[[Sheet], None]:
        return lambda sheet: draw_rows(sheet, strip, shown, headed)

    if len(rows) <= ALL_ROWS:
        return Drawing(name, caption, draw(rows))
    if len(rows) <= MET_FOLDED:
        met = [row for row in rows if row.look == "met"]
        folds: tuple[Fold, ...] = (Fold(_heading(met, language), draw(met)),) if met else ()
        return Drawing(name, caption, draw([row for row in rows if row.look != "met"]), folds, draw(rows))
    groups = [(group, [*own]) for group, own in groupby(sorted(rows, key=lambda row: row.group), lambda row: row.group)]
    groups.sort(key=lambda one: min(row.value for row in one[1]))
    heads = [_group_row(group, own, language) for group, own in groups]
    folds = tuple(
        Fold(f"{head.name}: {head.beside[0]}", draw(own)) for head, (_, own) in zip(heads, groups, strict=True)
    )
    return Drawing(name, caption, draw(heads, headed=False), folds, draw(rows))


def small_strip(name: str, caption: Caption, rows: Sequence[StripRow], notes: Sequence[str], language: str) -> Drawing:
    """The rows as a drawing half as high: in two columns, and beside a strip the first of its texts alone."""
    strip = strip_of(rows, language)
    return Drawing(name, caption, lambda sheet: _draw_small(sheet, strip, rows, notes))


def strip_of(rows: Sequence[StripRow], language: str) -> Strip:
    """The strip on which all of the rows have room."""
    ends = [end for row in rows for end in (row.value, row.value if row.before is None else row.before)]
    ends += [row.band[0] for row in rows if row.band]
    low = min(LEAST, max(0.0, math.floor(min(ends, default=1.0) * 10) / 10))
    return Strip(low, say("figure.target_strip.asked", language), language)


def _draw_small(sheet: Sheet, strip: Strip, rows: Sequence[StripRow], notes: Sequence[str]) -> None:
    """One column on a phone; a row has its name above the strip."""
    columns = 1 if sheet.width == NARROW else 2
    width, bottom = sheet.width / columns - 10.0, 0.0
    each = math.ceil(len(rows) / columns)
    for c in range(columns):
        left, top = c * (width + 20), 2.0
        for row in rows[c * each : (c + 1) * each]:
            top = sheet.lines(left, top, wrap_words(row.name, width, sheet.size))
            _draw_strip(sheet, strip, row, (left + RADIUS + 1, left + 0.5 * width), top + 9, 7)
            top = sheet.lines(left + 0.5 * width + 16, top, row.beside[:1]) + 5
        bottom = max(bottom, top)
    text = wrap_words(" ".join(notes), sheet.width, sheet.size)
    sheet.height = sheet.lines(0, bottom, text, color=NOTE) + 2


def _group_row(group: str, rows: Sequence[StripRow], language: str) -> StripRow:
    """The targets of a group as the one that is farthest from what is asked."""
    farthest = min(rows, key=lambda row: row.value)
    met = sum(row.look == "met" for row in rows)
    count = say("figure.target_strip.met_of", language, met=met, objectives=len(rows))
    beside = (count, say("figure.target_strip.farthest", language, target=farthest.name), *farthest.beside[:1])
    return StripRow(group, farthest.value, farthest.look, beside, people=farthest.people)


def _heading(rows: Sequence[StripRow], language: str) -> str:
    """The verdict of the rows and how many they are, goals whose number is assumed apart."""
    word = term("verdict", rows[0].look, language)
    goals = sum(row.assumed for row in rows)
    counts = {"targets": len(rows) - goals, "goals": goals}
    counted = [say(f"figure.target_strip.of_{kind}", language, count=count) for kind, count in counts.items() if count]
    return f"{word[:1].upper()}{word[1:]}: {', '.join(counted)}"


def draw_rows(sheet: Sheet, strip: Strip, rows: Sequence[StripRow], headed: bool, note: str = "") -> None:
    """The head, the rows, where `headed` below a heading a verdict, and a note."""
    narrow = sheet.width == NARROW
    column = (RADIUS, NARROW - 14.0) if narrow else (268.0, 474.0)
    full = strip.place(1, column)
    sheet.text(column[0], sheet.size, percent(strip.low, strip.language, 0), color=NOTE)
    sheet.text(full, sheet.size, strip.level, anchor="middle", bold=True)
    top = sheet.size + 8.0
    for look, group in groupby(rows, lambda row: row.look):
        shown = [*group]
        if headed and look in VERDICTS:
            _draw_mark(sheet, RADIUS + 1, top + 15, look)
            heading = wrap_words(_heading(shown, strip.language), sheet.width - 18, sheet.size, bold=True)
            top = sheet.lines(18, top + 8, heading, bold=True) + 6
        for row in shown:
            top = (_narrow_row if narrow else _wide_row)(sheet, strip, row, column, top)
            sheet.line(0, top, sheet.width, top, RULE, 0.6)
            sheet.may_break(top + 1)
    sheet.height = top + 4
    if note:
        sheet.height = sheet.lines(0, top + 8, wrap_words(note, sheet.width, sheet.size), color=NOTE) + 4


def _wide_row(sheet: Sheet, strip: Strip, row: StripRow, column: Column, top: float) -> float:
    """Name, strip and texts side by side; returns where the next row begins."""
    name = wrap_words(row.name, column[0] - 18, sheet.size)
    beside = join_texts(row.beside, sheet.width - column[1] - 20, sheet.size)
    tall = max(len(name), len(beside)) * sheet.line_height + 8
    middle = top + tall / 2
    for x, words in ((0.0, name), (column[1] + 20, beside)):
        sheet.lines(x, middle - len(words) * sheet.line_height / 2 + 1, words)
    _draw_strip(sheet, strip, row, column, middle, tall / 2)
    return top + tall


def _narrow_row(sheet: Sheet, strip: Strip, row: StripRow, column: Column, top: float) -> float:
    """Name, strip and texts one below the other; returns where the next row begins."""
    end = sheet.lines(0, top + 5, wrap_words(row.name, sheet.width, sheet.size, bold=True), bold=True)
    _draw_strip(sheet, strip, row, column, end + 10, 9)
    return sheet.lines(0, end + 20, join_texts(row.beside, sheet.width, sheet.size)) + 6


def _draw_strip(sheet: Sheet, strip: Strip, row: StripRow, column: Column, y: float, half: float) -> None:
    """The line, what is asked, the band, the tick of the aim and the mark; `half` the height of the row."""
    full = strip.place(1, column)
    sheet.line(column[0], y, column[1], y, RULE)
    sheet.line(full, y - half, full, y + half, INK, 2)
    if row.band:
        sheet.line(strip.place(row.band[0], column), y, strip.place(row.band[1], column), y, PLAN, 2)
    if row.aim:
        x = strip.place(row.aim, column)
        sheet.line(x, y - 6, x, y + 6, AXIS, 2)
    if row.before is not None:
        x = strip.place(row.before, column)
        sheet.put("circle", cx=x, cy=y, r=RADIUS - 2, fill=PAPER, stroke=PLAN, stroke_width=1.5)
    if row.value > MOST:
        points = f"{column[1]:.1f},{y - 6:.1f} {column[1] + 10:.1f},{y:.1f} {column[1]:.1f},{y + 6:.1f}"
        sheet.put("polygon", points=points, fill=PAPER, stroke=VERDICTS.get(row.look, PLAN), stroke_width=2)
    else:
        _draw_mark(sheet, strip.place(row.value, column), y, row.look)


def _draw_mark(sheet: Sheet, x: float, y: float, look: str) -> None:
    """A dot: hollow, half or full by its verdict, so that it needs no colors."""
    color = VERDICTS.get(look, PLAN)
    full = look in ("met", "plan")
    sheet.put("circle", cx=x, cy=y, r=RADIUS, fill=color if full else PAPER, stroke=color, stroke_width=2)
    if look == "nearly":
        half = f"M{x:.1f},{y - RADIUS:.1f} A{RADIUS},{RADIUS} 0 0 0 {x:.1f},{y + RADIUS:.1f} Z"
        sheet.put("path", d=half, fill=color)
