"""A review: what is reached now beside what was decided, money by volume and price, why people are missing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd

from trainplan.cycle.review import Review
from trainplan.cycle.review_coverage import CAUSES
from trainplan.model.gap import HALF_A_PERSON
from trainplan.report.drawing import Drawing
from trainplan.report.forms.bar_table import BarColumns, BarRow, bar_table
from trainplan.report.forms.causes import SEEN, Gap, draw_causes
from trainplan.report.forms.target_strip import strip_caption, strip_drawing, strip_rows
from trainplan.report.page_figure import Caption, HtmlFigure
from trainplan.report.tables.results import A_LITTLE
from trainplan.results.registry import column_heading
from trainplan.results.verdicts import missed_level
from trainplan.text.catalog import say, term
from trainplan.text.formats import bare_millions, billions, due_day, number, percent, with_plus, year_span

LARGEST = 3  # values that are read aloud
MOST_TIMES = 3  # a cause of more than so many times the whole change says nothing as a part of it
AMOUNTS = ("planned_vnd", "volume_vnd", "price_vnd", "spent_vnd")


def review_targets(review: Review, language: str) -> Drawing:
    """What every target now reaches when due, of what is asked, with a ring where the plan as decided had it."""
    now = review.now
    beside = {row["objective"]: _beside(review, row, language) for row in now.verdict_rows}
    rows = strip_rows(now, None, language, beside, review.decided)
    counts = review.count_met()
    before = sum(review.verdicts["is_target"] & (review.verdicts["decided"] == "met"))
    finding = say(
        "figure.review_targets.finding", language, met=counts["met"], targets=counts["objectives"], before=before
    )
    short = sorted((row for row in rows if row.look != "met"), key=lambda row: -row.people)[:LARGEST]
    people = say("unit.people", language)
    most = "; ".join(f"{row.name} {number(row.people, language)} {people}" for row in short)
    alt = f"{finding} {say('figure.target_strip.most', language, targets=most)}" if short else finding
    caption = strip_caption(finding, alt, now, None, rows, language)
    reading = [*caption.reading, say("figure.review_targets.before", language)]
    if len(review.counted_objectives) < len(rows):
        reading.append(say("figure.review_targets.simulated", language))
    caption = Caption(finding, alt, "", tuple(reading), ("review_coverage",))
    return strip_drawing("review_targets", caption, rows, language)


def _beside(review: Review, held: dict[str, Any], language: str) -> tuple[str, ...]:
    """What is now reached of what is asked; who is missing now and was as decided, when due, and if it is simulated."""
    if held["target"] > 1:
        reached = f"{number(held['reached'], language)} / {number(held['asked'], language)}"
    else:
        share = percent(held["coverage"], language, missed=missed_level(held))
        reached = f"{share} / {percent(held['asked'], language)}"
    row = review.due.loc[held["objective"]] if held["objective"] in review.due.index else None
    texts = [reached]
    if row is not None and max(row["missing_now"], row["missing_decided"]) >= HALF_A_PERSON:
        people = {name: number(row[f"missing_{name}"], language) for name in ("now", "decided")}
        texts.append(say("figure.review_targets.missing", language, **people))
    known = () if held["objective"] in review.counted_objectives else (say("word.simulated", language),)
    return (*texts, due_day(held["due"], language), *known)


def review_money_by_program(review: Review, language: str) -> HtmlFigure | None:
    """What each program was to cost and did cost up to the year, with the difference by volume and by price.

    All programs first, then those that differ most. None where nothing costs.
    """
    frame = review["review_money"]
    sums = frame.groupby("program", sort=False)[[*AMOUNTS]].sum()
    sums = sums[sums[["planned_vnd", "spent_vnd"]].max(axis=1) >= A_LITTLE]
    if not len(sums):
        return None
    widest = sums[["volume_vnd", "price_vnd"]].abs().sum(axis=1).sort_values(ascending=False, kind="stable")
    estimated = set(frame[frame["estimated"] & (frame["spent_vnd"] >= A_LITTLE)]["program"])
    marks = {id: say("word.estimate", language) if id in estimated else "" for id in widest.index}
    rows = [_money_row(review, say("word.total", language), frame[[*AMOUNTS]].sum(), language)]
    names = {id: review.plan_with("programs", id).label("programs", id, language) for id in marks}
    rows += [_money_row(review, name, sums.loc[id], language, program=id) for id, name in names.items()]
    if estimated:
        said = ["" if len(estimated) < len(marks) else say("word.estimate", language), *marks.values()]
        rows = [replace(row, beside=(*row.beside, mark)) for row, mark in zip(rows, said, strict=True)]
    columns = BarColumns(
        say("head.program", language),
        tuple(column_heading(name, language, "million") for name in ("plan_vnd", "spent_vnd")),
        say("figure.review_money_by_program.bar", language),
        (
            *(column_heading(name, language, "million") for name in ("volume_vnd", "price_vnd")),
            *([say("head.review_money.estimated", language)] if estimated else []),
        ),
        (2,),
        tuple(term("head", name, language) for name in ("volume", "price")),
    )
    return bar_table("review_money_by_program", _money_caption(review, sums, language), columns, rows, language)


def _money_row(review: Review, name: str, sums: pd.Series, language: str, **at: object) -> BarRow:
    planned, volume, price, spent = (review.quote("review_money", one, float(sums[one]), **at) for one in AMOUNTS)
    return BarRow(
        name,
        (bare_millions(planned, language), bare_millions(spent, language)),
        (float(volume), float(price)),
        beside=tuple(with_plus(bare_millions(one, language)) for one in (volume, price)),
    )


def _money_caption(review: Review, sums: pd.DataFrame, language: str) -> Caption:
    """Which program differs most from what was planned."""
    moved = (sums["spent_vnd"] - sums["planned_vnd"]).sort_values(key=abs, ascending=False, kind="stable")[:LARGEST]
    named = [
        (review.plan_with("programs", str(id)).label("programs", str(id), language), with_plus(billions(vnd, language)))
        for id, vnd in moved.items()
        if abs(vnd) >= A_LITTLE
    ]
    if named:
        finding = say("figure.review_money_by_program.finding", language, program=named[0][0], amount=named[0][1])
        alt = f"{finding} {'; '.join(' '.join(one) for one in named)}."
    else:
        finding = alt = say("figure.review_money_by_program.as_planned", language)
    years = year_span(review.now.plan.first, review.year)
    what = say("figure.review_money_by_program.what", language, years=years)
    return Caption(finding, alt, what, (say("figure.review_money_by_program.reading", language),), ("review_money",))


def review_causes(review: Review, language: str) -> Drawing | None:
    """Why more or fewer people are missing when due than as decided, in parts by cause, the widest difference first.

    None where nobody more or less is missing from any target. One whose causes all but cancel out has no bar.
    """
    rows = review.due[review.due["is_target"]]
    change = (rows["missing_now"] - rows["missing_decided"]).astype(float)
    moved = change[change.abs() >= HALF_A_PERSON].sort_values(key=abs, ascending=False, kind="stable")
    change = moved[rows.loc[moved.index, list(CAUSES)].abs().max(axis=1) <= MOST_TIMES * moved.abs()]
    if not len(change):
        return None
    gaps = [
        Gap(
            review.plan_with("objectives", str(id)).short_label("objectives", str(id), language),
            people,
            tuple(float(rows.loc[id, cause] / people) for cause in CAUSES),
            f"{with_plus(number(people, language))} {say('unit.people', language)}",
        )
        for id, people in change.items()
    ]
    words = [term("review_cause", cause, language) for cause in CAUSES]
    most = max(range(len(CAUSES)), key=lambda k: sum(abs(gap.parts[k] * gap.people) for gap in gaps))
    finding = say("figure.review_causes.finding", language, cause=words[most])
    named = "; ".join(f"{gap.name} {gap.shown}" for gap in gaps[:LARGEST])
    marks = ["bar", *(["negative"] if any(gap.low <= -SEEN for gap in gaps) else [])]
    marks += ["cancelled"] if len(change) < len(moved) else []
    caption = Caption(
        finding,
        f"{finding} {say('figure.review_causes.most', language, targets=named)}",
        say("figure.review_causes.what", language),
        tuple(say(f"figure.review_causes.{mark}", language) for mark in marks),
        ("review_coverage",),
    )
    return Drawing("review_causes", caption, lambda sheet: draw_causes(sheet, gaps, words, language))
