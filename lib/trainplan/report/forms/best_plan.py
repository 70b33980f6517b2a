"""The best plan: which programs it changes, and what one more billion would be worth."""

from __future__ import annotations

import pandas as pd

from trainplan.analysis.rule_comparison import RuleComparison, rule_beside
from trainplan.model.gap import HALF_A_PERSON
from trainplan.plan.plan import Plan
from trainplan.report.forms.bar_table import BarColumns, BarRow, bar_table
from trainplan.report.forms.matrix import MatrixCell, MatrixHead, MatrixRow, matrix, years_shown
from trainplan.report.page_figure import Caption, HtmlFigure
from trainplan.report.sentences.best_plan import most_helped, value_of_money
from trainplan.report.tables.best_plan import source_name
from trainplan.results.quote import address_of, quote_numbers
from trainplan.text.catalog import say, term
from trainplan.text.formats import NOTHING, number
from trainplan.text.shown import Quoted

LARGEST = 3  # values that are read aloud


def best_plan_changes(compared: RuleComparison, language: str) -> HtmlFigure | None:
    """Programs to which the best plan sends others than the plan's rule, the widest change first; none without."""
    plan, rule = compared.plan, rule_beside(compared)
    sent = compared.enrollment.set_index("program")
    more = sent["optimal"] - sent[rule]
    changed = more[more.abs() >= HALF_A_PERSON].sort_values(key=abs, ascending=False, kind="stable")
    if not len(changed):
        return None

    rows = [
        BarRow(
            plan.label("programs", program, language),
            tuple(_people(sent, program, run, language) for run in (rule, "optimal")),
            (float(sent.loc[program, "optimal"]),),
            frame=float(sent.loc[program, rule]),
        )
        for program in map(str, changed.index)
    ]
    widest = [f"{row.name} {row.numbers[0]} → {row.numbers[1]}" for row in rows[:LARGEST]]
    counts = {"less": int((changed < 0).sum()), "more": int((changed > 0).sum())}
    finding = say("figure.best_plan_changes.finding", language, **counts)
    caption = Caption(
        finding,
        f"{finding} {say('figure.best_plan_changes.most', language, programs='; '.join(widest))}",
        reading=(say("figure.best_plan_changes.reading", language, rule=term("rule", rule, language)),),
        tables=("classes",),
    )
    columns = BarColumns(
        say("head.program", language),
        tuple(word[:1].upper() + word[1:] for word in (term("rule", one, language) for one in (rule, "optimal"))),
        say("figure.best_plan_changes.bar", language),
    )
    return bar_table("best_plan_changes", caption, columns, rows, language)


def _people(sent: pd.DataFrame, program: str, run: str, language: str) -> str:
    """People sent to a program under a rule."""
    return number(Quoted(sent.loc[program, run], address_of("classes", "new_learners", run, program=program)), language)


def marginal_value_of_money(plan: Plan, values: pd.DataFrame, language: str) -> HtmlFigure | None:
    """What a billion more of a source in a year would save; none without ceilings, or where it saves nothing.

    The cell of the most has a frame.
    """
    best = most_helped(values)
    if best is None:
        return None
    money = quote_numbers("values", values[values["kind"] == "money"]).set_index(["id", "year"])["people_years"]
    years = list(plan.years)
    shown = years_shown(years, {row.due_year for row in plan.tables.objectives} | {best.year})
    sources = [id for id in dict.fromkeys(money.index.get_level_values("id")) if money[id].max() > 0]
    rows = [
        MatrixRow(
            _source(plan, source, language),
            tuple(
                MatrixCell(
                    number(money[source, years[k]], language) if money[source, years[k]] >= HALF_A_PERSON else NOTHING,
                    framed=(source, years[k]) == (best.id, best.year),
                )
                for k in shown
            ),
        )
        for source in sources
    ]
    [finding] = value_of_money(plan, values, language)
    largest = [
        f"{_source(plan, source, language)} {year}: {number(saved, language)}"
        for (source, year), saved in money.astype(float).nlargest(LARGEST).items()
    ]
    caption = Caption(
        finding,
        f"{finding} {'; '.join(largest)}.",
        say("figure.marginal_value_of_money.unit", language),
        (say("figure.marginal_value_of_money.reading", language),),
        ("values",),
    )
    head = MatrixHead(say("head.source", language), tuple(str(years[k]) for k in shown))
    return matrix("marginal_value_of_money", caption, head, rows, language)


def _source(plan: Plan, source: str, language: str) -> str:
    """A source's name at the beginning of a line."""
    name = source_name(plan, source, language)
    return name[:1].upper() + name[1:]
