"""Pictures of money: by program, in real terms, and scenarios side by side."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from trainplan.report.charts import (
    SMALL,
    Margins,
    Picture,
    cell_text,
    draw_cell,
    label_rows,
    name_columns,
    named_rows,
    wrapped,
    write,
    write_key,
)
from trainplan.report.colors import (
    BLUE,
    FAINT,
    GREEN,
    INK,
    PAPER,
    VERDICT_MARKS,
    VERDICT_SHADES,
)
from trainplan.results.compare import Comparison
from trainplan.results.verdicts import missed_level
from trainplan.text.catalog import say
from trainplan.text.formats import bare_billions, billions, money_digits, number, percent

LACKING: dict[str, Any] = {"fill": False, "edgecolor": FAINT, "ls": "--"}


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


def _say_funded(key: str, limited: bool, language: str, **values: str) -> str:
    """A text that tells funded from required; another one does not, where money is not limited."""
    return say(key if limited else f"{key}_all_paid", language, **values)


def _funded_of(limited: bool, funded: pd.Series[float], asked: pd.Series[float], language: str) -> list[str]:
    """What is funded of what is asked for, in billions: ` 1,2 / 3,4`; what is asked for where money is not limited."""
    digits = money_digits(max(funded.max(), asked.max()))
    paid, wanted = ([bare_billions(vnd, language, digits) for vnd in amounts] for amounts in (funded, asked))
    return [f" {one} / {all_}" if limited else f" {all_}" for one, all_ in zip(paid, wanted, strict=True)]


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
