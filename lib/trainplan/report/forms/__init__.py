"""Every drawing by its name: `forms.target_strip(results, None, "en")` is a `Drawing`, shown in a page as it is.

None stands for a drawing of nothing.

To add one: a function in a file of this folder, its texts under `figure.<name>.…` in both catalogs, its name here.
"""

from __future__ import annotations

from collections.abc import Callable

from trainplan.report.drawing import Drawing
from trainplan.report.forms.money_by_year import money_by_year
from trainplan.report.forms.target_strip import baselines_and_targets, target_strip

FORMS: dict[str, Callable[..., Drawing | None]] = {
    form.__name__: form for form in (baselines_and_targets, money_by_year, target_strip)
}
