"""What pages say in sentences: lists of sentences in the reader's language, by name in SENTENCES."""

from __future__ import annotations

from collections.abc import Callable

from trainplan.report.sentences.answer import (
    assumed_share,
    differs_from_base,
    explain_verdicts,
    farthest_at_the_start,
    gaps_answer,
    groups_overlap,
    headline,
    how_gaps_are_shared,
    largest_causes,
    needs_fade,
    numbers_by_basis,
    real_money,
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
from trainplan.report.sentences.comparison import comparison_answer
from trainplan.report.sentences.money import (
    enrollment_answer,
    money_after,
    money_answer,
    money_balance,
    money_by_source,
    money_over_and_left,
    weak_classes,
)
from trainplan.report.sentences.uncertainty import (
    chances_and_cost,
    describe_chances,
    describe_loop,
    missed_when,
    no_ranges,
    probability_summary,
)

SENTENCES: dict[str, Callable[..., list[str]]] = {
    sentences.__name__: sentences
    for sentences in (
        assumed_share,
        best_plan_answer,
        best_plan_proof,
        better_options,
        beyond_money,
        chances_and_cost,
        comparison_answer,
        describe_chances,
        describe_loop,
        differs_from_base,
        enrollment_answer,
        explain_verdicts,
        farthest_at_the_start,
        gaps_answer,
        goal_amount,
        groups_overlap,
        headline,
        how_gaps_are_shared,
        largest_causes,
        missed_when,
        money_after,
        money_answer,
        money_balance,
        money_by_source,
        money_over_and_left,
        needs_fade,
        no_ceilings,
        no_other_scenario,
        no_ranges,
        no_way,
        numbers_by_basis,
        probability_summary,
        real_money,
        secure_first,
        seen_from,
        simplifications,
        targets_met,
        weak_classes,
        yearly_changes,
    )
}

__all__ = [*SENTENCES]
