"""Every figure of the pages' forms by its name: `forms.target_strip(results, None, "en")` is a `PageFigure`.

None stands for a figure of nothing.

To add one: a function in a file of this folder, its texts under `figure.<name>.…` in both catalogs, its name here.
"""

from __future__ import annotations

from collections.abc import Callable

from trainplan.report.forms.money_by_year import money_by_year
from trainplan.report.forms.target_strip import baselines_and_targets, target_strip
from trainplan.report.page_figure import PageFigure

FORMS: dict[str, Callable[..., PageFigure | None]] = {
    form.__name__: form for form in (baselines_and_targets, money_by_year, target_strip)
}
