"""What pages say in sentences: lists of sentences in the reader's language, all that is imported here, in SENTENCES."""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType

from trainplan.report.sentences.answer import (
    about_best_reachable,
    assumed_share,
    baseline_answer,
    basis_answer,
    differs_from_base,
    explain_verdicts,
    farthest_at_the_start,
    gaps_answer,
    groups_overlap,
    headline,
    largest_causes,
    needs_fade,
    numbers_by_basis,
    secure_first,
    seen_from,
    simplifications,
    targets_met,
    yearly_changes,
)
from trainplan.report.sentences.best_plan import (
    best_plan_answer,
    best_plan_proof,
    better_options,
    beyond_money,
    goal_amount,
    no_ceilings,
    no_other_scenario,
    no_way,
)
from trainplan.report.sentences.comparison import comparison_answer, differences_left_out, scenarios_left_out
from trainplan.report.sentences.forecasts import review_forecasts
from trainplan.report.sentences.money import (
    enrollment_answer,
    money_after,
    money_answer,
    money_balance,
    money_by_source,
    money_in_real_terms,
    money_over_and_left,
    weak_classes,
)
from trainplan.report.sentences.requests import (
    requests_answer,
    survey_changes,
    units_not_answered,
)
from trainplan.report.sentences.review import (
    review_answer,
    review_basis,
    review_catching_up,
    review_met,
    review_spent,
    review_too_late,
    review_widest,
)
from trainplan.report.sentences.uncertainty import (
    better_rule,
    certainty_answer,
    chances_and_cost,
    describe_loop,
    missed_when,
    no_ranges,
    strongest_input,
    survey_first,
)
from trainplan.report.sentences.year_plan import year_answer, year_blocs, year_deadlines, year_money, year_turns

SENTENCES: dict[str, Callable[..., list[str]]] = {
    name: said for name, said in globals().items() if isinstance(said, FunctionType)
}
