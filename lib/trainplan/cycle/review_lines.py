"""What each form of a review holds: its quantities, and its lines from what was planned and what happened."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

from trainplan.cycle.annex_lines import ANNEXES, NUMBER, RATIO, WORDS, Annex, Body, in_sections, number_lines
from trainplan.cycle.filled_form import Cells, Line, Quantity
from trainplan.cycle.form_layout import FormLayout
from trainplan.cycle.milestones import milestone_state
from trainplan.cycle.review_coverage import CAUSES
from trainplan.cycle.review_year import ReviewYear, YearsTogether
from trainplan.plan.schema import Objective
from trainplan.results.sources import source_register
from trainplan.results.verdicts import verdict
from trainplan.sheets.office_form import Share, Tenths, add_up
from trainplan.text.catalog import say, term
from trainplan.text.formats import due_day, from_to, last_day, number, percent

TO_FILL_IN = 8  # empty rows for lessons
HALF_A_PERSON = 0.5  # fewer people more or less are no cause to name


# --- B08a: what was done, people and money


def _offered_b08a(year: ReviewYear) -> Mapping[str, Quantity]:
    numbers = dict.fromkeys(("planned", "actual", "completed", "failed", "studying"), NUMBER)
    return {**dict.fromkeys(("order", "group", "status"), WORDS), **numbers}


def _fill_b08a(year: ReviewYear, layout: FormLayout) -> Body:
    frame, levels = year.done, {row.id: row.level for row in year.decided.plan.tables.groups}
    levels |= {row.id: row.level for row in year.plan.tables.groups}
    lines = []
    for group, level in levels.items():
        rows = frame[frame["group"] == group].groupby("program", sort=False)
        below = []
        for program, of_program in rows:
            people = ("planned", "actual", "completed", "failed", "studying")
            modeled = ((of_program["ended"] > 0) & ~of_program["counted"]).any()
            status = "simulated" if modeled else "" if of_program["reported"].all() else "not_reported"
            cells: Cells = {
                "group": year.label("programs", str(program)),
                **{name: float(of_program[name].sum()) for name in people},
                "status": say(f"annex.{status}", year.language) if status else "",
            }
            below.append(Line(cells))
        if below:
            lines.append((level, Line({"group": year.label("groups", group)}, number_lines(below), True)))
    body = in_sections(lines, "group", lambda level: term("level", level, year.language))
    return Body(body, notes=["annex.note_simulated"])


def _offered_money(year: ReviewYear) -> Mapping[str, Quantity]:
    amounts = dict.fromkeys(("planned", "spent"), replace(NUMBER, estimated="shares_of_sources"))
    return {**dict.fromkeys(("order", "source", "status"), WORDS), **amounts}


def _fill_money(year: ReviewYear, layout: FormLayout) -> Body:
    lines = []
    for source, label in year.by_source.heads.items():
        planned, spent = (
            add_up([paid.get(source) for paid in side.values()]) for side in (year.planned_amounts, year.spent_amounts)
        )
        paid = year.money[(year.money["source"] == source) & (year.money["spent_vnd"] > 0)]
        if planned is not None or spent is not None:
            cells: Cells = {
                "source": label,
                "planned": planned,
                "spent": spent,
                "status": _mark_of_estimate(year, bool(paid["estimated"].any()), bool(paid["estimated"].all())),
            }
            lines.append(Line(cells))
    return Body(number_lines(lines), notes=["annex.note_estimated"])


def _mark_of_estimate(year: ReviewYear, some: bool, every: bool) -> str:
    """How a form marks money of which no sum spent is known."""
    return say("annex.estimated" if every else "annex.partly_estimated", year.language) if some else ""


# --- B08b: what was done, by content and level


def _offered_b08b(year: ReviewYear) -> Mapping[str, Quantity]:
    return {**dict.fromkeys(("order", "program"), WORDS), "learners_of_level": year.by_level, "classes": NUMBER}


def _fill_b08b(year: ReviewYear, layout: FormLayout) -> Body:
    level = {row.id: row.level or "…" for row in year.plan.tables.groups}
    sent = year.pairs.assign(level=year.pairs["group"].map(level))
    found = sent.groupby(["program", "level"], sort=False)["learners"].sum()
    lines = []
    for program, people in year.learners.iterrows():
        of_level = {at: float(found[program, at]) for at in year.by_level.heads if (program, at) in found.index}
        if of_level or people["classes"]:
            cells: Cells = {
                "program": year.label("programs", str(program)),
                "learners_of_level": of_level,
                "classes": float(people["classes"]) or None,
            }
            lines.append((year.code(str(program)), Line(cells)))
    return Body(in_sections(lines, "program", lambda code: year.code_label(code, layout)))


# --- B11: the settlement


def _offered_b11(year: ReviewYear) -> Mapping[str, Quantity]:
    numbers = dict.fromkeys(("planned", "planned_learners", "learners"), NUMBER)
    return {
        **dict.fromkeys(("order", "program", "status"), WORDS),
        **numbers,
        "spent_of_source": year.by_source,
    }


def _fill_b11(year: ReviewYear, layout: FormLayout) -> Body:
    lines = []
    for program, people in year.learners.iterrows():
        id = str(program)
        planned, spent = year.planned_amounts.get(id, {}), year.spent_amounts.get(id, {})
        if not planned and not spent:
            continue
        estimated = bool(year.money.query("program == @id")["estimated"].any())
        cells: Cells = {
            "program": year.label("programs", id),
            "planned": add_up(list(planned.values())),
            "planned_learners": float(people["planned"]),
            "learners": float(people["actual"]),
            "spent_of_source": spent,
            "status": _mark_of_estimate(year, estimated and bool(spent), True),
        }
        lines.append((year.code(id), Line(cells)))
    body = in_sections(lines, "program", lambda code: year.code_label(code, layout))
    return Body(body, notes=["annex.note_estimated"])


# --- B09: targets


def _offered_b09(year: ReviewYear) -> Mapping[str, Quantity]:
    words = ("order", "objective", "clause", "measure", "basis", "target", "due", "counted", "verdict", "cause")
    years = {"path_of_year": year.by_year, "actual_of_year": year.by_year}
    return {**dict.fromkeys(words, WORDS), **dict.fromkeys(("base", "baseline", "difference"), RATIO), **years}


def _fill_b09(year: ReviewYear, layout: FormLayout) -> Body:
    gap = year.results["gap"].set_index(["year", "objective"])
    register = source_register(year.plan).query("table == 'objectives'")
    kinds = register.groupby("row")["kind"].unique()
    lines = []
    for o, (row, is_target) in enumerate(zip(year.plan.tables.objectives, year.plan.is_target, strict=True)):
        level = "target_path", "reached" if row.kind == "count" else "coverage"
        path, reached = ({y: float(gap.loc[(y, row.id), name]) for y in year.plan.years} for name in level)
        high = row.target_low if row.target_high is None else row.target_high
        ends = _in_words(row, row.target_low, year.language), _in_words(row, high, year.language)
        cells: Cells = {
            "objective": year.plan.label("objectives", row.id, year.language),
            "clause": row.clause,
            "measure": say("annex.in_new_learners", year.language) if row.kind == "count" else "%",
            "base": float(gap.loc[(row.due_year, row.id), "base"]) if row.kind != "count" else None,
            "baseline": _level(row, row.baseline),
            "basis": "; ".join(term("basis", kind, year.language) for kind in kinds[row.id]),
            "target": from_to(*ends, year.language),
            "due": due_day(row.due, year.language),
            "path_of_year": {str(y): _level(row, value) for y, value in path.items()},
            "actual_of_year": {str(y): _level(row, value) for y, value in reached.items() if y <= year.year},
            "difference": _level(row, reached[year.year] - path[year.year]),
            "counted": _source_of_levels(year, row),
            "verdict": _verdict_of(year, o, row),
            "cause": _cause(year, row),
        }
        lines.append(("target" if is_target else "goal", Line(cells)))
    body = in_sections(lines, "objective", lambda kind: say(f"annex.{kind}s", year.language))
    return Body(body, total=False, notes=["annex.note_levels"])


def _level(row: Objective, value: float) -> float:
    return (value if value.is_integer() else Tenths(value)) if row.kind == "count" else Share(value)


def _in_words(row: Objective, value: float, language: str) -> str:
    return number(value, language) if row.kind == "count" else percent(value, language)


def _source_of_levels(year: ReviewYear, row: Objective) -> str:
    """What the levels up to the review's year rest on: counts, or what was reported of those sent."""
    facts = year.plan.tables.actuals if row.kind == "count" else year.plan.tables.observations
    known = {one.year for one in facts if one.objective == row.id}
    years = {here: ", ".join(str(y) for y in year.plan.closed_years if (y in known) == here) for here in (True, False)}
    if row.kind == "count":
        return say("annex.not_reported_in" if years[False] else "annex.reported", year.language, years=years[False])
    return say("annex.counted_in" if years[True] else "annex.simulated", year.language, years=years[True])


def _verdict_of(year: ReviewYear, o: int, row: Objective) -> str:
    """Whether a target that is due is met, at its lowest level or the highest; of another that it is not due."""
    if row.due_year > year.year:
        return say("annex.not_due", year.language)
    run = year.results.run
    base, reached = (float(run.when_due(one)[o, 0]) for one in (run.gap.base, run.gap.reached))
    high = (row.target_high or math.inf) * (1.0 if row.kind == "count" else base)
    if reached > high - HALF_A_PERSON:
        return say("annex.met_high", year.language)
    return term("verdict", verdict(run, o), year.language)


def _cause(year: ReviewYear, row: Objective) -> str:
    """What adds most to the people missing beyond what was decided; nothing where no more are missing."""
    found = year.review["review_coverage"].query("year == @year.year and objective == @row.id")
    if not len(found):
        return ""
    (one,) = found.to_dict("records")
    if one["missing_now"] - one["missing_decided"] < HALF_A_PERSON:
        return ""
    return term("head.review_coverage", max(CAUSES, key=lambda cause: float(one[cause])), year.language)


# --- lessons and milestones


def _offered_lessons(year: ReviewYear) -> Mapping[str, Quantity]:
    return dict.fromkeys(("order", "year", "objective", "lesson", "proposal"), WORDS)


def _fill_lessons(year: ReviewYear, layout: FormLayout) -> Body:
    lines = [
        Line(
            {
                "year": str(row.year),
                "objective": year.label("objectives", row.objective) if row.objective else "",
                "lesson": row.text_of("lesson", year.language),
                "proposal": row.text_of("proposal", year.language),
            }
        )
        for row in year.plan.tables.lessons
        if row.year <= year.year
    ]
    return Body(number_lines([*lines, *[Line({})] * TO_FILL_IN]), total=False, notes=["annex.note_lessons"])


def _offered_milestones(year: ReviewYear) -> Mapping[str, Quantity]:
    return dict.fromkeys(("order", "milestone", "clause", "unit", "due", "done", "status"), WORDS)


def _fill_milestones(year: ReviewYear, layout: FormLayout) -> Body:
    lines = [
        Line(
            {
                "milestone": year.label("milestones", row.id),
                "clause": row.clause,
                "unit": year.label("units", row.unit) if row.unit else "",
                "due": due_day(row.due, year.language),
                "done": due_day(row.done, year.language) if row.done else "",
                "status": term("milestone_state", milestone_state(row, year.review.day), year.language),
            }
        )
        for row in sorted(year.plan.tables.milestones, key=lambda row: last_day(row.due))
    ]
    return Body(number_lines(lines), total=False)


EVERY_YEAR: Mapping[str, Annex[ReviewYear]] = {
    "b08a": Annex("group", _offered_b08a, _fill_b08a),
    "b08a_money": Annex("source", _offered_money, _fill_money),
    "b08b": Annex("program", _offered_b08b, _fill_b08b),
    "b11": Annex("program", _offered_b11, _fill_b11),
}
OF_TARGETS: Mapping[str, Annex[ReviewYear]] = {"b09": Annex("objective", _offered_b09, _fill_b09, period="annex.years")}
TOGETHER: Mapping[str, Annex[YearsTogether]] = {
    f"{form}_together": Annex(ANNEXES[form].name, ANNEXES[form].offered, ANNEXES[form].fill, period="annex.years")
    for form in ("b03", "b05a")
}
WORDED: Mapping[str, Annex[ReviewYear]] = {
    "milestones": Annex("milestone", _offered_milestones, _fill_milestones),
    "lessons": Annex("lesson", _offered_lessons, _fill_lessons, period="annex.years"),
}
