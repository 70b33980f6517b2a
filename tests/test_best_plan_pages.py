"""What the page of the best plan shows: sentences whose numbers are those of the runs, and the ways to meet targets."""

from __future__ import annotations

from pathlib import Path

import pytest

from trainplan.analysis.goal_seek import goal_seek
from trainplan.analysis.relaxations import relaxations
from trainplan.analysis.rule_comparison import RuleComparison, compare_rules, nearest_rule
from trainplan.plan.plan import load_plan
from trainplan.report import tables
from trainplan.report.sentences import beyond_money, goal_amount
from trainplan.report.sentences.answer import level_reached
from trainplan.report.sentences.best_plan import best_plan_proof, compare_best_plan
from trainplan.results.tables import compute
from trainplan.text.formats import number

HERE = Path(__file__).parent
PLANS = [
    "an_giang_2011_2015",
    *(str(HERE / folder) for folder in ("broken/sound", "plans/shrinking", "plans/one_year")),
]


@pytest.fixture(scope="module", params=PLANS)
def compared(request: pytest.FixtureRequest) -> RuleComparison:
    return compare_rules(load_plan(request.param))


def test_the_best_plan_leads_the_table(compared: RuleComparison) -> None:
    short = compared.table.set_index("rule")["weighted_shortfall"]
    assert short["optimal"] <= short[nearest_rule(compared)] <= short.max()
    assert short["optimal"] == pytest.approx(compared.best.weighted_shortfall)


def test_sentences_count() -> None:
    compared = compare_rules(load_plan("an_giang_2011_2015"))
    best = compared.table.set_index("rule").loc["optimal"]
    (met, *price), (behind, proven) = compare_best_plan(compared, "en"), best_plan_proof(compared, "en")
    assert f"{best.met:.0f} of {best.objectives:.0f} targets" in met and "(by priority)" in met
    assert f"{best.goals_met:.0f} of {best.goals:.0f} goals without a number" in met
    assert number(best.weighted_shortfall, "en") in behind
    assert number(compared.best.weighted_shortfall - compared.best.bound, "en", 1) in proven
    sent = compared.enrollment.set_index("program")
    lost = sent.index[(sent["priority"] > 0) & (sent["optimal"] <= sent["priority"] / 2)]
    names = [compared.plan.label("programs", program, "en") for program in lost]
    assert names and all(f"“{name}” falls from" in price[0] for name in names)


def test_the_goal_is_said_with_its_amount_and_what_is_lost_below_it() -> None:
    goal = goal_seek(load_plan("an_giang_2011_2015"))
    results = compute(goal.plan)
    for language in ("vi", "en"):
        [sentence] = goal_amount(goal, language)
        assert number(goal.amount_vnd / 1e9, language, 3) in sentence
        assert goal.plan.label("objectives", goal.lost[0], language) in sentence
        [beyond] = beyond_money(goal, results, language)
        row = results["verdicts"].set_index("objective").loc[goal.beyond[0]]
        assert goal.plan.label("objectives", goal.beyond[0], language) in beyond
        assert level_reached(row["coverage"], None, language) in beyond
        assert level_reached(row["best_reachable"], None, language) in beyond


def test_ways_are_said_in_words() -> None:
    plan = load_plan("an_giang_2011_2015", overrides={"programs.rank_course.capacity": 100})
    found = relaxations(plan)
    frame = tables.relaxations(plan, found, "vi")
    assert len(frame) == len(found) and not frame["Cách làm"].str.contains("ceilings|add|_").any()
    assert frame["Cách làm"].str.contains("năng lực tiếp nhận: Bồi dưỡng quản lý nhà nước").any()
