"""Pictures of money: by program, in real terms, and scenarios side by side."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from trainplan.report.charts import (
    Margins,
    Picture,
    label_rows,
    named_rows,
    write,
    write_key,
)
from trainplan.report.colors import (
    BLUE,
    FAINT,
    GREEN,
    INK,
)
from trainplan.results.compare import Comparison
from trainplan.text.catalog import say
from trainplan.text.formats import bare_billions, billions, money_digits, number

LACKING: dict[str, Any] = {"fill": False, "edgecolor": FAINT, "ls": "--"}


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
