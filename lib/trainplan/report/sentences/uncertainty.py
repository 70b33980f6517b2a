"""Sentences of uncertainty: how likely targets are, how the draws were made, and when a target is missed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from trainplan.analysis.failure_conditions import Condition, FailureRule
from trainplan.analysis.monte_carlo import ALL, Uncertainty, probabilities_when_due
from trainplan.analysis.sampling import drawn_inputs
from trainplan.plan.address import Address
from trainplan.plan.plan import Plan
from trainplan.plan.ranges import Range
from trainplan.report.tables.uncertainty import quote_when_due, range_value_label
from trainplan.results.quote import address_of, quote_numbers
from trainplan.results.registry import QUANTILES
from trainplan.results.sources import assumed_numbers
from trainplan.text.catalog import say, term
from trainplan.text.formats import (
    CHANCES,
    bare_billions,
    billions,
    chance_number,
    from_to,
    number,
    percent,
)
from trainplan.text.shown import Quoted

NAMED = 3  # assumptions to look into first


def no_ranges(language: str) -> list[str]:
    """Why a plan without ranges has no probabilities."""
    return [say("sentence.no_ranges", language)]


def certainty_answer(
    draws: Uncertainty, drivers: pd.DataFrame, by_rule: Sequence[Uncertainty], language: str
) -> list[str]:
    """How sure the plan is in a few sentences: odds, cost, what decides them most, and whether a rule does better."""
    return [
        *chances_and_cost(draws, language),
        *strongest_input(draws, drivers, language),
        *better_rule(draws, by_rule, language),
    ]


def chances_and_cost(draws: Uncertainty, language: str) -> list[str]:
    """How many targets are likely and what all years cost; where the plan's own cost lies outside the band, why."""
    bands = quote_numbers("cost_bands", draws.cost_bands, draws.loop).set_index("year")
    low, middle, high = bands.loc[ALL, list(QUANTILES)]
    least = bare_billions if high >= 1e9 else billions  # both ends in one unit
    cost = {"middle": billions(middle, language), "low": least(low, language), "high": billions(high, language)}
    said = [say("sentence.chances_and_cost", language, count=count_likely(draws), **cost)]
    if not low <= draws.planned_cost <= high:
        driver = getattr(draws.cost_driver.name, language)
        funded = billions(Quoted(draws.planned_cost, address_of("budget", "funded_vnd", source="total")), language)
        said.append(say("sentence.plan_outside_band", language, funded=funded, driver=_inside(driver)))
    return said


def strongest_input(draws: Uncertainty, drivers: pd.DataFrame, language: str) -> list[str]:
    """Which range is behind the largest part of the spread of most targets; nothing where none moves a target."""
    plan = draws.plan
    shares = drivers["share"].to_numpy().reshape(-1, len(plan.ranges))[_judged(plan)]
    moved = shares[shares.max(axis=1) > 0]
    if not len(moved):
        return []
    leads = np.bincount(moved.argmax(axis=1), minlength=len(plan.ranges))
    first = int(leads.argmax())
    name = getattr(plan.ranges[first].name, language)
    return [say("sentence.strongest_input", language, name=name, leads=int(leads[first]), targets=len(shares))]


def better_rule(draws: Uncertainty, by_rule: Sequence[Uncertainty], language: str) -> list[str]:
    """The rule of allocation under which more targets are likely, in the same loop; or that there is none."""
    now, rule = count_likely(draws), draws.plan.allocation
    others = [one for one in by_rule if one.loop == draws.loop and one.plan.allocation != rule]
    if not others:
        return []
    best = max(others, key=count_likely)
    if count_likely(best) <= now:
        return [say("sentence.no_better_rule", language)]
    name = term("rule", best.plan.allocation, language)
    return [say("sentence.better_rule", language, rule=name, count=count_likely(best), now=now)]


def judged_chances(draws: Uncertainty) -> pd.Series:
    """The probability of every target with a number when due; of every goal where there is none."""
    return probabilities_when_due(draws)["probability_met"][_judged(draws.plan)]


def count_likely(draws: Uncertainty) -> int:
    """How many of these are likely, or surer."""
    return int((judged_chances(draws) >= CHANCES["likely"]).sum())


def _judged(plan: Plan) -> list[bool]:
    return list(plan.is_target) if any(plan.is_target) else [True] * len(plan.is_target)


def describe_loop(draws: Uncertainty, language: str) -> list[str]:
    """How the draws were made and which question they answer."""
    error = percent(quote_when_due(draws)["error"].max(), language, 2)
    count = number(draws.draws, language)
    return [say(f"sentence.loop_{draws.loop}", language, draws=count, seed=draws.seed, error=error)]


def survey_first(plan: Plan, drivers: pd.DataFrame | None, language: str) -> list[str]:
    """The ranges of assumed numbers that weigh most in coverage, at most NAMED; nothing where none moves a target."""
    if drivers is None:
        return []
    shares = drivers["share"].to_numpy().reshape(-1, len(plan.ranges)).sum(axis=0)
    assumed = assumed_numbers(plan)
    found = [
        _inside(getattr(plan.ranges[i].name, language))
        for i in (-shares).argsort(kind="stable")
        if shares[i] > 0 and _draws_any(plan, plan.ranges[i], assumed)
    ]
    return [say("sentence.survey_first", language, names="; ".join(found[:NAMED]))] if found else []


def _draws_any(plan: Plan, one: Range, numbers: Sequence[Address]) -> bool:
    """Whether a range draws one of these numbers."""
    drawn = [Address.of(address) for address in one.addresses(plan.open_years)]
    return any(own.covers(number) for own in drawn for number in numbers)


def describe_condition(plan: Plan, one: Condition, language: str) -> str:
    """A condition in words: «kinh phí thực có (2013) dưới 92 % mức kế hoạch», with a year where there is one."""
    _, span, year, _ = drawn_inputs(plan)[one.input]
    name = getattr(span.name, language) + (f" ({year})" if year else "")
    threshold = float(f"{one.threshold:.3g}")  # it was found to no more digits
    amount = range_value_label(plan, span, threshold, language)
    key = f"sentence.condition_{span.form}_{'below' if one.below else 'from'}"
    return say(key, language, name=_inside(name), amount=amount)


def _inside(name: str) -> str:
    """A name inside a sentence."""
    return name[0].lower() + name[1:]


def missed_when(draws: Uncertainty, rules: Sequence[FailureRule], language: str) -> list[str]:
    """A sentence a target: how often it is missed, under which conditions, and how often that rule is right."""
    bands = quote_when_due(draws).set_index("objective")
    return [_missed_when(draws.plan, rule, bands.loc[rule.objective], language) for rule in rules]


def _missed_when(plan: Plan, rule: FailureRule, band: pd.Series, language: str) -> str:
    """The sentence of a target; `band` holds p05 and p95 of its coverage when due."""
    share = {
        name: Quoted(getattr(rule, name), address_of("conditions", name, objective=rule.objective))
        for name in ("missed", "right", "found")
    }
    name, missed = plan.label("objectives", rule.objective, language), chance_number(share["missed"], language)
    if not rule.conditions:
        key = "sentence.almost_certainly_missed" if rule.missed > 0.5 else "sentence.almost_certainly_met"
        low, high = (percent(band[point], language) for point in ("p05", "p95"))
        return say(key, language, name=name, missed=missed, band=from_to(low, high, language))
    joint = say("word.or" if rule.either else "word.and", language)
    return say(
        "sentence.missed_when",
        language,
        name=name,
        missed=missed,
        conditions=f" {joint} ".join(describe_condition(plan, one, language) for one in rule.conditions),
        right=percent(share["right"], language, 0),
        found=percent(share["found"], language, 0),
    )
