"""What the page of the best plan shows: figures that fit, and sentences whose numbers are those of the runs."""

from __future__ import annotations

import pytest

from test_figures import PLANS, drawn_text_outside
from trainplan.analysis.goal_seek import seek
from trainplan.analysis.marginal_values import values
from trainplan.analysis.relaxations import ways
from trainplan.analysis.rule_comparison import Rules, nearest_rule, rules
from trainplan.plan.plan import load_plan
from trainplan.report import best_plan_tables as views
from trainplan.report import figures
from trainplan.text.formats import number


@pytest.fixture(scope="module", params=PLANS)
def compared(request: pytest.FixtureRequest) -> Rules:
    return rules(load_plan(request.param))


@pytest.mark.parametrize("language", ["vi", "en"])
def test_figures_fit_and_have_a_message(language: str, compared: Rules) -> None:
    plan, worth = compared.plan, values(compared.plan)
    pictures = [figures.rule_comparison(compared, language), figures.best_plan_changes(compared, language)]
    pictures += [
        figure(plan, worth, language) for figure in (figures.marginal_value_of_money, figures.marginal_value_of_places)
    ]
    for picture in pictures:
        assert drawn_text_outside(picture) == [], picture.name
        assert picture.alt.endswith(".") and len(picture.alt) > 30


def test_the_best_plan_leads_the_table(compared: Rules) -> None:
    short = compared.table.set_index("rule")["weighted_shortfall"]
    assert short["optimal"] <= short[nearest_rule(compared)] <= short.max()
    assert short["optimal"] == pytest.approx(compared.best.weighted_shortfall)


def test_sentences_count() -> None:
    compared = rules(load_plan("an_giang_2011_2015"))
    best = compared.table.set_index("rule").loc["optimal"]
    sentences = views.best_plan_sentences(compared, "en")
    assert f"{best.met:.0f}/{best.objectives:.0f} targets" in sentences[0]
    assert number(best.weighted_shortfall, "en") in sentences[1]
    assert number(compared.best.weighted_shortfall - compared.best.bound, "en", 1) in sentences[2]


def test_the_goal_is_said_with_its_amount_and_what_is_lost_below_it() -> None:
    goal = seek(load_plan("an_giang_2011_2015"))
    for language in ("vi", "en"):
        sentence = views.goal_sentence(goal, language)
        assert number(goal.amount_vnd / 1e9, language, 3) in sentence
        assert goal.plan.label("objectives", goal.lost[0], language) in sentence
        assert goal.plan.label("objectives", goal.beyond[0], language) in views.beyond_sentence(goal, language)


def test_ways_are_said_in_words() -> None:
    plan = load_plan("an_giang_2011_2015")
    found = ways(plan)
    frame = views.ways_view(plan, found, "vi")
    assert len(frame) == len(found) and not frame["Cách làm"].str.contains("ceilings|add|_").any()
    assert frame["Cách làm"].str.contains("chỗ học mỗi năm: Tin học").any()
