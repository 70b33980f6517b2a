"""Who is missing from each target, year by year: a matrix in which the due year has a frame."""

from __future__ import annotations

from trainplan.model.gap import HALF_A_PERSON
from trainplan.report.forms.matrix import MatrixHead, MatrixRow, matrix, short_cell, years_shown
from trainplan.report.page_figure import Caption, HtmlFigure
from trainplan.results.tables import Results
from trainplan.text.catalog import say
from trainplan.text.formats import number, year_span


def people_missing(results: Results, language: str) -> HtmlFigure | None:
    """People missing from what each target asks, by year; the frame is the due year. None where nobody ever is."""
    plan, rows = results.plan, results.quote_table("gap")
    if (results["gap"]["gap"] < HALF_A_PERSON).all():
        return None
    objectives, years = plan.tables.objectives, [*plan.years]
    met, nearly = (one[..., 0] for one in (results.relaxed.as_planned.gap.met, results.relaxed.as_planned.gap.nearly))
    people = rows.set_index(["objective", "year"])["gap"]
    columns = years_shown(years, {row.due_year for row in objectives})
    body = []
    for o, row in enumerate(objectives):
        looks = ["met" if met[k, o] else "nearly" if nearly[k, o] else "missed" for k in columns]
        cells = [
            short_cell(look, people[row.id, years[k]], language, years[k] == row.due_year)
            for k, look in zip(columns, looks, strict=True)
        ]
        name, group = (plan.short_label(*of, language) for of in (("objectives", row.id), ("groups", row.group)))
        body.append(MatrixRow(name, tuple(cells), group))
    head = MatrixHead(say("head.objective", language), tuple(str(years[k]) for k in columns))
    return matrix("people_missing", _caption(results, language), head, body, language)


def _caption(results: Results, language: str) -> Caption:
    """How many targets lack people in the first and in the last year, and the three that lack most when due."""
    plan, rows = results.plan, results["gap"]
    targets = [row.id for row, target in zip(plan.tables.objectives, plan.is_target, strict=True) if target]
    short = rows[rows["objective"].isin(targets) & (rows["gap"] >= HALF_A_PERSON)]["year"].value_counts()
    counts = {"first": plan.first, "before": int(short.get(plan.first, 0)), "targets": len(targets)}
    if len(plan.years) > 1:
        last = {"last": plan.last, "after": int(short.get(plan.last, 0))}
        finding = say("figure.people_missing.finding", language, **counts, **last)
    else:
        finding = say("figure.people_missing.one_year", language, **counts)
    due = results["verdicts"].query("gap >= @HALF_A_PERSON").nlargest(3, "gap")
    named = [
        f"{plan.short_label('objectives', id, language)} {number(gap, language)} {say('unit.people', language)}"
        for id, gap in zip(due["objective"], due["gap"], strict=True)
    ]
    most = say(f"figure.people_missing.{'most' if named else 'none_when_due'}", language, targets="; ".join(named))
    what = say("figure.people_missing.what", language, years=year_span(plan.first, plan.last))
    return Caption(finding, f"{finding} {most}", what, (say("figure.people_missing.frame", language),), ("gap",))
