"""What pages say in sentences: lists of sentences in the reader's language, by name in SENTENCES."""

from __future__ import annotations

from collections.abc import Callable

from trainplan.report.sentences.answer import (
    about_best_reachable,
    assumed_share,
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
    price_of_option,
)
from trainplan.report.sentences.comparison import comparison_answer
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

SENTENCES: dict[str, Callable[..., list[str]]] = {
    sentences.__name__: sentences
    for sentences in (
        about_best_reachable,
        assumed_share,
        best_plan_answer,
        best_plan_proof,
        better_options,
        better_rule,
        beyond_money,
        certainty_answer,
        chances_and_cost,
        comparison_answer,
        describe_loop,
        differs_from_base,
        enrollment_answer,
        explain_verdicts,
        farthest_at_the_start,
        gaps_answer,
        goal_amount,
        groups_overlap,
        headline,
        largest_causes,
        missed_when,
        money_after,
        money_answer,
        money_balance,
        money_by_source,
        money_in_real_terms,
        money_over_and_left,
        needs_fade,
        no_ceilings,
        no_other_scenario,
        no_ranges,
        no_way,
        numbers_by_basis,
        secure_first,
        seen_from,
        simplifications,
        strongest_input,
        survey_first,
        targets_met,
        weak_classes,
        yearly_changes,
    )
}

__all__ = [*SENTENCES, "price_of_option"]
