"""Forecasts beside what came of them: the earlier looks of a plan, scored by the look of now (method.md, section 8)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from trainplan.analysis.monte_carlo import ALL, DRAWS_BY_RULE, SEED, Draw, usual_loop
from trainplan.results.registry import RESULTS, check_columns
from trainplan.results.tables import Results

COVERAGE, COST = "coverage", "cost"  # what is forecast: coverage, by the ids of objectives, and the money of a year
NOISE = 1e-9  # of a number, by which it may miss a band that it lies on

Expected = Mapping[tuple[int, str], float]  # by year and what: coverage, or VND


def forecast_record(looks: Mapping[str, Results], year: int, draw: Draw) -> pd.DataFrame:
    """What each look forecasts of the years open to it, beside the outcome in years up to `year`.

    The table `forecast_record` of the registry. `looks` are in their order, the last of them tells the outcome: what it
    knows of closed years. A look without ranges has no band. No rows where no earlier look forecasts a year up to
    `year`.
    """
    *earlier, now = looks.values()
    happened = {key: value for key, value in expected_values(now).items() if key[0] <= year}
    scored = any(look.plan.decided_from <= year for look in earlier)
    rows = [row for name, look in looks.items() if scored for row in _rows(name, look, bands_of(look, draw), happened)]
    table = RESULTS["forecast_record"]
    return check_columns(table.stem, pd.DataFrame(rows, columns=table.column_names))


def _rows(
    name: str, look: Results, bands: Mapping[tuple[int, str], tuple[float, float]], happened: Expected
) -> Iterator[tuple[Any, ...]]:
    nothing = math.nan
    for (year, what), forecast in expected_values(look).items():
        if year not in look.plan.open_years:
            continue
        low, high = bands.get((year, what), (nothing, nothing))
        outcome = happened.get((year, what), nothing)
        noise = NOISE * max(1.0, abs(outcome))
        is_inside = None if math.isnan(low + outcome) else low - noise <= outcome <= high + noise
        lead = year - look.plan.decided_from + 1
        yield name, year, lead, what, forecast, low, high, outcome, outcome - forecast, is_inside


def expected_values(look: Results) -> Expected:
    """The coverage of every objective and the money of every year, as a look has them."""
    coverage = look["gap"].set_index(["year", "objective"])["coverage"]
    money = look.run.funded_vnd.sum(axis=(1, 2))
    return {
        key: value
        for year, vnd in zip(look.plan.years, money.tolist(), strict=True)
        for key, value in [*((key, float(one)) for key, one in coverage.loc[[year]].items()), ((year, COST), vnd)]
    }


def bands_of(look: Results, draw: Draw) -> Mapping[tuple[int, str], tuple[float, float]]:
    """Where nine draws in ten lie; none without ranges, or where no year is open."""
    plan = look.plan
    if not plan.ranges or not plan.open_years:
        return {}
    draws = draw(plan, DRAWS_BY_RULE, SEED, usual_loop(plan))
    money = draws.cost_bands[draws.cost_bands["year"] != ALL].assign(objective=COST)
    rows = pd.concat([draws.probabilities, money])
    return {
        (int(year), what): (low, high)
        for year, what, low, high in rows[["year", "objective", "p05", "p95"]].itertuples(index=False)
    }


def forecast_scores(record: pd.DataFrame) -> pd.DataFrame:
    """How good the forecasts of a `forecast_record` were, by lead time and of all: of coverage, and of money.

    The table `forecast_scores` of the registry.
    """
    known = record[record["outcome"].notna()]
    leads: list[Any] = [*sorted(set(known["lead"])), ALL] if len(known) else []
    rows = []
    for lead in leads:
        of_lead = known if lead == ALL else known[known["lead"] == lead]
        for measure in (COVERAGE, COST):
            own = of_lead[(of_lead["what"] == COST) == (measure == COST)]
            over = own["forecast"].sum() if measure == COST else len(own)
            error = 100 * own["error"].sum() / over if over else math.nan
            banded = own["inside"].dropna()
            rows.append((lead, measure, len(own), error, sum(banded) if len(banded) else math.nan))
    table = RESULTS["forecast_scores"]
    return check_columns(table.stem, pd.DataFrame(rows, columns=table.column_names))
