"""Why each target is missed: its gap as a bar, in the parts that go with each limit, with the people that it lacks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from trainplan.report.drawing import INK, NARROW, NOTE, PAPER, RULE, Drawing, Sheet, join_texts, text_width, wrap_words
from trainplan.report.forms.key import Sample, draw_key
from trainplan.report.page_figure import Caption
from trainplan.results.tables import Results
from trainplan.results.verdicts import LIMITS
from trainplan.text.catalog import say, term
from trainplan.text.formats import number, percent

SHOWN = 10  # gaps at most
NAMED, SEEN = 0.15, 0.005  # parts of a gap that are named, and that are drawn, from that on
ENDS = (-1.0, 2.0)  # of the scale at most: a bar beyond them has an open end
BAR = 16.0  # px


@dataclass(frozen=True)
class Gap:
    """People that a target lacks, in all and in words, and which part of them goes with each cause.

    The parts add up to 1; one may be negative.
    """

    name: str
    people: float
    parts: tuple[float, ...]
    shown: str

    @property
    def low(self) -> float:
        """Where the bar begins: 0, or left of it by all negative parts."""
        return sum(part for part in self.parts if part < 0)

    @property
    def high(self) -> float:
        """Where the bar ends: 1, or right of it by what the negative parts take back."""
        return sum(part for part in self.parts if part > 0)


def causes(results: Results, language: str) -> Drawing | None:
    """What holds back each missed target: its gap in parts by limit, the ten largest gaps; none where nobody lacks."""
    gaps = gaps_of(results, language)
    if not gaps:
        return None
    finding = _finding(gaps, language)
    largest = "; ".join(f"{gap.name} {gap.shown}" for gap in gaps[:3])
    caption = Caption(
        finding,
        f"{finding} {say('figure.causes.most', language, targets=largest)}",
        say("figure.causes.what", language),
        tuple(
            say(f"figure.causes.{mark}", language)
            for mark, there in {"bar": True, "negative": any(gap.low <= -SEEN for gap in gaps)}.items()
            if there
        ),
        ("verdicts",),
    )
    words = [term("limit", limit, language) for limit in LIMITS]
    return Drawing("causes", caption, lambda sheet: draw_causes(sheet, gaps, words, language))


def gaps_of(results: Results, language: str) -> list[Gap]:
    """The gaps of the targets that lack people when due, the widest first."""
    plan, rows = results.plan, results["verdicts"]
    rows = rows[list(plan.is_target)].query("binds != ''").sort_values("gap", ascending=False, kind="stable")
    parts = [tuple(float(row[f"missing_{limit}"] / row["gap"]) for limit in LIMITS) for _, row in rows.iterrows()]
    names = [plan.short_label("objectives", id, language) for id in rows["objective"]]
    people = [float(gap) for gap in rows["gap"]]
    shown = [f"{number(gap, language)} {say('unit.people', language)}" for gap in people]
    return [Gap(*one) for one in zip(names, people, parts, shown, strict=True)]


def _finding(gaps: Sequence[Gap], language: str) -> str:
    """Which cause most often is more than half of a gap."""
    over_half = [sum(gap.parts[k] > 0.5 for gap in gaps) for k in range(len(LIMITS))]
    if not any(over_half):
        return say("figure.causes.mixed", language)
    most = over_half.index(max(over_half))
    counts = {"count": over_half[most], "gaps": len(gaps)}
    return say("figure.causes.finding", language, cause=term("limit", LIMITS[most], language), **counts)


# --- how it is drawn


@dataclass(frozen=True)
class Scale:
    """The shares of a gap from `low` to `high`, between two places on the sheet, px."""

    low: float
    high: float
    start: float
    end: float

    def place(self, share: float) -> float:
        """Where a share stands; at the nearer end where it lies beyond."""
        part = (min(self.high, max(self.low, share)) - self.low) / (self.high - self.low)
        return self.start + part * (self.end - self.start)


def draw_causes(sheet: Sheet, gaps: Sequence[Gap], words: Sequence[str], language: str) -> None:
    """The causes in `words`, a bar a gap with its name and people, and how many gaps more there are."""
    shown = gaps[:SHOWN]
    there = [k for k in range(len(words)) if any(abs(gap.parts[k]) >= SEEN for gap in shown)]
    top = draw_key(sheet, 0, [(_sample(k), words[k]) for k in there]) + 4
    room = max(text_width(gap.shown, sheet.size, bold=True) for gap in shown) + 14
    start = 2.0 if sheet.width == NARROW else 250.0
    low, high = max(ENDS[0], min(gap.low for gap in shown)), min(ENDS[1], max(gap.high for gap in shown))
    scale = Scale(low if low <= -SEEN else 0.0, max(1.0, high), start, sheet.width - room - 10)
    for share in (0.0, 1.0):
        x, mark = scale.place(share), percent(share, language, 0)
        half = text_width(mark, sheet.size) / 2
        sheet.text(min(sheet.width - half, max(half, x)), top + sheet.size, mark, anchor="middle", color=NOTE)
    top += sheet.line_height + 2
    for gap in shown:
        top = _draw_gap(sheet, gap, words, scale, top, language)
    if len(gaps) > len(shown):
        more = say("figure.causes.more", language, count=len(gaps) - len(shown))
        top = sheet.lines(0, top + 4, wrap_words(more, sheet.width, sheet.size), color=NOTE)
    sheet.height = top + 4


def _sample(cause: int) -> Sample:
    return lambda sheet, x, y: sheet.box(x + 4, y - 6, 14, 12, cause)


def _draw_gap(sheet: Sheet, gap: Gap, words: Sequence[str], scale: Scale, top: float, language: str) -> float:
    """Name, bar, people and the parts in words; on a phone the name above. Returns where the next gap begins."""
    narrow = sheet.width == NARROW
    room = sheet.width if narrow else scale.start - 24
    name = wrap_words(gap.name, room, sheet.size, bold=narrow)
    below = sheet.lines(0, top + 5, name, bold=narrow)
    y = below + 3 if narrow else top + 6
    for edge in (0.0, 1.0):
        sheet.line(scale.place(edge), y - 4, scale.place(edge), y + BAR + 4, INK)
    _draw_bar(sheet, gap, scale, y)
    sheet.text(scale.end + 14, y + BAR - 3, gap.shown, bold=True)
    named = [(cause, part) for cause, part in zip(words, gap.parts, strict=True) if abs(part) >= NAMED]
    said = [f"{cause} {percent(part, language, 0)}" for cause, part in named]
    lines = join_texts(said, sheet.width - scale.start, sheet.size)
    end = max(below, sheet.lines(scale.start, y + BAR + 4, lines)) + 5
    sheet.line(0, end, sheet.width, end, RULE, 0.6)
    return end


def _draw_bar(sheet: Sheet, gap: Gap, scale: Scale, y: float) -> None:
    """Positive parts from 0 to the right, negative ones to the left."""
    for sign in (1, -1):
        foot = 0.0
        for k, part in enumerate(gap.parts):
            if part * sign >= SEEN:
                left, right = sorted((scale.place(foot), scale.place(foot + part)))
                if right > left:
                    sheet.box(left, y, right - left, BAR, k)
                foot += part
    for beyond, x, way in ((gap.low < scale.low - SEEN, scale.start, -1), (gap.high > scale.high + SEEN, scale.end, 1)):
        if beyond:
            points = f"{x:.1f},{y:.1f} {x + way * 9:.1f},{y + BAR / 2:.1f} {x:.1f},{y + BAR:.1f}"
            sheet.put("polygon", points=points, fill=PAPER, stroke=INK, stroke_width=1)
