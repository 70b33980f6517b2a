"""A review in sentences: money spent, targets met now, the widest difference, what catching up takes, what is known."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd

from trainplan.analysis.goal_seek import Goal
from trainplan.cycle.review import Review
from trainplan.cycle.review_coverage import CAUSES
from trainplan.model.gap import HALF_A_PERSON
from trainplan.plan.address import NOT_SEEN, address_label
from trainplan.report.sentences.answer import NAMED, when_due
from trainplan.report.tables.results import A_LITTLE
from trainplan.results.quote import address_of
from trainplan.text.catalog import say, term
from trainplan.text.formats import billions, calendar_day, number, with_plus, year_span
from trainplan.text.shown import Quoted


def review_answer(review: Review, goal: Goal | None, language: str) -> list[str]:
    """What was spent, which targets are met now, what differs most, what catching up costs and what is too late.

    `goal` is sought in the plan as it now stands.
    """
    said = [*review_spent(review, language), *review_met(review, language), *review_widest(review, language)]
    return [*said, *review_catching_up(review, goal, language), *review_too_late(review, language)]


def review_spent(review: Review, language: str) -> list[str]:
    """What was spent up to the year beside what was planned, by volume and price; nothing where nothing costs."""
    frame = review["review_money"]
    planned, spent, volume, price, unknown = (
        review.quote("review_money", name, rows[name].sum())
        for name, rows in [
            *((f"{name}_vnd", frame) for name in ("planned", "spent", "volume", "price")),
            ("spent_vnd", frame[frame["estimated"]]),
        ]
    )
    if max(planned, spent) < A_LITTLE:
        return []
    differs = max(abs(volume), abs(price)) >= A_LITTLE
    shown = {"planned": billions(planned, language), "spent": billions(spent, language)}
    parts = {"volume": with_plus(billions(volume, language)), "price": with_plus(billions(price, language))}
    part = float(unknown) / float(spent) if spent else 0.0
    tail = "" if unknown < A_LITTLE else "tail.review_all_estimated" if part > 0.999 else "tail.review_estimated"
    words = {
        "years": year_span(review.now.plan.first, review.year),
        "estimated": say(tail, language, amount=billions(float(unknown), language)) if tail else "",
    }
    return [say(f"sentence.review_spent{'' if differs else '_as_planned'}", language, **words, **shown, **parts)]


def review_met(review: Review, language: str) -> list[str]:
    """How many targets are met when due as they now stand, and which are lost and won since; then the goals."""
    counts, rows = review.count_met(), review.verdicts[review.verdicts["is_target"]]
    if not counts["objectives"]:
        return []
    met = rows["verdict"] == "met"
    tails = {
        "lost": rows.index[~met & (rows["decided"] == "met")],
        "won": rows.index[met & ~rows["decided"].isin(["met", ""])],
    }
    words = {
        name: say(f"tail.review_{name}", language, names=_names(review, ids, language)) if len(ids) else ""
        for name, ids in tails.items()
    }
    when = when_due(review.now.plan, language)
    shown = {"count": counts["met"], "targets": counts["objectives"]}
    said = [say("sentence.review_met", language, **shown, when=when, **words)]
    goals = {"met": counts["goals_met"], "goals": counts["goals"]}
    apart = counts["goals"] and any(row.is_decided for row in review.now.plan.tables.objectives)
    return [*said, *([say("sentence.met_goals", language, **goals)] if apart else [])]


def review_widest(review: Review, language: str) -> list[str]:
    """The target whose people missing when due differ most from what was decided, and the largest cause of it."""
    rows = review.due[review.due["is_target"]]
    change = (rows["missing_now"] - rows["missing_decided"]).astype(float)
    if not len(change) or change.abs().max() < HALF_A_PERSON:
        return [say("sentence.review_no_difference", language)] if len(change) else []
    id = str(change.abs().idxmax())
    row = rows.loc[id]
    sign = math.copysign(1.0, change[id])
    cause = max(CAUSES, key=lambda one: sign * row[one])
    people = {name: number(row[f"missing_{name}"], language) for name in ("now", "decided")}
    words = {"name": _names(review, [id], language), "cause": term("review_cause", cause, language)}
    return [say("sentence.review_widest", language, **words, **people)]


def review_catching_up(review: Review, goal: Goal | None, language: str) -> list[str]:
    """The least yearly amount that meets what money can still meet, or that no year is left to catch up in.

    Nothing where nothing is missed or sought.
    """
    rows = review.verdicts[review.verdicts["is_target"]]
    missed = rows.index[rows["verdict"] != "met"]
    if len(missed) and not review.now.plan.open_years:
        return [say("sentence.review_no_year_left", language, year=review.year)]
    if goal is None or not len(missed):
        return []
    if not set(missed) & set(goal.reachable):
        return [say("sentence.review_money_helps_none", language)]
    if math.isnan(goal.amount_vnd):
        return []
    amount = billions(Quoted(goal.amount_vnd, address_of("goal", "yearly_vnd")), language, 3)
    words = {"year": goal.plan.decided_from, "rule": term("rule", goal.rule, language)}
    return [say("sentence.review_catching_up", language, amount=amount, **words)]


def review_too_late(review: Review, language: str) -> list[str]:
    """The targets that are missed and whose last start in time is gone, while there are years to start in."""
    rows = review.verdicts if review.now.plan.open_years else review.verdicts[:0]
    gone = rows.index[rows["is_target"] & rows["is_gone"]]
    if not len(gone):
        return []
    return [say("sentence.review_too_late", language, count=len(gone), names=_names(review, gone, language))]


def review_basis(review: Review, language: str) -> list[str]:
    """From when both looks see and what they leave out, what was never counted, and what is known and not used."""
    said = []
    for name, results in (("decided", review.decided), ("now", review.now)):
        as_of = results.plan.choices.as_of
        day = calendar_day(as_of, language) if as_of else ""
        said.append(say(f"sentence.review_{name}_{'dated' if day else 'undated'}", language, day=day))
        unseen = [note.place for note in results.plan.notes if note.code == NOT_SEEN]
        if unseen:
            names = "; ".join(address_label(results.plan, address, language) for address in unseen)
            said.append(say(f"sentence.review_{name}_not_seen", language, names=names))
    simulated = [row.id for row in review.now.plan.tables.objectives if row.id not in review.counted_objectives]
    if simulated:
        said.append(say("sentence.review_simulated", language, count=len(simulated)))
    if review.later_facts:
        said.append(say("sentence.review_unused", language, count=len(review.later_facts), year=review.year))
    return said


def _names(review: Review, objectives: Sequence[str] | pd.Index, language: str) -> str:
    """The first of some objectives by name, and how many more they are."""
    known = {row.id for row in review.now.plan.tables.objectives}
    names = [
        (review.now if id in known else review.decided).plan.label("objectives", id, language)
        for id in objectives[:NAMED]
    ]
    more = len(objectives) - NAMED
    return "; ".join(names) + (say("tail.more_targets", language, count=more) if more > 0 else "")
