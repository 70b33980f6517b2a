"""What is shown of uncertainty: figures that fit, sentences that come from the draws, the command and its tables."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from trainplan.analysis.attribution import COST, attribute
from trainplan.analysis.failure_conditions import Condition, FailureRule, failure_conditions
from trainplan.analysis.monte_carlo import (
    Uncertainty,
    uncertainty,
    uncertainty_by_rule,
)
from trainplan.analysis.sensitivity import sensitivity
from trainplan.cli import main
from trainplan.plan.plan import load_plan
from trainplan.plan.ranges import Range
from trainplan.report import sentences, tables
from trainplan.report.forms import driver_shares, rules_and_chances, strongest_inputs, target_chances
from trainplan.report.sentences.uncertainty import count_likely, describe_condition
from trainplan.report.tables.uncertainty import quote_when_due
from trainplan.results.tables import compute
from trainplan.text.catalog import say
from trainplan.text.formats import chance_number, chance_word

PROVINCE = "an_giang_2011_2015"
WORKED = Path(__file__).parent / "plans" / "worked_example"


@pytest.fixture(scope="module", params=["base", "proportional_rule", "requirement"])
def draws(request: pytest.FixtureRequest) -> tuple[Uncertainty, Uncertainty, pd.DataFrame]:
    plan = load_plan(PROVINCE, request.param)
    return uncertainty(plan, 1024), uncertainty(plan, 1024, loop="open"), sensitivity(plan, design=64)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_target_has_a_sentence(draws, language: str) -> None:
    closed = draws[0]
    said = sentences.missed_when(closed, failure_conditions(closed), language)
    for row, sentence in zip(closed.plan.tables.objectives, said, strict=True):
        assert sentence.startswith(closed.plan.label("objectives", row.id, language))
        assert sentence.endswith(".")


def test_a_condition_is_said_in_the_terms_of_its_range() -> None:
    plan = load_plan(PROVINCE)
    words = {
        (0, True, 0.92): (
            "kinh phí thực tế bố trí được, mức chung cả kỳ dưới 92% mức kế hoạch",
            "money that really arrives, level of all years below 92% of the plan’s",
        ),
        (12, False, -0.05): (
            "đại biểu thay đổi sau bầu cử từ −5 điểm phần trăm so với kế hoạch trở lên",
            "delegates changed by the election at least −5 percentage points against the plan",
        ),
        (15, True, 0.705): (
            "hiện trạng 31/12/2010: tiêu chuẩn ngạch dưới 70,5%",
            "start of the rank standard below 70.5%",
        ),
    }
    for (i, below, threshold), spoken in words.items():
        for language, expected in zip(("vi", "en"), spoken, strict=True):
            found = describe_condition(plan, Condition(i, below, threshold), language)
            assert found.replace("\u202f", " ") == expected


@pytest.mark.parametrize(
    ("probability", "shown"),
    [
        *((0.0, "<1%"), (0.0099, "<1%"), (0.01, "1%"), (0.5, "50%"), (0.99, "99%"), (0.9901, ">99%"), (1.0, ">99%")),
        *(
            (0.047, "4.7%"),
            (0.2499, "24.99%"),
            (0.746, "74.6%"),
            (0.9496, "94.96%"),
            (0.949999, "under 95%"),
            (0.95, "95%"),
        ),
    ],
)
def test_the_number_of_a_chance_does_not_reach_the_next_word(probability: float, shown: str) -> None:
    assert chance_number(probability, "en") == shown
    if shown[0].isdigit():
        assert chance_word(float(shown[:-1]) / 100) == chance_word(probability)


def uncertain_money(low: float, high: float) -> Uncertainty:
    """The worked example with a ceiling, of which each year another share arrives, and with prices that hardly move."""
    money, prices = "ceilings.{year}/total.ceiling_vnd", "programs.*.cost_per_class_year"
    ceilings = {money.replace("{year}", str(year)): 1e8 for year in range(2011, 2016)}
    plan = load_plan(WORKED, overrides={"allocation": "priority", **ceilings})
    words = {"form": "scale", "distribution": "uniform", "reason": {"vi": "thử", "en": "test"}}
    ranges = (
        Range(address=prices, low=0.999, high=1.001, name={"vi": "Giá", "en": "Prices"}, **words),
        Range(address=money, each_year=True, low=low, high=high, name={"vi": "Tiền", "en": "Money"}, **words),
    )
    return uncertainty(replace(plan, ranges=ranges), 256)


def test_a_plan_outside_its_band_says_so_and_why() -> None:
    outside, inside = uncertain_money(0.5, 0.9), uncertain_money(0.5, 1.5)
    assert outside.cost_bands["p95"].iloc[-1] < outside.planned_cost
    assert outside.cost_driver.name.en == "Money"
    english, vietnamese = (sentences.chances_and_cost(outside, language)[1] for language in ("en", "vi"))
    assert english.replace("\u202f", " ") == "The plan’s 500 million VND lies outside: it takes “money” as expected."
    assert vietnamese.replace("\u202f", " ") == (
        "Số 500 triệu đồng của kế hoạch nằm ngoài khoảng này vì coi “tiền” đúng như dự kiến."
    )
    assert not any("outside" in said for said in sentences.chances_and_cost(inside, "en"))


def test_every_target_has_its_chance_beside_its_strip(draws) -> None:
    closed = draws[0]
    due = quote_when_due(closed).set_index("objective")["probability_met"]
    drawn = target_chances(compute(closed.plan), closed, "en")
    shown = " ".join(re.sub("<[^>]*>", " ", drawn.svg()).split())
    for chance in due:
        number = chance_number(chance, "en").replace("<", "&lt;").replace(">", "&gt;")
        assert f"{number} · {say(f'chance.{chance_word(chance)}', 'en')}" in shown
    targets = list(closed.plan.is_target)
    likely = (due[targets] >= 0.75).sum()
    assert drawn.caption.finding == f"{likely} of {sum(targets)} targets have a chance of 75% or more."


def test_rules_are_counted_by_chance_and_the_better_one_is_named() -> None:
    plan = load_plan(PROVINCE, "proportional_rule")
    by_rule = uncertainty_by_rule(plan, 256)
    own = next(one for one in by_rule if (one.loop, one.plan.allocation) == ("closed", "proportional"))
    other = next(one for one in by_rule if (one.loop, one.plan.allocation) == ("closed", "priority"))
    assert count_likely(other) > count_likely(own)
    [said] = sentences.better_rule(own, by_rule, "en")
    assert said.startswith(f"Shared out by priority, {count_likely(other)} target")
    assert said.endswith(f"now {count_likely(own)}.")
    assert sentences.better_rule(other, by_rule, "en") == [say("sentence.no_better_rule", "en")]
    page = rules_and_chances(own, by_rule, "en").html("en")
    counts = [[int(cell) for cell in re.findall(r'<td class="n">(\d+)</td>', row)] for row in page.split("<tr>")[2:]]
    assert [sum(row) for row in counts] == [sum(plan.is_target)] * len(by_rule)
    assert counts[by_rule.index(own)][0] + counts[by_rule.index(own)][1] == count_likely(own)


def test_drivers_are_shown_by_target_and_the_strongest_is_named(draws) -> None:
    closed, _, drivers = draws
    shares = drivers["share"].to_numpy().reshape(-1, len(closed.plan.ranges))[list(closed.plan.is_target)]
    [said] = sentences.strongest_input(closed, drivers, "en")
    first = closed.plan.ranges[int(np.bincount(shares.argmax(axis=1)).argmax())].name.en
    assert said.startswith(f"{first}: weighs most for ")
    page = driver_shares(closed, drivers, "en").html("en")
    moved = drivers.groupby("objective")["share"].max() >= 0.005
    assert 0 < page.count('class="framed"') <= moved.sum() and page.count("<tr>") == 1 + len(moved)
    swings = (drivers["high"] - drivers["low"]).abs().groupby(drivers["objective"]).max()
    assert strongest_inputs(closed, drivers, "en").html("en").count('scope="row"') == (swings >= 0.001).sum()


def test_what_to_survey_first_is_assumed_and_moves_targets(draws) -> None:
    closed, _, drivers = draws
    [said] = sentences.survey_first(closed.plan, drivers, "en")
    names = said.removeprefix("Survey first: ").removesuffix(".").split("; ")
    assert 0 < len(names) <= 3 and sentences.survey_first(closed.plan, None, "en") == []
    sure = "money that really arrives"  # what arrives of a ceiling is no number to survey
    assert not any(name.startswith(sure) for name in names)


def test_the_bands_of_cost_stand_beside_the_plan_s_own(draws) -> None:
    closed = draws[0]
    frame = tables.cost_bands(closed, "en")
    assert len(frame) == len(closed.plan.years) + 1
    assert float(frame.iloc[-1, 1].replace(",", "")) == pytest.approx(closed.planned_cost / 1e9, abs=0.051)


def test_a_rule_is_told_with_how_often_it_is_right() -> None:
    draws = uncertainty(load_plan(PROVINCE), 64)
    rule = FailureRule("rank_standard", 0.4, (Condition(0, True, 0.8), Condition(1, False, 1.1)), True, 0.91, 0.83)
    english, vietnamese = (sentences.missed_when(draws, [rule], language)[0] for language in ("en", "vi"))
    assert "missed in 40% of the draws" in english and " or " in english
    assert "right in 91%" in english and "finds 83%" in english
    assert " hoặc " in vietnamese and "91%" in vietnamese


def test_differences_are_added_up_by_column() -> None:
    base, other = load_plan(PROVINCE), load_plan(PROVINCE, "real_terms")
    shown = tables.differences([(other, attribute(base, other))], "en")
    assert list(shown["Change"]) == ["Ceilings · all: ceiling (VND)", "Prices · all: value"]
    cost = [compute(plan)["cost"]["funded_vnd"].sum() for plan in (base, other)]
    added = sum(float(cell.replace("−", "-").replace(",", "")) for cell in shown["Cost of all years (bn VND)"])
    assert added == pytest.approx((cost[1] - cost[0]) / 1e9, abs=0.11)


def test_the_command_writes_the_tables(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["uncertainty", PROVINCE, "--draws", "128", "--seed", "5", "--output", str(tmp_path)]) == 0
    columns = {path.stem: list(pd.read_csv(path).columns) for path in tmp_path.glob("*.csv")}
    assert columns == {
        "probabilities": ["year", "objective", "probability_met", "probability_nearly", "p05", "p50", "p95"],
        "cost_bands": ["year", "p05", "p50", "p95"],
        "enrollment_bands": ["year", "program", "p05", "p50", "p95"],
        "sent_bands": ["year", "objective", "p05", "p50", "p95"],
        "sensitivity": ["objective", "input", "low", "high", "share"],
        "conditions": ["objective", "missed", "rule", "right", "found"],
    }
    assert "seed 5" in capsys.readouterr().err
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert main(["uncertainty", PROVINCE, "--draws", "128", "--seed", "5", "--output", str(tmp_path)]) == 0
    assert before == {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert main(["uncertainty", PROVINCE, "--draws", "128", "--loop", "open", "--output", str(tmp_path)]) == 0
    assert "enrollment stays" in capsys.readouterr().err


def test_the_command_refuses_a_plan_without_ranges(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan = str(Path(__file__).parent / "plans" / "worked_example")
    assert main(["uncertainty", plan, "--output", str(tmp_path / "none")]) == 2
    assert "kế hoạch chưa nêu khoảng nào" in capsys.readouterr().err
    assert not (tmp_path / "none").exists()


def test_the_comparison_says_why(tmp_path: Path) -> None:
    scenarios = ["--scenario", "base", "--scenario", "costs_up", "--scenario", "cadre_rotation"]
    assert main(["compare", PROVINCE, *scenarios, "--output", str(tmp_path)]) == 0
    parts, totals = (
        pd.read_csv(tmp_path / "differences.csv"),
        pd.read_csv(tmp_path / "totals.csv").set_index("scenario"),
    )
    cost = parts[parts["result"] == COST].groupby("scenario")["part"].sum()
    for scenario in ("costs_up", "cadre_rotation"):
        difference = totals.loc[scenario, "funded_vnd"] - totals.loc["base", "funded_vnd"]
        assert cost[scenario] == pytest.approx(difference)
