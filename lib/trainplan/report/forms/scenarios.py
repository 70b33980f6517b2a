"""Scenarios side by side: what each comes to, and which targets it leaves short."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from trainplan.report.forms.bar_table import BarColumns, BarRow, bar_table
from trainplan.report.forms.matrix import MatrixHead, MatrixRow, matrix, short_cell
from trainplan.report.page_figure import Caption, HtmlFigure
from trainplan.results.compare import Comparison
from trainplan.results.quote import quote_numbers
from trainplan.results.registry import column_heading
from trainplan.results.tables import Results
from trainplan.results.verdicts import count_nearly
from trainplan.text.catalog import say
from trainplan.text.formats import bare_money, billions, from_to, money_unit, number, out_of

MOST_COLUMNS = 8  # of scenarios: of more, those that change what is chosen stand beside the first
LARGEST = 3  # values that are read aloud


def scenario_results(comparison: Comparison, language: str) -> HtmlFigure | None:
    """Every scenario: targets met and nearly met; money of all years, paid as a bar, required as its frame.

    None of a single scenario.
    """
    if len(comparison.runs) == 1:
        return None
    totals, limited = quote_numbers("totals", comparison.totals).set_index("scenario"), comparison.has_ceilings
    required = comparison.totals.set_index("scenario")["required_vnd"]
    kinds = ("required_vnd", "funded_vnd", "lacking_vnd") if limited else ("required_vnd",)
    unit = money_unit(required.max())
    rows = []
    for run in comparison.runs:
        total = totals.loc[run.plan.scenario]
        bar, frame = (total["funded_vnd"], total["required_vnd"]) if limited else (total["required_vnd"], None)
        beside = tuple(bare_money(total[kind], language, unit) for kind in kinds)
        rows.append(BarRow(run.plan.scenario_title(language), _met(run, total, language), (bar,), frame, beside=beside))
    span = from_to(billions(required.min(), language), billions(required.max(), language), language)
    finding = say("figure.scenario_results.finding", language, money=span)
    titles = {run.plan.scenario: run.plan.scenario_title(language) for run in comparison.runs}
    most = [f"{titles[str(name)]} {billions(vnd, language)}" for name, vnd in required.nlargest(LARGEST).items()]
    alt = f"{finding} {say('figure.scenario_results.most', language, scenarios='; '.join(most))}"
    reading = (say(f"figure.scenario_results.{'bars' if limited else 'bars_all_paid'}", language),)
    columns = BarColumns(
        say("head.scenario", language),
        (say("head.met_of", language), say("figure.scenario_results.nearly", language)),
        say("figure.scenario_results.bar", language),
        tuple(column_heading(kind, language, unit) for kind in kinds),
    )
    caption = Caption(finding, alt, reading=reading, tables=("totals", "results"))
    return bar_table("scenario_results", caption, columns, rows, language)


def _met(run: Results, total: pd.Series, language: str) -> tuple[str, str]:
    """How many targets are met, and how many nearly; of a plan without any, goals."""
    met, of = ("met", "objectives") if total["objectives"] else ("goals_met", "goals")
    return out_of(total[met], total[of], language), number(count_nearly(run.plan, run.run)[met], language)


def targets_by_scenario(comparison: Comparison, language: str) -> HtmlFigure | None:
    """Verdict and people short of every objective when due, in every scenario; none of a single scenario.

    Of more than eight scenarios those stand beside the first that change no circumstances.
    """
    runs = comparison.runs if len(comparison.runs) <= MOST_COLUMNS else comparison.options
    if len(runs) == 1:
        return None
    plan, results = comparison.runs[0].plan, quote_numbers("results", comparison.results)
    held = results.set_index(["scenario", "objective"])
    rows = [
        MatrixRow(
            plan.short_label("objectives", row.id, language),
            tuple(
                short_cell(cell["verdict"], cell["gap"], language)
                for cell in (held.loc[(run.plan.scenario, row.id)] for run in runs)
            ),
            plan.short_label("groups", row.group, language),
        )
        for row in plan.tables.objectives
    ]
    counted = [row for row, is_target in zip(rows, plan.is_target, strict=True) if is_target or not any(plan.is_target)]
    finding = _what_differs(counted, language)
    caption = Caption(
        finding,
        f"{finding} {_widest(runs, held, language)}",
        say("figure.targets_by_scenario.options", language) if len(runs) < len(comparison.runs) else "",
        (say("figure.matrix.people", language),),
        ("results",),
    )
    columns = tuple(run.plan.scenario_title(language) for run in runs)
    head = MatrixHead(say("head.objective", language), columns)
    return matrix("targets_by_scenario", caption, head, rows, language)


def _what_differs(rows: Sequence[MatrixRow], language: str) -> str:
    """How many have another verdict in another scenario, and how many are missed in all."""
    looks = [{cell.look for cell in row.cells} for row in rows]
    differ, never = sum(len(one) > 1 for one in looks), sum(one == {"missed"} for one in looks)
    tail = say("figure.targets_by_scenario.never", language, count=never) if never else ""
    if not differ:
        return say("figure.targets_by_scenario.alike", language, tail=tail)
    return say("figure.targets_by_scenario.finding", language, count=differ, tail=tail)


def _widest(runs: Sequence[Results], held: pd.DataFrame, language: str) -> str:
    """The three widest gaps, with their scenarios."""
    plans = {run.plan.scenario: run.plan for run in runs}
    gaps = held["gap"][held.index.isin(plans, level="scenario")].astype(float).nlargest(LARGEST)
    said = [
        say(
            "figure.targets_by_scenario.short",
            language,
            target=plans[scenario].short_label("objectives", objective, language),
            scenario=plans[scenario].scenario_title(language),
            people=number(gap, language),
        )
        for (scenario, objective), gap in gaps.items()
    ]
    return say("figure.target_strip.most", language, targets="; ".join(said))
