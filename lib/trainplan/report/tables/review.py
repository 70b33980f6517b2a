"""Tables of a review: verdicts then and now, money by source, what differs each year, milestones and lessons."""

from __future__ import annotations

from typing import Any

import pandas as pd

from trainplan.cycle.milestones import milestone_state
from trainplan.cycle.review import Review
from trainplan.cycle.review_coverage import CAUSES
from trainplan.model.gap import HALF_A_PERSON
from trainplan.plan.schema import Actual
from trainplan.report.tables.columns import Column, build_table, label, terms_of
from trainplan.report.tables.results import A_LITTLE
from trainplan.results.quote import quote_numbers
from trainplan.results.registry import RESULTS
from trainplan.text.catalog import say, term
from trainplan.text.formats import bare_millions, due_day, last_day, number, with_plus


def review_verdicts(review: Review, language: str) -> pd.DataFrame:
    """A row an objective as it now stands: verdict and people missing then and now, the last start if it is gone."""
    rows: list[dict[str, Any]] = []
    for id, held in review.verdicts.iterrows():
        start = held["latest_start"]
        gone = say("tail.review_gone", language) if held["is_gone"] else ""
        rows.append(
            {
                "objective": str(id),
                "due": held["due"],
                "verdict_decided": held["decided"],
                "verdict_now": held["verdict"],
                **{name: review.due.loc[str(id), name] for name in ("missing_decided", "missing_now")},
                "latest_start": "" if pd.isna(start) else f"{start}{gone}",
                "known_by": "counted" if id in review.counted_objectives else "simulated",
            }
        )
    columns = [
        Column("objective", label(review.now.plan, "objectives")),
        Column("due", "date"),
        *(Column(f"verdict_{when}", terms_of("verdict")) for when in ("decided", "now")),
        *(Column(f"missing_{when}", "people", "people") for when in ("decided", "now")),
        *([Column("latest_start")] if any(row["latest_start"] for row in rows) else []),
        Column("known_by", terms_of("word")),
    ]
    return build_table(rows, columns, language)


def review_people(review: Review, language: str) -> pd.DataFrame:
    """A row for every objective and year that differs: people missing then and now, and the parts of the difference."""
    frame = review["review_coverage"]
    differs = (frame["missing_now"] - frame["missing_decided"]).abs() >= HALF_A_PERSON
    rows = quote_numbers("review_coverage", frame[differs])
    columns = [
        Column("year", "year"),
        Column("objective", lambda id, language: review.plan_with("objectives", id).label("objectives", id, language)),
        *(Column(f"missing_{when}", "people", "people") for when in ("decided", "now")),
        *(Column(cause, lambda people, language: with_plus(number(people, language))) for cause in CAUSES),
    ]
    table = RESULTS["review_coverage"]
    headings = {column.heading(language): table.heading(column.key, language) for column in columns[-len(CAUSES) :]}
    return build_table(rows, columns, language).rename(columns=headings)


def review_money_by_source(review: Review, language: str) -> pd.DataFrame:
    """A row a source and one of all: planned, the difference by volume and by price, spent, in millions."""
    frame = review["review_money"]
    names = ("planned_vnd", "volume_vnd", "price_vnd", "spent_vnd")
    heads = {name: "plan_vnd" if name == "planned_vnd" else name for name in names}
    sums = frame.groupby("source", sort=False)[[*names]].sum()
    sums = sums[sums[["planned_vnd", "spent_vnd"]].max(axis=1) >= A_LITTLE]
    rows = [
        {
            "source": review.plan_with("sources", str(id)).label("sources", str(id), language),
            **{heads[name]: review.quote("review_money", name, own[name], source=id) for name in names},
        }
        for id, own in sums.iterrows()
    ]
    if len(rows) > 1:
        total = {heads[name]: review.quote("review_money", name, frame[name].sum()) for name in names}
        rows.append({"source": say("word.total", language), **total})

    def with_sign(vnd: float, language: str) -> str:
        return with_plus(bare_millions(vnd, language))

    shows: dict[str, Any] = dict.fromkeys(("plan_vnd", "spent_vnd"), "million VND")
    columns = [Column("source"), *(Column(head, shows.get(head, with_sign), "million") for head in heads.values())]
    return build_table(rows, columns, language)


def review_milestones(review: Review, language: str) -> pd.DataFrame:
    """A row a milestone, in the order in which they are due: when it is due and was done, and whether it is late."""
    plan = review.now.plan
    rows = [
        {
            "milestone": plan.label("milestones", row.id, language),
            "section": row.clause,
            "unit": row.unit or "",
            "due": due_day(row.due, language),
            "done": due_day(row.done, language) if row.done else "",
            "state": milestone_state(row, review.day),
        }
        for row in sorted(plan.tables.milestones, key=lambda row: last_day(row.due))
    ]
    columns = [
        Column("milestone"),
        *([Column("section")] if any(row["section"] for row in rows) else []),
        *([Column("unit", label(plan, "units"))] if any(row["unit"] for row in rows) else []),
        *(Column("due"), Column("done"), Column("state", terms_of("milestone_state"))),
    ]
    return build_table(rows, columns, language)


def review_lessons(review: Review, language: str) -> pd.DataFrame:
    """A row a lesson of the years up to the review's: the year, what it is about, the lesson and what is proposed."""
    plan = review.now.plan
    rows = [
        {
            "year": row.year,
            "objective": plan.label("objectives", row.objective, language) if row.objective else "",
            "lesson": row.text_of("lesson", language),
            "proposal": row.text_of("proposal", language),
        }
        for row in plan.tables.lessons
        if row.year <= review.year
    ]
    columns = [
        Column("year", "year"),
        *([Column("objective")] if any(row["objective"] for row in rows) else []),
        *(Column("lesson"), Column("proposal")),
    ]
    return build_table(rows, columns, language)


def review_unused(review: Review, language: str) -> pd.DataFrame:
    """A row for everything that is known of later years and not used: its table, year, objective and people."""
    plan = review.now.plan
    rows = []
    for name, row in review.later_facts:
        about = [plan.label("objectives", row.objective, language)]
        about += [plan.label("programs", row.program, language)] if isinstance(row, Actual) else []
        people = row.enrolled if isinstance(row, Actual) else row.reached
        words = {"table": term("table", name, language), "about": " · ".join(about)}
        rows.append({**words, "year": row.year, "people": people})
    columns = [Column("table"), Column("year", "year"), Column("about"), Column("people", "people")]
    return build_table(rows, columns, language)
