"""Sentences of uncertainty: how likely targets are, how the draws were made, and when a target is missed."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from trainplan.analysis.failure_conditions import Condition, FailureRule
from trainplan.analysis.monte_carlo import Uncertainty, probabilities_when_due, total_cost
from trainplan.plan.plan import Plan
from trainplan.report.tables.uncertainty import range_value_label
from trainplan.text.catalog import say
from trainplan.text.formats import billions, number, percent


def no_ranges(language: str) -> list[str]:
    """Why a plan without ranges has no probabilities."""
    return [say("sentence.no_ranges", language)]


def probability_summary(draws: Uncertainty, language: str) -> list[str]:
    """The answer in a few sentences: how many targets are likely, what all years cost, and how it was drawn."""
    chances = probabilities_when_due(draws)["probability_met"][list(draws.plan.is_target)]
    even, sure = (
        str(count) if count else say("word.no_target", language)
        for count in ((chances >= 0.5).sum(), (chances >= 0.9).sum())
    )
    expected = number(chances.sum(), language, 1)
    low, middle, high = (billions(vnd, language) for vnd in total_cost(draws))
    return [
        say("sentence.probability_counts", language, targets=len(chances), even=even, sure=sure, expected=expected),
        say("sentence.probability_cost", language, low=low, middle=middle, high=high),
        *describe_loop(draws, language),
    ]


def describe_loop(draws: Uncertainty, language: str) -> list[str]:
    """How the draws were made and which question they answer."""
    error = percent(probabilities_when_due(draws)["error"].max(), language, 2)
    count = number(draws.draws, language)
    return [say(f"sentence.loop_{draws.loop}", language, draws=count, seed=draws.seed, error=error)]


def describe_condition(plan: Plan, one: Condition, language: str) -> str:
    """A condition in words: «kinh phí thực có dưới 92 % mức kế hoạch»."""
    span = plan.ranges[one.input]
    name, threshold = getattr(span.name, language), float(f"{one.threshold:.3g}")  # it was found to no more digits
    amount = range_value_label(plan, span, threshold, language)
    key = f"sentence.condition_{span.form}_{'below' if one.below else 'from'}"
    return say(key, language, name=name[0].lower() + name[1:], amount=amount)


def missed_when(draws: Uncertainty, rules: Sequence[FailureRule], language: str) -> list[str]:
    """A sentence a target: how often it is missed, under which conditions, and how often that rule is right."""
    bands = probabilities_when_due(draws).set_index("objective")
    return [_missed_when(draws.plan, rule, bands.loc[rule.objective], language) for rule in rules]


def _missed_when(plan: Plan, rule: FailureRule, band: pd.Series, language: str) -> str:
    """The sentence of a target; `band` holds p05 and p95 of its coverage when due."""
    name, missed = plan.label("objectives", rule.objective, language), percent(rule.missed, language)
    if not rule.conditions:
        key = "sentence.almost_certainly_missed" if rule.missed > 0.5 else "sentence.almost_certainly_met"
        low, high = (percent(band[point], language) for point in ("p05", "p95"))
        return say(key, language, name=name, missed=missed, low=low, high=high)
    joint = say("word.or" if rule.either else "word.and", language)
    return say(
        "sentence.missed_when",
        language,
        name=name,
        missed=missed,
        conditions=f" {joint} ".join(describe_condition(plan, one, language) for one in rule.conditions),
        right=percent(rule.right, language, 0),
        found=percent(rule.found, language, 0),
    )
