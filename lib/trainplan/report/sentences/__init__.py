"""What pages say in sentences: lists of sentences in the reader's language, by name in SENTENCES."""

from __future__ import annotations

from collections.abc import Callable

from trainplan.report.sentences.answer import (
    explain_verdicts,
    headline,
    money_requirement,
    real_money,
    simplifications,
    targets_met,
)
from trainplan.report.sentences.best_plan import beyond_money, compare_best_plan, goal_amount
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
        beyond_money,
        chances_and_cost,
        compare_best_plan,
        describe_chances,
        describe_loop,
        explain_verdicts,
        goal_amount,
        headline,
        missed_when,
        money_requirement,
        no_ranges,
        probability_summary,
        real_money,
        simplifications,
        targets_met,
    )
}

__all__ = [*SENTENCES]
