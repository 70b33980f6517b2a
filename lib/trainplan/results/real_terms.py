"""Money in real terms: what the ceiling buys, year by year, beside what the period before could buy."""

from __future__ import annotations

import pandas as pd

from trainplan.plan.plan import Plan

CONSUMER_PRICES = "cpi"
SPENT, FIRST, LAST = "spent_total", "first_year", "last_year"  # ids of `history`


def price_levels(plan: Plan) -> dict[int, float]:
    """Level of consumer prices by year, any base; prices observed later stand before what the plan assumed."""
    table = plan.frame("prices")
    table = table[table["index"] == CONSUMER_PRICES]
    level = table["value"].astype(float)
    if "observed" in table:
        level = pd.to_numeric(table["observed"], errors="coerce").fillna(level)
    return dict(zip(table["year"], level, strict=True))


def real_and_nominal(plan: Plan) -> pd.DataFrame:
    """A row a year: year, nominal_vnd, real_vnd (VND of `price_base_year`) and period (`before` or `plan`).

    The period before is its yearly mean, as a plan's history gives one sum; empty without prices or money.
    """
    prices = price_levels(plan)
    known = {row.id: row.value for row in plan.tables.history}
    money = plan.ceilings_of("total")
    rows = [(year, money[year], "plan") for year in plan.years if year in money]
    if {SPENT, FIRST, LAST} <= set(known):
        before = range(int(known[FIRST]), int(known[LAST]) + 1)
        rows = [(year, known[SPENT] / len(before), "before") for year in before] + rows
    base = prices.get(plan.price_base_year)
    found = [(y, vnd, vnd * base / prices[y], period) for y, vnd, period in rows if base and y in prices]
    return pd.DataFrame(found, columns=["year", "nominal_vnd", "real_vnd", "period"])


def period_before(plan: Plan) -> str:
    """The years of the period before, `2006–2010`; empty without a history."""
    known = {row.id: row.value for row in plan.tables.history}
    return f"{known[FIRST]:.0f}–{known[LAST]:.0f}" if {FIRST, LAST} <= set(known) else ""


def real_change_of_money(plan: Plan) -> float | None:
    """Change of yearly money from the period before, in real terms: −0.28 is 28 % less.

    None without a history, and where prices do not move: nothing then is otherwise in real terms.
    """
    table = real_and_nominal(plan)
    nominal, level = table.groupby("period")["nominal_vnd"].mean(), price_levels(plan)
    if not {"before", "plan"} <= set(nominal.index) or table["nominal_vnd"].equals(table["real_vnd"]):
        return None
    mean_level = table.assign(level=table["year"].map(level)).groupby("period")["level"].mean()
    return float(nominal["plan"] / nominal["before"] / (mean_level["plan"] / mean_level["before"]) - 1)
