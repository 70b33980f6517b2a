"""What a plan can choose between: as it is, the best within the same ceilings, and with enough money."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from trainplan.report.sentences.best_plan import price_of_option
from trainplan.results.compare import Comparison, totals_of_all_years
from trainplan.results.quote import quote_numbers
from trainplan.results.tables import Results
from trainplan.results.verdicts import count_met, count_nearly
from trainplan.text.catalog import say
from trainplan.text.shown import Quoted

ENOUGH = "enough"  # in an address: the run without ceilings


@dataclass(frozen=True)
class Option:
    """A choice over all years: `met` of `targets`, how many are nearly met, VND spent and VND not found.

    `key` is `base`, `best` or `enough`; `lost` says what is given up for it. `goals` are those without a number; of a
    plan without targets `met`, `targets` and `nearly` count these.
    """

    key: str
    title: str
    met: Quoted
    targets: Quoted
    nearly: int
    goals_met: Quoted
    goals: Quoted
    money: Quoted
    lacking: Quoted
    lost: str = ""


def options(comparison: Comparison, language: str) -> list[Option]:
    """The first scenario, the option that meets most within its ceilings, and the first with enough money.

    The second only where it meets more than the first, the third only where money is what some target lacks.
    """
    first, best = comparison.runs[0], comparison.better_options[:1]
    rows = [
        _option(
            "base",
            first.plan.scenario_title(language),
            totals_of_all_years([first]),
            count_nearly(first.plan, first.run),
        )
    ]
    for run in best:
        title, lost = (
            say("word.option_best", language, title=run.plan.scenario_title(language)),
            price_of_option(first, run, language),
        )
        rows.append(_option("best", title, totals_of_all_years([run]), count_nearly(run.plan, run.run), lost=lost))
    if first.plan.has_ceilings and (first["verdicts"]["missing_money"] > 0).any():
        nearly = count_nearly(first.plan, first.requirement)
        rows.append(_option(ENOUGH, say("word.option_enough", language), totals_with_enough(first), nearly, ENOUGH))
    return rows


def totals_with_enough(results: Results) -> pd.DataFrame:
    """The row of the table totals that a scenario would have with enough money for every class that can open."""
    required = results.requirement_vnd
    money = {"required_vnd": required, "funded_vnd": required, "lacking_vnd": 0.0}
    met = count_met(results.plan, results.requirement.met_when_due[:, 0])
    return pd.DataFrame([{"scenario": results.plan.scenario, **met, **money}])


def _option(
    key: str, title: str, totals: pd.DataFrame, nearly: Mapping[str, int], run: str = "", lost: str = ""
) -> Option:
    row = quote_numbers("totals", totals, run).iloc[0]
    met, targets = ("met", "objectives") if row["objectives"] else ("goals_met", "goals")
    return Option(
        key,
        title,
        row[met],
        row[targets],
        nearly[met],
        row["goals_met"],
        row["goals"],
        row["funded_vnd"],
        row["lacking_vnd"],
        lost,
    )
