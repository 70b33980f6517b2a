"""Sentences about the best plan for the money, and about the money that it takes to meet targets."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd

from trainplan.analysis.goal_seek import Goal
from trainplan.analysis.relaxations import Relaxation
from trainplan.analysis.rule_comparison import RuleComparison, rule_beside
from trainplan.model.gap import HALF_A_PERSON
from trainplan.plan.plan import Plan
from trainplan.report.sentences.answer import level_reached
from trainplan.report.tables.best_plan import quote_rules, source_name
from trainplan.results.compare import Comparison, keeps_ceilings, programs_given_up
from trainplan.results.quote import address_of, quote_numbers
from trainplan.results.tables import Results
from trainplan.text.catalog import say, term
from trainplan.text.formats import billions, number, year_span
from trainplan.text.shown import Quoted, join_shown


class MoreMoney(NamedTuple):
    """A source, `total` for all of them, and a year in which a billion more saves people-years."""

    id: str
    year: int
    people_years: float


def better_options(comparison: Comparison, language: str) -> list[str]:
    """Which scenarios that a province may choose meet more targets within the same ceilings, and what they give up.

    Nothing where there is no such scenario, or the first does not keep its ceilings.
    """
    if not comparison.within_same_ceilings or not keeps_ceilings(comparison.runs[0]):
        return []
    best = comparison.better_options
    if not best:
        return [say("sentence.no_better_option", language)]
    total = quote_numbers("totals", comparison.totals).set_index("scenario").loc[best[0].plan.scenario]
    lost = price_of_option(comparison.runs[0], best[0], language)
    about = {
        "title": best[0].plan.scenario_title(language),
        "more": say("tail.more_options", language, count=len(best) - 1) if len(best) > 1 else "",
        "met": total["met"],
        "targets": total["objectives"],
        "price": say("tail.option_price", language, parts=lost) if lost else "",
    }
    return [say("sentence.better_option", language, count=len(best), **about)]


def price_of_option(first: Results, option: Results, language: str) -> str:
    """The program that loses most in an option, of those that it gives up, with the people sent; or nothing."""
    lost = programs_given_up(_people_by_program(first), _people_by_program(option))[:1]
    return _given_up(first.plan, lost, ("", option.plan.scenario), language)


def no_other_scenario(comparison: Comparison, language: str) -> list[str]:
    """That there is nothing to compare with, where there is one scenario alone."""
    return [say("sentence.no_other_scenario", language)] if len(comparison.runs) == 1 else []


def no_ceilings(plan: Plan, language: str) -> list[str]:
    """Why a plan without ceilings is not told what more money would do."""
    return [] if plan.has_ceilings else [say("sentence.no_ceilings", language)]


def no_way(results: Results, found: Sequence[Relaxation], language: str) -> list[str]:
    """That no single way was found to meet what is missed; nothing where there is one, or nothing is missed."""
    missed = (results["verdicts"]["verdict"] != "met").any()
    return [say("sentence.no_way", language)] if missed and not found else []


def _people_by_program(run: Results) -> pd.Series:
    """People sent over all years, by program."""
    return run.over_years("classes").set_index("program")["new_learners"]


def _given_up(plan: Plan, lost: pd.DataFrame, runs: tuple[str, str], language: str) -> str:
    """Programs with the people that they had in one of the runs and have in the other (see `programs_given_up`)."""

    def turns(id: str, before_or_after: str, run: str) -> str:
        turns = lost.loc[id, before_or_after]
        return number(Quoted(turns, address_of("classes", "new_learners", run, program=id)), language)

    return join_shown(
        (
            say(
                "word.given_up",
                language,
                program=plan.label("programs", id, language),
                before=turns(id, "before", runs[0]),
                after=turns(id, "after", runs[1]),
            )
            for id in map(str, lost.index)
        ),
        "; ",
    )


def best_plan_answer(
    compared: RuleComparison, values: pd.DataFrame, goal: Goal | None, best_goal: Goal | None, language: str
) -> list[str]:
    """What the best plan reaches and gives up, where more money helps most, and what it takes to reach all that can be.

    `values` are those of `marginal_values`; `goal` is sought by the plan's rule and `best_goal` by the best plan.
    """
    money = value_of_money(compared.plan, values, language)
    return [*compare_best_plan(compared, language), *money, *goal_amounts(goal, best_goal, language)]


def compare_best_plan(compared: RuleComparison, language: str) -> list[str]:
    """What the best plan reaches beside the plan's rule (where that is no other, the one that comes closest).

    Then which programs it gives up.
    """
    table, rule = quote_rules(compared).set_index("rule"), rule_beside(compared)
    best, other = table.loc["optimal"], table.loc[rule]
    targets, goals = (number(all_, language) for all_ in (best.objectives, best.goals))
    met = _beside("word.best_met", language, *(number(row.met, language) for row in (best, other)), targets=targets)
    tail = _beside("tail.goals_met", language, *(number(row.goals_met, language) for row in (best, other)), goals=goals)
    sent = compared.enrollment.set_index("program")
    lost = programs_given_up(sent[rule], sent["optimal"])
    about = {
        "same": say("word.same_ceilings" if compared.plan.has_ceilings else "word.same_places", language),
        "rule": term("rule", rule, language),
        "tail": tail if best.goals else "",
    }
    price = {"parts": _given_up(compared.plan, lost, (rule, "optimal"), language)}
    return [
        say("sentence.best_plan_met", language, met=met, **about),
        *([say("sentence.best_plan_price", language, **price)] if len(lost) else []),
    ]


def best_plan_proof(compared: RuleComparison, language: str) -> list[str]:
    """How far the best plan is behind the path, what it spends, and how near the best it is proven to be."""
    table = quote_rules(compared).set_index("rule")
    best, other = table.loc["optimal"], table.loc[rule_beside(compared)]
    behind = [number(row.weighted_shortfall, language) for row in (best, other)]
    spent = [billions(row.funded_vnd, language) for row in (best, other)]
    gap = number(best.weighted_shortfall - compared.best.bound, language, 1)
    return [
        say(
            "sentence.best_plan_behind",
            language,
            behind=_beside("word.best_behind", language, *behind),
            spent=_beside("word.best_spent", language, *spent),
        ),
        say("sentence.best_plan_proven" if gap != "0" else "sentence.best_plan_proven_best", language, gap=gap),
    ]


def most_helped(values: pd.DataFrame) -> MoreMoney | None:
    """Where a billion more helps most, by `marginal_values`; None where it helps nowhere."""
    money = values[values["kind"] == "money"]
    if not (money["people_years"] >= HALF_A_PERSON).any():
        return None
    row = money.loc[money["people_years"].idxmax()]
    return MoreMoney(str(row["id"]), int(row["year"]), float(row["people_years"]))


def value_of_money(plan: Plan, values: pd.DataFrame, language: str) -> list[str]:
    """Where one billion more helps most, or that it helps nowhere; nothing without ceilings."""
    if not plan.has_ceilings:
        return []
    best = most_helped(values)
    if best is None:
        return [say("sentence.money_helps_nowhere", language)]
    address = address_of("values", "people_years", kind="money", id=best.id, year=best.year)
    saved = number(Quoted(best.people_years, address), language)
    where = source_name(plan, best.id, language)
    return [say("sentence.value_of_money", language, where=where, year=best.year, saved=saved)]


def goal_amounts(goal: Goal | None, best_goal: Goal | None, language: str) -> list[str]:
    """The least yearly amounts with which all is met that money can meet: by the plan's rule, and by the best plan.

    The second falls away where it speaks of other targets; nothing where there is no goal, no target or no amount.
    """
    if goal is None or not len(goal.reachable) or math.isnan(goal.amount_vnd):
        return []
    amount = billions(Quoted(goal.amount_vnd, address_of("goal", "yearly_vnd")), language, 3)
    tail = ""
    if best_goal and best_goal.rule != goal.rule and best_goal.reachable == goal.reachable:
        at_best = billions(Quoted(best_goal.amount_vnd, address_of("goal", "yearly_vnd", "optimal")), language, 3)
        tail = say("tail.goal_at_best", language, amount=at_best)
    rule = term("rule", goal.rule, language)
    return [say("sentence.goal_amounts", language, amount=amount, rule=rule, tail=tail)]


def _beside(key: str, language: str, best: str, other: str, **values: str) -> str:
    """A number of the best plan beside another's: in the words of `key`, or of `key_alike` where they read the same."""
    return say(f"{key}_alike" if best == other else key, language, best=best, other=other, **values)


def goal_amount(goal: Goal, language: str) -> list[str]:
    """The least yearly amount with which every target is met that money can meet, and what a little less misses."""
    plan = goal.plan
    terms = {
        "source": source_name(plan, goal.source, language),
        "rule": term("rule", goal.rule, language),
    }
    if not len(goal.reachable):
        return [say("sentence.goal_none", language, **terms)]
    targets = _targets_and_goals(goal, language)
    if math.isnan(goal.amount_vnd):
        return [say("sentence.goal_not_found", language, **terms, targets=targets)]
    amount = billions(Quoted(goal.amount_vnd, address_of("goal", "yearly_vnd")), language, 3)
    years = year_span(plan.decided_from, plan.last)
    sentence = say("sentence.goal_amount", language, **terms, targets=targets, amount=amount, years=years)
    if goal.lost:
        lost = "; ".join(plan.label("objectives", id, language) for id in goal.lost)
        less = billions(Quoted(goal.step_vnd, address_of("goal", "step_vnd")), language)
        sentence = join_shown([sentence, say("sentence.goal_less", language, less=less, lost=lost)], " ")
    return [sentence]


def _targets_and_goals(goal: Goal, language: str) -> str:
    """How many targets money can meet, and beside them how many goals without a number."""
    rows = zip(goal.plan.tables.objectives, goal.plan.is_target, strict=True)
    kinds = [is_target for row, is_target in rows if row.id in set(goal.reachable)]
    targets, goals = kinds.count(True), kinds.count(False)
    if not goals:
        return number(targets, language)
    return say("sentence.targets_and_goals", language, targets=targets, goals=goals)


def beyond_money(goal: Goal, results: Results, language: str) -> list[str]:
    """The targets that more of this money cannot meet, each with where it is, how far money alone brings it and the
    best that can be reached; nothing where all are met."""
    plan, verdicts, arrays = goal.plan, results.quote_table("verdicts"), goal.free.arrays
    said = []
    for o, row in enumerate(plan.tables.objectives):
        if row.id in goal.beyond:
            far = Quoted(goal.furthest[o], address_of("goal", "furthest", objective=row.id))
            best = max(far, verdicts["best_reachable"][o])  # far where the other is no number
            people = arrays.target[o, 0] if row.kind == "count" else None
            asked = arrays.asked[o, 0] / (people or 1.0)
            now, furthest, reachable = (
                level_reached(one, people, language, asked) for one in (verdicts["coverage"][o], far, best)
            )
            name = plan.label("objectives", row.id, language)
            said.append(say("word.beyond", language, name=name, now=now, furthest=furthest, best=reachable))
    return [say("sentence.goal_beyond", language, names=join_shown(said, "; "))] if said else []
