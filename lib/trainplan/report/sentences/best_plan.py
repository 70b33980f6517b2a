"""Sentences about the best plan for the money, and about the money that it takes to meet targets."""

from __future__ import annotations

import math

from trainplan.analysis.goal_seek import Goal
from trainplan.analysis.rule_comparison import RuleComparison, nearest_rule
from trainplan.report.sentences.answer import level_reached
from trainplan.report.tables.best_plan import quote_rules, source_name
from trainplan.results.quote import address_of
from trainplan.text.catalog import say, term
from trainplan.text.formats import billions, number
from trainplan.text.shown import Quoted, join_shown


def compare_best_plan(compared: RuleComparison, language: str) -> list[str]:
    """What the best plan reaches beside the rule that comes closest, and how near the best it is proven to be."""
    table, rule = quote_rules(compared).set_index("rule"), nearest_rule(compared)
    best, other = table.loc["optimal"], table.loc[rule]
    met = {
        "met": number(best.met, language),
        "targets": number(best.objectives, language),
        "met_by_rule": number(other.met, language),
    }
    behind = {
        "behind": number(best.weighted_shortfall, language),
        "behind_by_rule": number(other.weighted_shortfall, language),
        "spent": billions(best.funded_vnd, language),
        "spent_by_rule": billions(other.funded_vnd, language),
    }
    gap = number(best.weighted_shortfall - compared.best.bound, language, 1)
    return [
        say("sentence.best_plan_met", language, rule=term("rule", rule, language), **met),
        say("sentence.best_plan_behind", language, **behind),
        say("sentence.best_plan_proven", language, gap=gap),
    ]


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
    years = f"{plan.decided_from}–{plan.last}"
    sentence = say("sentence.goal_amount", language, **terms, targets=targets, amount=amount, years=years)
    if goal.lost:
        lost = "; ".join(plan.label("objectives", id, language) for id in goal.lost)
        sentence = join_shown([sentence, say("sentence.goal_less", language, lost=lost)], " ")
    return [sentence]


def _targets_and_goals(goal: Goal, language: str) -> str:
    """How many targets money can meet, and beside them how many goals without a number."""
    rows = zip(goal.plan.tables.objectives, goal.plan.is_target, strict=True)
    kinds = [is_target for row, is_target in rows if row.id in set(goal.reachable)]
    targets, goals = kinds.count(True), kinds.count(False)
    if not goals:
        return number(targets, language)
    return say("sentence.targets_and_goals", language, targets=targets, goals=goals)


def beyond_money(goal: Goal, language: str) -> list[str]:
    """The targets that more of this money cannot meet, each with how far it brings them; nothing where all are met."""
    plan, targets, asked = goal.plan, goal.free.arrays.target[:, 0], goal.free.arrays.asked[:, 0]
    names = []
    for row, coverage, target, missed in zip(plan.tables.objectives, goal.furthest, targets, asked, strict=True):
        if row.id in goal.beyond:
            furthest = Quoted(coverage, address_of("goal", "furthest", objective=row.id))
            level = level_reached(furthest, target if row.kind == "count" else None, language, missed)
            names.append(join_shown([plan.label("objectives", row.id, language), " (", level, ")"]))
    return [say("sentence.goal_beyond", language, names=join_shown(names, "; "))] if names else []
