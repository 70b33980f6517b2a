"""The value of money and of places: people-years of the gap that a little more would close (MODEL.md, section 6).

People-years are weighted: a person short of the path at a year's end, times the weight of the objective.
"""

from __future__ import annotations

import pandas as pd

from trainplan.around.optimal import Optimum
from trainplan.inputs.plan import Plan


def optimum_table(best: Optimum) -> pd.DataFrame:
    """One row: weighted_shortfall, bound (no plan within the ceilings has less) and gap, the distance between them."""
    reached, bound = best.weighted_shortfall, best.bound
    return pd.DataFrame([{"weighted_shortfall": reached, "bound": bound, "gap": reached - bound}])


def marginal_values(plan: Plan, best: Optimum) -> pd.DataFrame:
    """Year, source (and `total`), people_years_per_billion: what one more billion VND of a year would save, at the margin.

    Nothing where a source has no ceiling, or where commitments made before the plan take more than the ceiling. Where the
    linear program is degenerate the value is one of several: a little more money saves at most it, a little less costs at
    least it.
    """
    sources = [*(row.id for row in plan.rows["sources"]), "total"]
    rows = [
        {"year": year, "source": source, "people_years_per_billion": float(best.money[y, s])}
        for y, year in enumerate(plan.years)
        for s, source in enumerate(sources)
    ]
    return pd.DataFrame(rows)
