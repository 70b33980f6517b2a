"""Every figure by its name: `figures.cost_by_program(results, "en")` is a `Picture`, whose `figure` is matplotlib's.

None stands for a picture of nothing.

To add one: a function in a file of this folder, its texts under `figure.<name>.…` in both catalogs, its name here.
"""

from __future__ import annotations

from collections.abc import Callable

from trainplan.report.charts import Picture
from trainplan.report.figures.people import (
    people_missing,
)

FIGURES: dict[str, Callable[..., Picture | None]] = {figure.__name__: figure for figure in (people_missing,)}
