"""What a plan can choose between: as it is, the best within the same ceilings, and with enough money."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from trainplan.report.sentences import price_of_option
from trainplan.results.compare import Comparison, totals_of_all_years
from trainplan.results.quote import quote_numbers
from trainplan.results.tables import Results
from trainplan.results.verdicts import count_met
from trainplan.text.catalog import say
from trainplan.text.shown import Quoted

ENOUGH = "enough"  # in an address: the run without ceilings


@dataclass(frozen=True)
class Option:
    """A choice over all years: `met` of `targets`, VND spent and VND not found, and in words what is given up for it.

    `key` is `base`, `best` or `enough`. Of a plan without targets `met` and `targets` count its goals.
    """

    key: str
    title: str
    met: Quoted
    targets: Quoted
    money: Quoted
    lacking: Quoted
    lost: str = ""


def options(comparison: Comparison, language: str) -> list[Option]:
    """The first scenario, the option that meets most within its ceilings, and the first with enough money.

    The second only where it meets more than the first, the third only where money is what some target lacks.
    """
    first, best = comparison.runs[0], comparison.better_options[:1]
    rows = [_option("base", first.plan.scenario_title(language), totals_of_all_years([first]))]
    for run in best:
        title = say("word.option_best", language, title=run.plan.scenario_title(language))
        rows.append(_option("best", title, totals_of_all_years([run]), lost=price_of_option(first, run, language)))
    if first.plan.has_ceilings and (first["verdicts"]["missing_money"] > 0).any():
        rows.append(_option(ENOUGH, say("word.option_enough", language), totals_with_enough(first), ENOUGH))
    return rows


def totals_with_enough(results: Results) -> pd.DataFrame:
    """The row of the table totals that a scenario would have with enough money for every class that can open."""
    required = results.requirement_vnd
    money = {"required_vnd": required, "funded_vnd": required, "lacking_vnd": 0.0}
    met = count_met(results.plan, results.requirement.met_when_due[:, 0])
    return pd.DataFrame([{"scenario": results.plan.scenario, **met, **money}])


def _option(key: str, title: str, totals: pd.DataFrame, run: str = "", lost: str = "") -> Option:
    row = quote_numbers("totals", totals, run).iloc[0]
    met, targets = ("met", "objectives") if row["objectives"] else ("goals_met", "goals")
    return Option(key, title, row[met], row[targets], row["funded_vnd"], row["lacking_vnd"], lost)
