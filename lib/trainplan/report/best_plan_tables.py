"""Tables and sentences about the best plan for the money, the value of money, and what it takes to meet targets."""

from __future__ import annotations

import math

import pandas as pd

from trainplan.analysis.goal_seek import TOTAL, Goal
from trainplan.analysis.relaxations import Relaxation
from trainplan.analysis.rule_comparison import RuleComparison, nearest_rule
from trainplan.plan.address import Address
from trainplan.plan.plan import Plan
from trainplan.text.catalog import option_name, say
from trainplan.text.formats import bare_billions, billions, number
from trainplan.text.words import old_say


def best_plan_sentences(compared: RuleComparison, language: str) -> list[str]:
    """What the best plan reaches beside the rule that comes closest, and how near the best it is proven to be."""
    table = compared.table.set_index("rule")
    best, rule = table.loc["optimal"], nearest_rule(compared)
    other = table.loc[rule]
    met, met_by_rule = f"{best.met:.0f}/{best.objectives:.0f}", f"{other.met:.0f}"
    short, short_by_rule = (number(row.weighted_shortfall, language) for row in (best, other))
    spent, spent_by_rule = (billions(row.funded_vnd, language) for row in (best, other))
    gap, name = number(best.weighted_shortfall - compared.best.bound, language, 1), option_name(rule, language)
    return {
        "vi": [
            f"Với cùng trần kinh phí, phương án tốt nhất đạt {met} chỉ tiêu khi đến hạn; cách phân bổ {name} đạt"
            f" {met_by_rule}.",
            f"Số người–năm chậm so với lộ trình (có trọng số) là {short}, so với {short_by_rule}; chi {spent}, so với"
            f" {spent_by_rule}.",
            f"Đã chứng minh: không phương án nào trong trần kinh phí giảm thêm được quá {gap} người–năm.",
        ],
        "en": [
            f"Within the same ceilings the best plan meets {met} targets when due; the rule “{name}” meets {met_by_rule}.",
            f"It is {short} weighted person-years behind the path instead of {short_by_rule}, and costs {spent} instead of"
            f" {spent_by_rule}.",
            f"It is proven that no plan within the ceilings does better by more than {gap} person-years.",
        ],
    }[language]


def rules_table(compared: RuleComparison, language: str) -> pd.DataFrame:
    """Every rule: targets met, person-years behind the path, money."""
    rows = [
        {
            say("head.rule", language): option_name(row["rule"], language),
            say("head.met_of", language): f"{row['met']} / {row['objectives']}",
            say("head.behind_path", language): number(row["weighted_shortfall"], language),
            f"{say('head.funded', language)} ({say('unit.bn', language)})": bare_billions(row["funded_vnd"], language),
            f"{say('head.commitments', language)} ({say('unit.bn', language)})": bare_billions(
                row["commitments_vnd"], language
            ),
        }
        for row in compared.table.to_dict("records")
    ]
    return pd.DataFrame(rows)


def goal_sentence(goal: Goal, language: str) -> str:
    """The least yearly amount in a sentence."""
    plan, count = goal.plan, len(goal.reachable)
    rule, amount = option_name(goal.rule, language), billions(goal.amount_vnd, language, 3)
    source = old_say(TOTAL, language).lower() if goal.source == TOTAL else plan.label("sources", goal.source, language)
    years = f"{plan.first}–{plan.last}"
    lost = "; ".join(plan.label("objectives", id, language) for id in goal.lost)
    if not count:
        return {
            "vi": f"Không chỉ tiêu nào đạt khi đến hạn, dù phần kinh phí này ({source}) không bị giới hạn (phân bổ: {rule}).",
            "en": f"No target is met when due, even if this money ({source}) is unlimited (allocation: {rule}).",
        }[language]
    if math.isnan(goal.amount_vnd):
        return {
            "vi": f"Không tìm được mức đều hằng năm nào ({source}; phân bổ: {rule}) đủ cho mọi chỉ tiêu ({count}).",
            "en": f"No level yearly amount ({source}; allocation: {rule}) was found to be enough for every target ({count}).",
        }[language]
    found = {
        "vi": f"Cần ít nhất {amount} mỗi năm trong {years} ({source}; phân bổ: {rule}) để đạt đúng hạn mọi chỉ tiêu"
        f" có thể đạt được nhờ kinh phí ({count}).",
        "en": f"At least {amount} a year in {years} ({source}; allocation: {rule}) is needed to meet, when due, every target"
        f" that money can meet ({count}).",
    }
    less = {
        "vi": f" Bớt một triệu đồng mỗi năm thì không đạt: {lost}.",
        "en": f" With a million đồng a year less, this is missed: {lost}.",
    }
    return found[language] + (less[language] if lost else "")


def beyond_sentence(goal: Goal, language: str) -> str:
    """The targets that more of this money cannot meet; empty where there are none."""
    names = "; ".join(goal.plan.label("objectives", id, language) for id in goal.beyond)
    if not names:
        return ""
    return {"vi": f"Thêm kinh phí cũng không đạt: {names}.", "en": f"More money does not meet: {names}."}[language]


def ways_view(plan: Plan, found: list[Relaxation], language: str) -> pd.DataFrame:
    """Ways to meet what is missed, the cheapest first: the target, what changes, what it costs more."""
    rows = [
        {
            say("head.objective", language): plan.label("objectives", way.objective, language),
            say("head.way", language): _changes(plan, way, language),
            f"{say('head.costs_more', language)} ({say('unit.bn', language)})": bare_billions(
                way.cost_vnd, language, 2
            ),
        }
        for way in found
    ]
    return pd.DataFrame(rows)


def _changes(plan: Plan, way: Relaxation, language: str) -> str:
    """The changes of a way in words; the same sum in every year is said once."""
    words: list[str] = []
    money = [(address, change["add"]) for address, change in way.changes.items() if address.startswith("ceilings.")]
    for address, change in way.changes.items():
        _, row, column = Address.of(address)
        if column == "capacity":
            name = plan.label("programs", row, language)
            words.append(f"+{number(change['add'], language)} {say('word.places_in', language, name=name)}")
        elif column == "due":
            words.append(say("word.due_in", language, year=str(change["value"])))
    if money:
        amount, first = billions(money[0][1], language, 3), Address.of(money[0][0]).row
        if len(money) > 1:
            words.append(f"+{amount} {say('word.every_year', language)}")
        else:
            year, _, source = first.partition("/")
            name = old_say(source, language).lower() if source == TOTAL else plan.label("sources", source, language)
            words.append(f"+{amount} {say('word.in_year', language, year=year, name=name)}")
    return "; ".join(words)
