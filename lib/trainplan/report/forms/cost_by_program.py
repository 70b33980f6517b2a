"""What each program costs over the whole plan."""

from __future__ import annotations

from trainplan.report.forms.bar_table import BarColumns, BarRow, bar_table
from trainplan.report.page_figure import Caption, PageFigure
from trainplan.results.tables import Results
from trainplan.text.catalog import say
from trainplan.text.formats import bare_money, billions, money_unit, year_span

NAMED = 3


def cost_by_program(results: Results, language: str) -> PageFigure | None:
    """A row a program that costs anything, the dearest first: what is funded, and in the frame what is required."""
    plan, rows = results.plan, results["cost"].groupby("program")[["required_vnd", "funded_vnd"]].sum()
    rows = rows[rows.any(axis=1)].sort_values("required_vnd", ascending=False, kind="stable")
    if not len(rows):
        return None
    unit, limited = money_unit(rows.max(axis=None)), plan.has_ceilings
    columns = ["required_vnd", *(["funded_vnd"] if limited else [])]
    shown = [
        BarRow(
            plan.label("programs", str(id), language),
            tuple(bare_money(results.quote("cost", name, row[name], program=id), language, unit) for name in columns),
            (row["funded_vnd"],),
            row["required_vnd"] if limited else None,
        )
        for id, row in rows.iterrows()
    ]
    named = [(plan.short_label("programs", str(id), language), row["required_vnd"]) for id, row in rows.iterrows()]
    top = [f"{name} {billions(vnd, language)}" for name, vnd in named[:NAMED]]
    finding = say("figure.cost_by_program.finding", language, program=named[0][0], cost=billions(named[0][1], language))
    alt = f"{finding} {say('figure.year_columns.most', language, years='; '.join(top))}"
    words = {"unit": say(f"unit.{unit}", language), "years": year_span(plan.first, plan.last)}
    what = say(f"figure.cost_by_program.{'what' if limited else 'what_all_paid'}", language, **words)
    reading = (say("figure.cost_by_program.reading", language),) if limited else ()
    headings = tuple(say(f"head.{name.removesuffix('_vnd')}", language) for name in columns)
    heads = BarColumns(say("head.program", language), headings, say("head.money", language))
    return bar_table("cost_by_program", Caption(finding, alt, what, reading, ("cost",)), heads, shown, language)
