"""Tables for the screen: data frames of text in the reader's language, by name in TABLES: all that are imported here.

`tables.verdicts(results, "vi")` is a frame whose headings and cells can be read as they stand; the numbers behind it
are in the result tables (`results["verdicts"]`).
"""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType

import pandas as pd

from trainplan.report.tables.best_plan import relaxations, rules, value_of_places
from trainplan.report.tables.comparison import compared_inputs, differences, scenarios
from trainplan.report.tables.forecasts import review_forecast_bands, review_forecast_leads
from trainplan.report.tables.inputs import (
    basis_register,
    changes,
    decision_statements,
    groups,
    history,
)
from trainplan.report.tables.requests import (
    requests_cost,
    requests_cost_by_program,
    requests_register,
    surveyed_baselines,
)
from trainplan.report.tables.results import (
    budget,
    classes,
    commitments,
    cost_by_source,
    courses_by_content,
    courses_by_place,
    verdicts,
)
from trainplan.report.tables.review import (
    review_lessons,
    review_milestones,
    review_money_by_source,
    review_people,
    review_unused,
    review_verdicts,
)
from trainplan.report.tables.uncertainty import (
    assumed_without_range,
    cost_bands,
    enrollment_bands,
    money_over,
    probabilities,
    probabilities_by_rule,
    ranges,
    sent_bands,
)
from trainplan.report.tables.year_plan import (
    year_classes,
    year_estimate,
    year_estimate_by_program,
    year_groups,
    year_members,
)

TABLES: dict[str, Callable[..., pd.DataFrame]] = {
    name: table for name, table in globals().items() if isinstance(table, FunctionType)
}
