"""Who is sent each year, by what is learned, and who is needed to keep to the path."""

from __future__ import annotations

from functools import partial

from trainplan.analysis.monte_carlo import ALL, Uncertainty
from trainplan.model.gap import HALF_A_PERSON
from trainplan.plan.plan import Plan
from trainplan.report.drawing import Drawing
from trainplan.report.forms.year_columns import YearColumn, YearColumns, as_few, columns_drawing, year_band
from trainplan.report.page_figure import Caption
from trainplan.results.tables import Results
from trainplan.text.catalog import say, term
from trainplan.text.formats import NOTHING, number, year_span


def people_by_year(results: Results, draws: Uncertainty | None, language: str) -> Drawing | None:
    """Enrollments funded each year and, in the frame, those needed; with draws, nine in ten of them.

    By what is learned or, where all programs teach the same, by program.
    """
    yearly = results["enrollment"].groupby("year")[["needed", "funded"]].sum()
    if yearly.max(axis=None) < HALF_A_PERSON:
        return None
    made, plan = people_columns(results, draws, language), results.plan
    year = yearly["funded"].idxmax()
    people = {"most": yearly.at[year, "funded"], "needed": yearly.at[year, "needed"]}
    shown = {name: number(count, language) for name, count in people.items()}
    finding = say(f"figure.people_by_year.{'finding' if len(yearly) > 1 else 'one_year'}", language, year=year, **shown)
    key = "what" if _has_contents(plan) else "what_programs"
    what = say(f"figure.people_by_year.{key}", language, years=year_span(plan.first, plan.last))
    return columns_drawing("people_by_year", made, Caption(finding, finding, what, tables=("enrollment",)), language)


def people_columns(results: Results, draws: Uncertainty | None, language: str) -> YearColumns:
    """The enrollments of a plan's years; of more kinds than there are looks, the smallest as one."""
    plan, rows = results.plan, results["enrollment"]
    kind, names = _kinds(plan, language)
    sent = rows.groupby([rows["program"].map(kind), "year"])["funded"].sum().unstack("program")
    own, others = as_few(sent.sum())
    parts = [*([id] for id in own), *([others] if others else [])]
    labels = [names[id] for id in own] + ([say("figure.people_by_year.others", language)] if others else [])
    needed = rows.groupby("year")["needed"].sum()
    bands = None
    if draws:
        bands = draws.enrollment_bands[draws.enrollment_bands["program"] == ALL].set_index("year")
    years = [
        YearColumn(
            year,
            tuple(float(sent.loc[year, ids].sum()) for ids in parts),
            float(needed[year]),
            band=year_band(bands, year),
            closed=year < plan.decided_from,
        )
        for year in plan.years
    ]
    lacks = any(abs(year.required - year.total) >= HALF_A_PERSON for year in years)
    row = say(f"figure.people_by_year.{'row' if len(years) > 1 else 'row_one_year'}", language) if lacks else ""
    write, unit = partial(number, language=language), say("unit.turns", language)
    return YearColumns(tuple(years), tuple(labels), write, unit, HALF_A_PERSON, row)


def _has_contents(plan: Plan) -> bool:
    return len({row.content for row in plan.tables.programs}) > 1


def _kinds(plan: Plan, language: str) -> tuple[dict[str, str], dict[str, str]]:
    """The kind of every program, by its id, and the name of every kind."""
    programs = plan.tables.programs
    if _has_contents(plan):
        kinds = {row.id: row.content for row in programs}
        return kinds, {code: term("content", code, language) if code else NOTHING for code in kinds.values()}
    names = {row.id: plan.short_label("programs", row.id, language) for row in programs}
    return {id: id for id in names}, names
