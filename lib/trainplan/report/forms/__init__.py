"""Every figure of the pages' forms by its name: `forms.target_strip(results, None, "en")` is a `PageFigure`.

None stands for a figure of nothing.

To add one: a function in a file of this folder, its texts under `figure.<name>.…` in both catalogs, its import here.
"""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType

from trainplan.report.forms.basis import basis_by_table, turning_assumptions
from trainplan.report.forms.best_plan import best_plan_changes, marginal_value_of_money
from trainplan.report.forms.causes import causes
from trainplan.report.forms.certainty import driver_shares, rules_and_chances, strongest_inputs, target_chances
from trainplan.report.forms.cost_by_program import cost_by_program
from trainplan.report.forms.groups import group_changes, group_flow
from trainplan.report.forms.money_by_year import money_by_year, real_money_by_year
from trainplan.report.forms.paths import paths
from trainplan.report.forms.people_by_year import people_by_year
from trainplan.report.forms.people_missing import people_missing
from trainplan.report.forms.requests import requests_by_program, requests_by_unit
from trainplan.report.forms.review import review_causes, review_money_by_program, review_targets
from trainplan.report.forms.scenarios import scenario_results, targets_by_scenario
from trainplan.report.forms.target_strip import baselines_and_targets, target_strip
from trainplan.report.forms.year_plan import year_calendar, year_quarters, year_units
from trainplan.report.page_figure import PageFigure

FORMS: dict[str, Callable[..., PageFigure | None]] = {
    name: form for name, form in globals().items() if isinstance(form, FunctionType)
}
