"""Pictures of money: by program, in real terms, and scenarios side by side."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from trainplan.report.charts import (
    LARGE,
    NORMAL,
    SMALL,
    Margins,
    Picture,
    cell_text,
    draw_cell,
    label_bars,
    label_rows,
    name_columns,
    named_rows,
    wrapped,
    write,
    write_key,
    year_columns,
)
from trainplan.report.colors import (
    BLUE,
    FAINT,
    GREEN,
    INK,
    ORANGE,
    PAPER,
    VERDICT_MARKS,
    VERDICT_SHADES,
)
from trainplan.results.compare import Comparison
from trainplan.results.real_terms import period_before, real_and_nominal, real_change_of_money
from trainplan.results.tables import Results
from trainplan.results.verdicts import missed_level
from trainplan.text.catalog import say
from trainplan.text.formats import bare_billions, billions, money_digits, percent

LACKING: dict[str, Any] = {"fill": False, "edgecolor": FAINT, "ls": "--"}


def _say_funded(key: str, limited: bool, language: str, **values: str) -> str:
    """A text that tells funded from required; another one does not, where money is not limited."""
    return say(key if limited else f"{key}_all_paid", language, **values)


def cost_by_program(results: Results, language: str) -> Picture | None:
    """Cost of every program over the whole plan, funded beside required."""
    plan = results.plan
    table = results["cost"].groupby("program")[["required_vnd", "funded_vnd"]].sum().sort_values("required_vnd")
    table = table[table.any(axis=1)]
    if not len(table):
        return None
    names = [plan.short_label("programs", str(p), language) for p in table.index]
    figure, (ax,) = named_rows(names, Margins(left=0.41, right=0.93, above=0.4, below=0.08), head=0.55, each=0.27)
    y = np.arange(len(table))
    if plan.has_ceilings:
        ax.barh(y, table["required_vnd"], 0.68, lw=0.9, **LACKING)
    ax.barh(y, table["funded_vnd"], 0.68, color=BLUE)
    ax.set_ylim(-0.6, len(table) - 0.4)
    label_rows(
        ax, table.max(axis=1), _funded_of(plan.has_ceilings, table["funded_vnd"], table["required_vnd"], language)
    )
    write(figure, 0.41, 0.22, _say_funded("figure.cost_by_program.unit", plan.has_ceilings, language))
    cost = billions(table["required_vnd"].iloc[-1], language)
    most = plan.label("programs", str(table.index[-1]), language)
    return Picture("cost_by_program", figure, say("figure.cost_by_program.alt", language, program=most, cost=cost))


def _funded_of(limited: bool, funded: pd.Series[float], asked: pd.Series[float], language: str) -> list[str]:
    """What is funded of what is asked for, in billions: ` 1,2 / 3,4`; what is asked for where money is not limited."""
    digits = money_digits(max(funded.max(), asked.max()))
    paid, wanted = ([bare_billions(vnd, language, digits) for vnd in amounts] for amounts in (funded, asked))
    return [f" {one} / {all_}" if limited else f" {all_}" for one, all_ in zip(paid, wanted, strict=True)]


def nominal_and_real_money(results: Results, language: str) -> Picture | None:
    """The money of each year of the period before and of the plan, nominal and in prices of the base year.

    None where there is no period before, or prices do not move.
    """
    plan = results.plan
    table, change = real_and_nominal(plan), real_change_of_money(plan)
    if change is None:
        return None
    margins = Margins(left=0.03, right=0.985, above=0.432, below=0.27)
    figure, ax = year_columns(table["year"], 2.7, margins, NORMAL)
    x = np.arange(len(table))
    colors = [BLUE if period == "plan" else ORANGE for period in table["period"]]
    ax.bar(x - 0.2, table["nominal_vnd"], 0.36, color="#c9c9c9")
    ax.bar(x + 0.2, table["real_vnd"], 0.36, color=colors, edgecolor="white")
    nominal, real = ([bare_billions(vnd, language) for vnd in table[c]] for c in ("nominal_vnd", "real_vnd"))
    label_bars(ax, x - 0.2, table["nominal_vnd"], nominal, color="#5a5a5a")
    label_bars(ax, x + 0.2, table["real_vnd"], real)
    write_key(figure, 0.03, 0.189, f"■ {say('word.nominal', language)}", "#7a7a7a", LARGE)
    words = f"■ {say('word.real', language, year=plan.price_base_year)} ({say('unit.bn', language)})"
    write_key(figure, 0.22, 0.189, words, BLUE, LARGE)
    direction = "less" if change < 0 else "more"
    amounts = {"change": percent(abs(change), language, 0), "period": period_before(plan)}
    alt = say(f"figure.nominal_and_real_money.{direction}", language, **amounts)
    return Picture("real_money", figure, alt)


def coverage_by_scenario(comparison: Comparison, language: str) -> Picture | None:
    """Coverage of every objective at its due year in every scenario; mark and shade tell the verdict.

    None of a single scenario.
    """
    if len(comparison.runs) == 1:
        return None
    plan = comparison.runs[0].plan
    objectives = [row.id for row in plan.tables.objectives]
    titles = {run.plan.scenario: run.plan.scenario_title(language) for run in comparison.runs}
    names = [plan.short_label("objectives", objective, language) for objective in objectives]
    margins = Margins(left=0.36, right=0.86, above=2.2, below=0.05)
    figure, (ax,) = named_rows(names, margins, head=2.3, each=0.36, width=38, lines=2, size=SMALL)
    ax.set_xlim(-0.5, len(titles) - 0.5)
    for o in range(len(objectives)):
        for s, run in enumerate(comparison.runs):
            row = run["verdicts"].iloc[o]
            verdict, share = row["verdict"], percent(row["coverage"], language, missed=missed_level(row))
            shade = VERDICT_SHADES.get(verdict, PAPER)
            draw_cell(ax, s, o, 0.94, facecolor=shade, edgecolor="#cccccc", lw=0.5)
            cell_text(ax, s, o - 0.17, VERDICT_MARKS.get(verdict, ""), color=GREEN if verdict == "met" else INK)
            cell_text(ax, s, o + 0.2, share, fontsize=SMALL - 1)
    name_columns(ax, [wrapped(title, 38, 1) for title in titles.values()], SMALL, 55)
    keys = [f"{mark} {say(f'verdict.{verdict}', language)}" for verdict, mark in VERDICT_MARKS.items()]
    keys.append(say("figure.coverage_by_scenario.number", language))
    write(figure, 0.01, 0.25, "\n".join(keys), INK, va="top")
    best = comparison.totals.loc[comparison.totals["met"].idxmax()]
    values = {"scenario": titles[best["scenario"]], "met": best["met"]}
    return Picture("compare_targets", figure, say("figure.coverage_by_scenario.alt", language, **values))
