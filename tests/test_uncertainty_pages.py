"""What is shown of uncertainty: figures that fit, sentences that come from the draws, the command and its tables."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from test_figures import drawn_text_outside
from trainplan.analysis.attribution import COST, attribute
from trainplan.analysis.failure_conditions import Condition, FailureRule, failure_conditions
from trainplan.analysis.monte_carlo import (
    DRAWS_BY_RULE,
    Uncertainty,
    probabilities_when_due,
    uncertainty,
    uncertainty_by_rule,
)
from trainplan.analysis.sensitivity import sensitivity
from trainplan.cli import main
from trainplan.plan.plan import load_plan
from trainplan.report import figures, sentences, tables
from trainplan.report.html import html_table
from trainplan.report.index import write_index
from trainplan.report.sentences.uncertainty import describe_condition
from trainplan.results.compare import compare
from trainplan.results.tables import compute
from trainplan.text.formats import percent

PROVINCE = "an_giang_2011_2015"


@pytest.fixture(scope="module", params=["base", "proportional_rule", "requirement"])
def draws(request: pytest.FixtureRequest) -> tuple[Uncertainty, Uncertainty, pd.DataFrame]:
    plan = load_plan(PROVINCE, request.param)
    return uncertainty(plan, 1024), uncertainty(plan, 1024, loop="open"), sensitivity(plan, design=64)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_figures_fit_and_say_their_message(draws, language: str) -> None:
    closed, replayed, drivers = draws
    pictures = [
        figures.target_probabilities(closed, replayed, language),
        figures.target_probabilities(None, replayed, language),
        figures.coverage_bands(closed, language),
        figures.cost_bands_and_s_curve(closed, replayed, language),
        figures.cost_bands_and_s_curve(replayed, replayed, language),
        figures.tornado(closed, drivers, language),
        figures.variance_shares(closed, drivers, language),
    ]
    for picture in pictures:
        assert drawn_text_outside(picture) == [], picture.name
        assert picture.alt.endswith(".") and len(picture.alt) > 30


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
            "kinh phí thực có dưới 92 % mức kế hoạch",
            "money that really arrives below 92% of the plan’s",
        ),
        (8, False, -0.05): (
            "đại biểu thay đổi sau bầu cử từ −5 điểm % so với kế hoạch trở lên",
            "delegates changed by the election at least −5 points against the plan",
        ),
        (11, True, 0.705): ("xuất phát về tiêu chuẩn ngạch dưới 70,5 %", "start of the rank standard below 70.5%"),
    }
    for (i, below, threshold), spoken in words.items():
        for language, expected in zip(("vi", "en"), spoken, strict=True):
            found = describe_condition(plan, Condition(i, below, threshold), language)
            assert found.replace("\u202f", " ") == expected


def test_a_rule_is_told_with_how_often_it_is_right() -> None:
    draws = uncertainty(load_plan(PROVINCE), 64)
    rule = FailureRule("rank_standard", 0.4, (Condition(0, True, 0.8), Condition(1, False, 1.1)), True, 0.91, 0.83)
    english, vietnamese = (sentences.missed_when(draws, [rule], language)[0] for language in ("en", "vi"))
    assert "missed in 40% of the draws" in english and " or " in english
    assert "right in 91%" in english and "finds 83%" in english
    assert " hoặc " in vietnamese and "91\u202f%" in vietnamese


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
        "probabilities": ["year", "objective", "probability_met", "p05", "p50", "p95"],
        "cost_bands": ["year", "p05", "p50", "p95"],
        "sensitivity": ["objective", "input", "low", "high", "share"],
        "conditions": ["objective", "missed", "rule", "right", "found"],
    }
    assert "seed 5" in capsys.readouterr().err
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert main(["uncertainty", PROVINCE, "--draws", "128", "--seed", "5", "--output", str(tmp_path)]) == 0
    assert before == {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert main(["uncertainty", PROVINCE, "--draws", "128", "--loop", "open", "--output", str(tmp_path)]) == 0
    assert "open loop" in capsys.readouterr().err


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


def test_the_index_page_says_how_likely_targets_are_under_every_rule(tmp_path: Path) -> None:
    plan = load_plan(PROVINCE)
    page = write_index(tmp_path, compare([compute(plan)]), []).read_text("utf-8")
    assert "Xác suất đạt từng chỉ tiêu" in page
    shown = tables.probabilities_by_rule(uncertainty_by_rule(plan), "vi")
    assert html_table(shown) in page and list(shown.columns[1:]) == [
        "Lập lại kế hoạch mỗi năm: cắt giảm đều", "Lập lại kế hoạch mỗi năm: theo ưu tiên",
        "Giữ kế hoạch đã định: cắt giảm đều", "Giữ kế hoạch đã định: theo ưu tiên", "Giữ kế hoạch đã định: tối ưu",
    ]  # fmt: skip
    own = probabilities_when_due(uncertainty(plan, DRAWS_BY_RULE))["probability_met"]
    assert list(shown["Lập lại kế hoạch mỗi năm: theo ưu tiên"]) == [percent(p, "vi", 0) for p in own]
    bare = load_plan(Path(__file__).parent / "plans" / "worked_example")
    assert "Xác suất" not in write_index(tmp_path, compare([compute(bare)]), []).read_text("utf-8")
