"""Every figure by its name: `figures.cost_by_program(results, "en")` is a `Picture`, whose `figure` is matplotlib's.

None stands for a picture of nothing.

To add one: a function in a file of this folder, its texts under `figure.<name>.…` in both catalogs, its name here.
"""

from __future__ import annotations

from collections.abc import Callable

from trainplan.report.charts import Picture
from trainplan.report.figures.best_plan import (
    best_plan_changes,
    marginal_value_of_money,
    marginal_value_of_places,
    rule_comparison,
)
from trainplan.report.figures.money import (
    coverage_by_scenario,
)
from trainplan.report.figures.people import (
    people_missing,
)

FIGURES: dict[str, Callable[..., Picture | None]] = {
    figure.__name__: figure
    for figure in (
        best_plan_changes,
        coverage_by_scenario,
        marginal_value_of_money,
        marginal_value_of_places,
        people_missing,
        rule_comparison,
    )
}
