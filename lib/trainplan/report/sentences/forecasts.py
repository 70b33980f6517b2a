"""Earlier forecasts in sentences: how many outcomes their bands held, and what the next band is worth by that."""

from __future__ import annotations

from trainplan.cycle.forecast_record import COST
from trainplan.cycle.review import Review
from trainplan.report.tables.forecasts import NEXT, quote_scores
from trainplan.report.tables.results import A_LITTLE
from trainplan.text.catalog import say
from trainplan.text.formats import billions, from_to, percent


def review_forecasts(review: Review, language: str) -> list[str]:
    """How many outcomes lay inside the bands of earlier looks and how many were counted, then the band of the next
    year's money; nothing where no band can be scored."""
    scores = quote_scores(review)
    if not len(scores):
        return []
    coverage, cost = (scores.iloc[k] for k in (-2, -1))
    record = review["forecast_record"]
    known = record[record["outcome"].notna() & (record["what"] != COST)]
    observed = {(row.year, row.objective) for row in review.now.plan.tables.observations}
    counted = sum(key in observed for key in zip(known["year"], known["what"], strict=True))
    pays = record["forecast"][record["what"] == COST].max() >= A_LITTLE
    money = say("tail.forecasts_money", language, inside=cost["inside"], count=cost["outcomes"]) if pays else ""
    said = [
        say("sentence.forecasts_inside", language, inside=coverage["inside"], count=coverage["outcomes"], money=money)
    ]
    if counted < len(known):
        said.append(say("sentence.forecasts_counted", language, count=counted))
    share = (coverage["inside"] + cost["inside"]) / (coverage["outcomes"] + cost["outcomes"])
    return [*said, *_next_band(review, percent(share, language, 0), language)]


def _next_band(review: Review, share: str, language: str) -> list[str]:
    """What a band promises and has held so far; with a year ahead what that year is to cost."""
    plan = review.now.plan
    said = [say("sentence.forecasts_promise", language, share=share)]
    rows = review["forecast_record"].query("look == @NEXT and what == @COST and lead == 1")
    if not len(rows) or rows["p95"].iloc[0] < A_LITTLE:
        return said
    keys = {"look": NEXT, "year": plan.decided_from, "what": COST}
    low, high = (
        billions(review.quote("forecast_record", point, float(rows[point].iloc[0]), **keys), language)
        for point in ("p05", "p95")
    )
    return [*said, say("sentence.forecasts_next", language, year=plan.decided_from, band=from_to(low, high, language))]
