"""Pictures of money: by program, in real terms, and scenarios side by side."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from trainplan.report.charts import (
    LARGE,
    NORMAL,
    Margins,
    Picture,
    label_bars,
    label_rows,
    named_rows,
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
)
from trainplan.results.compare import Comparison
from trainplan.results.real_terms import period_before, real_and_nominal, real_change_of_money
from trainplan.results.tables import Results
from trainplan.text.catalog import say
from trainplan.text.formats import bare_billions, billions, money_digits, number, percent

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


def money_by_scenario(comparison: Comparison, language: str) -> Picture | None:
    """Money funded and lacking over the whole plan in every scenario, with the number of targets met.

    None of a single scenario.
    """
    if len(comparison.runs) == 1:
        return None
    totals, limited = comparison.totals.set_index("scenario"), comparison.has_ceilings
    funded, requirement = totals["funded_vnd"], totals["required_vnd"]
    titles = [run.plan.scenario_title(language) for run in comparison.runs]
    margins = Margins(left=0.4, right=0.82, above=0.42, below=0.08)
    figure, (ax,) = named_rows(titles, margins, head=0.6, each=0.34, width=46, lines=2)
    y = np.arange(len(totals))
    ax.barh(y, funded, 0.64, color=BLUE)
    if limited:
        ax.barh(y, (requirement - funded).clip(lower=0), 0.64, left=funded, **LACKING)
    label_rows(ax, np.maximum(funded, requirement), _funded_of(limited, funded, requirement, language))
    each = (figure.get_figheight() - 0.5) / len(totals)
    for yi, row in enumerate(totals.itertuples()):
        met = f"{number(row.met, language)}/{number(row.objectives, language)}"
        color = GREEN if row.met else INK
        write_key(figure, 0.985, 0.42 + (yi + 0.5) * each, met, color, ha="right", va="center")
    write(figure, 0.4, 0.24, _say_funded("figure.money_by_scenario.unit", limited, language))
    write(figure, 0.985, 0.24, say("head.met_of", language), ha="right")
    ends = {"low": billions(requirement.min(), language), "high": billions(requirement.max(), language)}
    return Picture("compare_money", figure, say("figure.money_by_scenario.alt", language, **ends))
