"""What numbers rest on, table by table, and which assumptions would turn a verdict."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from trainplan.plan.plan import Plan
from trainplan.plan.schema import BASIS_KINDS
from trainplan.report.forms.bar_table import BarColumns, BarRow, bar_table
from trainplan.report.page_figure import Caption, HtmlFigure
from trainplan.report.stored import turned_verdicts
from trainplan.report.tables.uncertainty import range_value_label
from trainplan.results.sources import source_register
from trainplan.text.catalog import say, term
from trainplan.text.formats import from_to, number, percent

TURNING = 10  # assumptions that are shown


def basis_by_table(plan: Plan, language: str) -> HtmlFigure:
    """A row a table of the plan: how many of its numbers are the decision's, the law's, from statistics and assumed."""
    register = source_register(plan)
    found = {*register["kind"]}
    shown = [kind for kind in BASIS_KINDS if kind in found or kind == "assumption"]
    counts = pd.crosstab(register["table"], register["kind"]).reindex(columns=shown, fill_value=0)
    counts = counts.sort_values("assumption", ascending=False, kind="stable")
    names = [term("table", table, language) for table in counts.index]
    rows = [
        BarRow(
            name,
            (number(sum(own), language), number(own[-1], language)),
            tuple(map(float, own)),
            beside=tuple(number(count, language) for count in own[:-1]),
        )
        for name, own in zip(names, counts.to_numpy().tolist(), strict=True)
    ]
    kinds = [term("basis", kind, language) for kind in shown]
    heads = [kind[:1].upper() + kind[1:] for kind in kinds]
    columns = BarColumns(
        say("head.table", language),
        (say("head.count", language), heads[-1]),
        say("figure.basis_by_table.bar", language),
        tuple(heads[:-1]),
        looks=tuple(kinds),
    )
    share = percent((register["kind"] == "assumption").mean(), language, 0)
    finding = say("figure.basis_by_table.finding", language, share=share, table=names[0])
    most = "; ".join(f"{name} {row.numbers[1]}" for name, row in zip(names[:3], rows[:3], strict=True))
    alt = f"{finding} {say('figure.basis_by_table.most', language, tables=most)}"
    return bar_table("basis_by_table", Caption(finding, alt), columns, rows, language)


def turning_assumptions(plan: Plan, language: str) -> HtmlFigure | None:
    """The ranges that turn most verdicts, each alone at either end, with the targets that it turns.

    None where the plan has no ranges, or none of them turns a target's verdict.
    """
    turned = turned_verdicts(plan) if plan.ranges else pd.DataFrame(columns=["place", "objective"])
    targets = [row.id for row, held in zip(plan.tables.objectives, plan.is_target, strict=True) if held]
    turned = turned[turned["objective"].isin(targets)]
    if not len(turned):
        return None
    counts = turned.groupby("place")["objective"].nunique().sort_values(ascending=False, kind="stable").head(TURNING)
    rows = [_turning_row(plan, turned[turned["place"] == place], language) for place in counts.index]
    words = {"name": rows[0].name, "count": int(counts.iloc[0]), "targets": len(targets)}
    finding = say("figure.turning_assumptions.finding", language, **words)
    most = "; ".join(f"{row.name} {row.numbers[1]}" for row in rows[:3])
    columns = BarColumns(
        say("head.range_name", language),
        (say("head.range", language), say("figure.turning_assumptions.count", language)),
        say("figure.turning_assumptions.bar", language),
        (say("figure.turning_assumptions.turned", language),),
        (0,),
    )
    alt = f"{finding} {say('figure.turning_assumptions.most', language, names=most)}"
    reading = (say("figure.turning_assumptions.reading", language),)
    return bar_table("turning_assumptions", Caption(finding, alt, reading=reading), columns, rows, language)


def _turning_row(plan: Plan, turned: pd.DataFrame, language: str) -> BarRow:
    """A range with the verdicts that it turns."""
    one = plan.ranges[int(turned["place"].iloc[0])]
    low, high = (range_value_label(plan, one, end, language) for end in one.ends)
    count = turned["objective"].nunique()
    said = [
        say(f"figure.turning_assumptions.{'met' if met else 'missed'}", language, names=_names(plan, some, language))
        for met, some in turned.groupby("met")["objective"]
    ]
    return BarRow(
        getattr(one.name, language),
        (from_to(low, high, language), number(count, language)),
        (float(count),),
        beside=("; ".join(said),),
    )


def _names(plan: Plan, objectives: Sequence[str], language: str) -> str:
    return ", ".join(plan.short_label("objectives", id, language) for id in dict.fromkeys(objectives))
