"""Every figure by its name: `figures.coverage(results, "en")` is a `Picture`, whose `figure` is matplotlib's.

None stands for a picture of nothing.

To add one: a function in a file of this folder, its texts under `figure.<name>.…` in both catalogs, its name here.
"""

from __future__ import annotations

from collections.abc import Callable

from trainplan.report.charts import Picture
from trainplan.report.figures.money import (
    cost_by_program,
    money_by_scenario,
    nominal_and_real_money,
)
from trainplan.report.figures.people import (
    coverage,
    enrollment_by_program,
    enrollment_levels,
    people_missing,
)
from trainplan.report.figures.uncertainty import (
    cost_bands_and_s_curve,
    coverage_bands,
    target_probabilities,
    tornado,
    variance_shares,
)

FIGURES: dict[str, Callable[..., Picture | None]] = {
    figure.__name__: figure
    for figure in (
        cost_bands_and_s_curve,
        cost_by_program,
        coverage,
        coverage_bands,
        enrollment_by_program,
        enrollment_levels,
        money_by_scenario,
        nominal_and_real_money,
        people_missing,
        target_probabilities,
        tornado,
        variance_shares,
    )
}
