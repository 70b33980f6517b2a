"""Tables of earlier forecasts: how good they were by lead time, and the next year's bands beside their own record."""

from __future__ import annotations

from typing import Any

import pandas as pd

from trainplan.analysis.monte_carlo import ALL
from trainplan.cycle.forecast_record import COST, COVERAGE
from trainplan.cycle.review import Review
from trainplan.report.tables.columns import Column, build_table
from trainplan.results.quote import quote_numbers
from trainplan.results.verdicts import missed_level
from trainplan.text.catalog import say
from trainplan.text.formats import NOTHING, billions, from_to, number, out_of, percent, with_plus

NEXT = "now"  # the look whose forecasts have no outcome yet


def quote_scores(review: Review) -> pd.DataFrame:
    """The rows of `forecast_scores` with quoted numbers; none where no earlier look has a band."""
    scores = review["forecast_scores"]
    return quote_numbers("forecast_scores", scores[scores["inside"].notna()])


def review_forecast_leads(review: Review, language: str) -> pd.DataFrame:
    """A row a lead time and one of all: the mean error and the outcomes inside the band, of coverage and of money."""
    rows = []
    for lead, own in quote_scores(review).groupby("lead", sort=False):
        row: dict[str, Any] = {"lead": say("word.all_leads", language) if lead == ALL else str(lead)}
        for score in own.itertuples():
            row[f"{score.measure}_error"] = with_plus(number(score.mean_error, language, 1))
            row[f"{score.measure}_inside"] = out_of(score.inside, score.outcomes, language)
        rows.append(row)
    names = [f"{measure}_{said}" for measure in (COVERAGE, COST) for said in ("error", "inside")]
    return build_table(rows, [Column("lead"), *map(Column, names)], language)


def review_forecast_bands(review: Review, language: str) -> pd.DataFrame:
    """A row a target and one of money: the first open year's forecast and band, and how many outcomes bands held so
    far; none where no earlier look has a band, or no year is open."""
    record, plan = review["forecast_record"], review.now.plan
    if not len(quote_scores(review)):
        return pd.DataFrame()
    held = {row["objective"]: row for row in review.now.verdict_rows}
    scored = record[record["inside"].notna()].groupby("what")["inside"]
    inside, count = scored.sum(), scored.count()
    rows: list[dict[str, Any]] = []
    for row in record.query("look == @NEXT and lead == 1").to_dict("records"):
        what = row["what"]
        quoted = [
            review.quote("forecast_record", name, row[name], look=NEXT, year=row["year"], what=what)
            for name in ("forecast", "p05", "p95")
        ]
        if what == COST:
            forecast, low, high = (billions(vnd, language) for vnd in quoted)
        else:
            forecast, low, high = (percent(one, language, missed=missed_level(held[what])) for one in quoted)
        so_far = review.quote("forecast_record", "inside", inside.get(what, 0), what=what)
        rows.append(
            {
                "objective": say("head.money", language) if what == COST else plan.label("objectives", what, language),
                "year": row["year"],
                "forecast": forecast,
                "band": from_to(low, high, language),
                "bands_held": out_of(so_far, count[what], language) if what in count else NOTHING,
            }
        )
    columns = [Column("objective"), Column("year", "year"), *map(Column, ("forecast", "band", "bands_held"))]
    return build_table(rows, columns, language)
