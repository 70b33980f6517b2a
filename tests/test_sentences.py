"""What is said of a target is true: in plans where exactly money, places, completion, time or pace binds."""

from __future__ import annotations

import json
import re
import shutil
from html import unescape
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from openpyxl import load_workbook

from trainplan.desk.sections import said_html
from trainplan.desk.session import Session
from trainplan.plan.address import address_label, in_language, value_label
from trainplan.plan.plan import load_plan
from trainplan.plan.schema import BASIS_KINDS, TABLES
from trainplan.report.excel import write_excel
from trainplan.report.index import render_index
from trainplan.report.sentences import (
    assumed_share,
    better_options,
    explain_verdicts,
    headline,
    money_balance,
    money_over_and_left,
    numbers_by_basis,
    secure_first,
    seen_from,
    targets_met,
    weak_classes,
)
from trainplan.report.sentences.answer import causes, negative_parts
from trainplan.report.tables import basis_register, changes
from trainplan.results.compare import Comparison, compare, programs_given_up
from trainplan.results.sources import source_register
from trainplan.results.tables import Results, compute
from trainplan.text.formats import number

WORKED = Path(__file__).parent / "plans" / "worked_example"
EVERYBODY = {"programs.course.completion_rate": 1}
CEILINGS = "year,source,ceiling_vnd,basis\n" + "".join(
    f"{y},total,250000000,assumption: tight\n" for y in range(2011, 2016)
)
CASES: dict[str, tuple[dict[str, Any], str, list[str]]] = {
    "met": ({**EVERYBODY, "objectives.qualified.target_low": 0.9, "ambition": "low"}, "", ["90%, due 2015, met"]),
    "money": ({**EVERYBODY, "allocation": "priority"}, CEILINGS, ["mainly money (", "; with enough money, 100%"]),
    "capacity": (
        {**EVERYBODY, "programs.course.capacity": 90},
        "",
        ["mainly places (", "people) (course)", "could reach 100%"],
    ),
    "completion": (
        {},
        "",
        ["98.5% of the 100% asked for", "15 people short, mainly non-completion (15 people)", "as 10% of the learners"],
    ),
    "time": (
        {**EVERYBODY, "programs.course.years": 2},
        "",
        ["newcomers of 2015 cannot finish a course of 2 years", "the last useful start is 2014"],
    ),
}


def result(tmp_path: Path, overrides: dict[str, Any], ceilings: str) -> Results:
    plan = Path(shutil.copytree(WORKED, tmp_path / "plan"))
    if ceilings:
        (plan / "ceilings.csv").write_text(ceilings, "utf-8")
    return compute(load_plan(plan, overrides=overrides))


@pytest.mark.parametrize("binds", CASES)
def test_exactly_what_stands_in_the_way_is_said(binds: str, tmp_path: Path) -> None:
    overrides, ceilings, words = CASES[binds]
    results = result(tmp_path, overrides, ceilings)
    assert results["verdicts"].loc[0, "binds"] == ("" if binds == "met" else binds)
    sentence = explain_verdicts(results, "en")[0]
    assert all(word in sentence for word in words), sentence
    assert "{" not in sentence + explain_verdicts(results, "vi")[0]


def test_the_best_that_is_named_is_what_all_effort_from_the_first_year_gives(tmp_path: Path) -> None:
    results = result(tmp_path, CASES["time"][0], "")
    soonest = compute(load_plan(WORKED, overrides={**CASES["time"][0], "pacing": "front"}))
    best = max(one["verdicts"].loc[0, "coverage"] for one in (soonest, results))
    assert results["verdicts"].loc[0, "best_reachable"] == best < 1
    assert f"{int(best * 1000) / 10:g}% is the most" in explain_verdicts(results, "en")[0]


def test_a_target_that_only_its_pace_misses_is_not_called_out_of_reach(tmp_path: Path) -> None:
    """Nobody is idle enough in the last year alone: all effort at the end fails where an early start would not."""
    overrides = {"objectives.qualified.target_low": 0.99, "ambition": "low", "pacing": "back"}
    results = result(tmp_path, overrides, "")
    row = results["verdicts"].loc[0]
    assert row["verdict"] != "met" and row["best_reachable"] >= 0.99
    sentence = explain_verdicts(results, "en")[0]
    assert "at the pace chosen" in sentence and "out of reach" not in sentence


def test_what_is_missed_never_looks_reached() -> None:
    for results in (compute(load_plan("an_giang_2011_2015", name)) for name in ("base", "requirement")):
        for sentence, row in zip(explain_verdicts(results, "en"), results["verdicts"].to_dict("records"), strict=True):
            if row["best_reachable"] < row["target"] == 1 and row["binds"] != "money":
                assert "100% is the most" not in sentence, sentence


def test_goals_without_a_number_are_counted_apart() -> None:
    results = compute(load_plan("an_giang_2011_2015", "requirement"))
    own = np.array([row.is_decided for row in results.plan.tables.objectives])
    met = (results["verdicts"]["verdict"] == "met").to_numpy()
    first, second = headline(results, "en")[:2]
    assert f"{(met & own).sum()} of the decision’s {own.sum()} targets are met" in first
    assert f"{(met & ~own).sum()} of {(~own).sum()} goals" in second


# --- one form of sentence for every case, on small plans

PLANS = WORKED.parent
FREE = {"allocation": "all", "programs.*.capacity": 5000}
LIMITS_OF = "year,source,ceiling_vnd,basis\n"
MUCH = LIMITS_OF + "".join(f"{y},total,900000000000,assumption: much\n" for y in range(2011, 2016))
LITTLE_AT_FIRST = MUCH.replace("2011,total,900000000000", "2011,total,200000000")


def changed(
    tmp_path: Path, plan: str, overrides: dict[str, Any] | None = None, ceilings: str = "", decided: str = ""
) -> Results:
    """A small plan, with other ceilings, and with objectives (`decided`, by id) whose number is the decision's."""
    folder = Path(shutil.copytree(PLANS / plan, tmp_path / "plan", dirs_exist_ok=True))
    if ceilings:
        (folder / "ceilings.csv").write_text(ceilings, "utf-8")
    lines = (folder / "objectives.csv").read_text("utf-8").splitlines()
    own = [line.replace("assumption:", "clause:") if line.split(",")[0] in decided.split() else line for line in lines]
    (folder / "objectives.csv").write_text("\n".join(own) + "\n", "utf-8")
    return compute(load_plan(folder, overrides=overrides))


ALL_FOUR = "yearly heads_yearly new new_all"
MET = {
    ("", "base"): (
        ["Chưa chỉ tiêu nào trong 4 chỉ tiêu của kế hoạch đạt mức giả định trong năm 2026."],
        ["None of the plan’s 4 targets reaches the assumed level in 2026."],
    ),
    ("yearly new", "base"): (
        [
            "Chưa chỉ tiêu nào trong 2 chỉ tiêu của Quyết định đạt trong năm 2026; gần nhất là “new”, thiếu 10 người.",
            "Ngoài ra 0/2 mục tiêu không có số đạt mức giả định.",
        ],
        [
            "None of the decision’s 2 targets is met in 2026; “new” is nearest, 10 people short.",
            "Besides, 0 of 2 goals without a number reach the assumed level.",
        ],
    ),
    (ALL_FOUR, "some"): (
        ["3 trong 4 chỉ tiêu của Quyết định đạt trong năm 2026; 1 chưa đạt."],
        ["3 of the decision’s 4 targets are met in 2026; 1 is not."],
    ),
    (ALL_FOUR, "all"): (
        ["Cả 4 chỉ tiêu của Quyết định đều đạt trong năm 2026."],
        ["All 4 targets of the decision are met in 2026."],
    ),
    ("new", "all"): (
        [
            "Chỉ tiêu duy nhất của Quyết định đạt trong năm 2026.",
            "Ngoài ra 3/3 mục tiêu không có số đạt mức giả định.",
        ],
        [
            "The one target of the decision is met in 2026.",
            "Besides, 3 of 3 goals without a number reach the assumed level.",
        ],
    ),
}


@pytest.mark.parametrize(("decided", "case"), MET)
def test_targets_met_are_said(decided: str, case: str, tmp_path: Path) -> None:
    overrides = {"base": {}, "some": FREE, "all": {**FREE, "programs.*.completion_rate": 1}}[case]
    results = changed(tmp_path, "one_year", overrides, decided=decided)
    assert (targets_met(results, "vi"), targets_met(results, "en")) == MET[decided, case]


def test_what_is_nearly_met_is_said_and_judged_when_due() -> None:
    results = compute(load_plan("an_giang_2011_2015"))
    assert "targets are met when due, 4 nearly; 2 are not." in targets_met(results, "en")[0]
    assert "đạt khi đến hạn, 4 gần đạt; 2 chưa đạt." in targets_met(results, "vi")[0]


def test_what_is_due_first_in_an_open_year_is_secured_first(tmp_path: Path) -> None:
    results = compute(load_plan("an_giang_2011_2015", "proportional_rule"))
    missed = results["verdicts"].query("verdict == 'missed'")
    [said] = secure_first(results, "en")
    row = missed.set_index("objective").loc["delegates_trained"]
    assert min(missed["due"]) == row["due"] == "2012-06" and "Council delegates" in said
    assert (
        f"{number(row['gap'], 'en')} people short, mainly money ({number(row['missing_money'], 'en')} people)" in said
    )
    gone = changed(tmp_path, "worked_example", {"decided_from": 2015, "programs.course.years": 2})
    assert secure_first(gone, "en")[0].endswith("; last start 2014 is past.")
    assert secure_first(gone, "vi")[0].endswith("; đã quá năm bắt đầu chậm nhất 2014.")
    assert secure_first(changed(tmp_path, "worked_example", {"decided_from": 2016}), "en") == []  # nothing can be done


MONEY: dict[str, tuple[str, dict[str, Any], str, list[str]]] = {
    "lacking": ("worked_example", {"allocation": "priority"}, CEILINGS, ["not found; most in 20"]),
    "one year": ("one_year", {}, "", ["is needed,", "not found."]),
    "enough": ("worked_example", {"allocation": "priority"}, MUCH, ["Every class", "; money is not what is missing."]),
    "all met": (
        "worked_example",
        {**EVERYBODY, "objectives.qualified.target_low": 0.9, "ambition": "low", "allocation": "priority"},
        MUCH,
        ["Every class that can open is paid: 1.2\u202fbn VND."],
    ),
    "catching up": (
        "worked_example",
        {"allocation": "priority", "prices.flat/2012.value": 9},
        LITTLE_AT_FIRST,
        ["above the requirement: catching up costs more."],
    ),
    "no ceilings": ("worked_example", {}, "", ["No ceilings given", "nothing said on balance."]),
    "rule without ceilings": ("worked_example", {}, LITTLE_AT_FIRST, ["Planned without regard", "over the ceilings."]),
    "no money": ("worked_example", {"programs.course.cost_per_*": 0}, "", ["The plan costs nothing."]),
}


@pytest.mark.parametrize("case", MONEY)
def test_how_money_stands_is_said(case: str, tmp_path: Path) -> None:
    plan, overrides, ceilings, words = MONEY[case]
    costs = ("cost_per_learner_year", "cost_per_class_year")
    overrides = {**overrides, **({f"programs.course.{cost}": 0 for cost in costs} if case == "no money" else {})}
    overrides.pop("programs.course.cost_per_*", None)
    results = changed(tmp_path, plan, overrides, ceilings)
    vietnamese, english = money_balance(results, "vi"), money_balance(results, "en")
    assert all(word in english[0] for word in words), english
    assert len(vietnamese) == len(english) == 1 and "{" not in vietnamese[0] + english[0]


def test_money_without_a_limit_is_named(tmp_path: Path) -> None:
    assert (
        money_balance(changed(tmp_path, "counts"), "en")[1]
        == "No ceiling: state (2021, 2024), foundation (2023, 2024)."
    )
    limited = compute(load_plan("an_giang_2011_2015"))
    assert limited.unlimited_years == {}, "the total has a ceiling"


def test_what_is_over_and_what_is_left_is_said(tmp_path: Path) -> None:
    over, left = money_over_and_left(compute(load_plan(PLANS / "long_courses")), "en")
    assert over.startswith("In 2018") and "over the ceiling of learner" in over
    assert "of province is unspent though" in left and left.endswith("by the rule.")
    short = LIMITS_OF + "2026,own,9000000,assumption: little\n2026,budget,900000000,assumption: much\n"
    [left] = money_over_and_left(changed(tmp_path, "one_year", {"allocation": "priority"}, short), "en")
    assert "of budget is unspent" in left and left.endswith("as the ceiling is reached of own.")
    assert money_over_and_left(changed(tmp_path, "worked_example", {}, LITTLE_AT_FIRST), "en") == []  # keeps none


def test_a_negative_part_is_said() -> None:
    row = {f"missing_{limit}": 0.0 for limit in ("capacity", "completion", "past", "time")}
    row |= {"missing_money": -5.0, "missing_capacity": 12.4, "missing_past": -0.4, "binds": "capacity"}
    assert negative_parts(row, "en") == ["Money for other targets takes 5 of its places."]
    assert causes(row, "en") == ["places (12 people)", "money (−5 people)"]


def test_an_aim_that_is_not_reached_is_said_of_what_is_met() -> None:
    results = compute(load_plan("an_giang_2011_2015"))
    said = explain_verdicts(results, "en")
    below = (results["verdicts"]["verdict"] == "met") & ~results["verdicts"]["aim_met"]
    assert below.any() and [", short of the aim of" in one for one in said] == below.tolist()


def test_classes_less_than_half_full_are_said_with_their_cost_a_head(tmp_path: Path) -> None:
    results = changed(tmp_path, "worked_example", {"programs.course.class_size": 100, "programs.course.capacity": 30})
    assert weak_classes(results, "en") == [
        "5 classes are under half full (▽); dearest is course in 2011, 2\u202fmillion VND a head (30 people)."
    ]
    assert results.weak_classes["cost_a_head_vnd"].tolist() == [2_000_000 + 5_000_000 / 30] * 5
    assert weak_classes(compute(load_plan("an_giang_2011_2015")), "en") == []


def test_from_when_the_plan_looks_is_said() -> None:
    [said] = seen_from(load_plan("an_giang_2011_2015"), "en")
    assert "2011" in said and "; closed: 2011;" in said
    assert seen_from(load_plan(WORKED), "vi") == ["Không ghi ngày số liệu."]


def test_the_share_of_assumptions_is_that_of_the_register() -> None:
    plan = load_plan("an_giang_2011_2015")
    kinds = source_register(plan)["kind"]
    assert f"({(kinds == 'assumption').sum()}/{len(kinds)})" in assumed_share(plan, "en")[0]
    [said] = numbers_by_basis(plan, "en")
    assert [int(n) for n in re.findall(r"\d+", said)] == [(kinds == kind).sum() for kind in BASIS_KINDS]


# --- options within the same ceilings

PLENTY: dict[str, Any] = {"programs.*.capacity": 5000}
SCENARIOS: dict[str, dict[str, Any]] = {
    "places": PLENTY,  # what a province may choose
    "order": {"objectives.yearly.priority": 9},
    "richer": {"ceilings.*.ceiling_vnd": 900_000_000_000},
    "luck": {"programs.*.completion_rate": 1},
    "unbound": {"allocation": "all"},
    "greedy": {  # one course online comes first, and takes what three other targets would be met with
        **PLENTY,
        **{"allocation": "priority", "programs.*.completion_rate": 1, "ceilings.*.ceiling_vnd": 120_000_000},
        **{"objectives.*.priority": 2, "objectives.yearly.priority": 1},
        **{"routes.yearly/update.share": 0, "routes.yearly/online.share": 1},
    },
}


def scenarios_of_one_year(tmp_path: Path, *names: str) -> Comparison:
    folder = Path(shutil.copytree(PLANS / "one_year", tmp_path / "plan", dirs_exist_ok=True))
    for name, changes_of_it in SCENARIOS.items():
        text = json.dumps({"title": name, "reason": "test", "set": changes_of_it})
        (folder / "scenarios" / f"{name}.yaml").write_text(text, "utf-8")
    return compare([compute(load_plan(folder, name)) for name in names])


def test_only_what_a_province_chooses_without_other_money_is_an_option(tmp_path: Path) -> None:
    comparison = scenarios_of_one_year(tmp_path, "base", *SCENARIOS)
    assert [run.plan.scenario for run in comparison.within_same_ceilings] == ["places", "order"]


def test_an_option_that_meets_more_is_named_with_what_it_gives_up(tmp_path: Path) -> None:
    comparison = scenarios_of_one_year(tmp_path, "greedy", "greedy+order", "greedy+richer")
    assert comparison.totals["met"].tolist() == [1, 3, 4]
    english, vietnamese = (better_options(comparison, language)[0] for language in ("en", "vi"))
    assert english.startswith("Within the same ceilings “greedy + order” meets 3 of 4; “online” falls from 598 to ")
    assert vietnamese.startswith("Cùng hạn mức, “greedy + order” đạt 3/4, đổi lại “online” từ 598 còn ")
    none = better_options(scenarios_of_one_year(tmp_path, "base", "order"), "en")
    assert none == ["No option within the same ceilings meets more."]
    for others in (("base", "luck"), ("unbound", "unbound+order")):  # no choice; nothing within the ceilings
        assert better_options(scenarios_of_one_year(tmp_path, *others), "en") == []


def test_a_program_that_keeps_half_or_less_is_given_up() -> None:
    before, after = (
        pd.Series({"a": 77.0, "b": 100.0, "c": 10.0, "d": 0.0}),
        pd.Series({"a": 0, "b": 51, "c": 5, "d": 9}),
    )
    assert programs_given_up(before, after).index.tolist() == ["a", "c"]


# --- the same on every page


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_index_the_desk_and_excel_say_the_same(language: str, tmp_path: Path) -> None:
    folder = shutil.copytree(PLANS / "new_province", tmp_path / "plan")
    session = Session(folder / "plan.yaml")
    said = headline(session.results, language)
    pages = render_index(compare([session.results]), [], language), said_html(session, language)
    index, desk = (unescape(re.sub("<[^>]+>", "", page)) for page in pages)
    cover = write_excel(session.results, tmp_path / "a.xlsx", language, "title")
    on_cover = {str(cell.value) for row in load_workbook(cover).worksheets[0].iter_rows() for cell in row}
    assert len(said) > 3 and set(said) <= on_cover
    on_index = [one for part in (targets_met, secure_first, money_balance) for one in part(session.results, language)]
    assert all(one in desk for one in said) and all(one in index for one in on_index)


def test_a_change_of_many_rows_is_one_line() -> None:
    plan = load_plan("an_giang_2011_2015", "costs_up")
    shown = changes(plan, "vi")
    assert len(shown) == 2 and len(plan.changes) == 2 * len(plan.tables.programs)
    assert list(shown["Mới"]) == ["× 1,2", "× 1,2"]


@pytest.mark.parametrize(
    ("reason", "vi", "en"),
    [
        ("luân chuyển / rotation", "luân chuyển", "rotation"),
        ("15 tỷ × 129.5 / 118.7 (CPI)", "15 tỷ × 129.5 / 118.7 (CPI)", "15 tỷ × 129.5 / 118.7 (CPI)"),
        ("một lý do", "một lý do", "một lý do"),
    ],
)
def test_a_reason_is_said_in_the_language_of_the_page(reason: str, vi: str, en: str) -> None:
    assert (in_language(reason, "vi"), in_language(reason, "en")) == (vi, en)


def test_addresses_and_values_are_said_in_words() -> None:
    plan = load_plan("an_giang_2011_2015")
    assert (
        address_label(plan, "ceilings.2012/total.ceiling_vnd", "vi")
        == "Hạn mức kinh phí · 2012, Tổng cộng: hạn mức (đồng)"
    )
    assert value_label(plan, "groups.leaders.leave_rate", 0.065, "vi") == "6,5%"
    assert value_label(plan, "objectives.postgraduate.target_low", 100.0, "en") == "100 people"
    assert value_label(plan, "objectives.rank_standard.target_low", 0.95, "en") == "95%"
    assert value_label(plan, "allocation", "proportional", "en") == "all cut alike"


def test_the_register_on_screen_leaves_out_no_row() -> None:
    plan = load_plan("an_giang_2011_2015")
    shown = basis_register(plan, "en")
    listed = sum(int(cell.split()[0]) if cell.endswith(" rows") else cell.count("; ") + 1 for cell in shown["Row"])
    rows = [row for name in TABLES for row in plan.tables[name] if hasattr(row, "basis")]
    bases = sum(1 + ("; assumed:" in row.basis) for row in rows)
    assert listed == bases
