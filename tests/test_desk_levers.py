"""The desk's levers: what is typed, a ceiling a year, and what a desk does without as it opens."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from making import copy_province
from trainplan.desk.desk import Desk
from trainplan.desk.levers_view import parse_position, why_not_read
from trainplan.desk.session import Session
from trainplan.plan.levers import lever_position, move_year, plan_levers
from trainplan.plan.plan import load_plan
from trainplan.results.tables import compute

NAME = "an_giang_2011_2015"
PLAN = load_plan(NAME)
LEVERS = {lever.lever.id: lever for lever in plan_levers(PLAN)}
TOTAL_2013, PROVINCE_2013 = "ceilings.2013/total.ceiling_vnd", "ceilings.2013/province_budget.ceiling_vnd"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A desk beside a copy of the plan."""
    return Desk(Session(copy_province(tmp_path)), "vi", tmp_path / "outputs")


def type_year(desk: Desk, lever: str, address: str, text: str) -> None:
    desk.levers[lever].years[address].value = text


# --- what is typed


@pytest.mark.parametrize(
    ("lever", "text", "language", "words"),
    [
        ("leave_commune_cadres", "0,07", "vi", "“0,07” là 7% hay 0,07%?"),
        ("leave_commune_cadres", "0.07", "en", "is “0.07” 7% or 0.07%?"),
        ("completion_secondary", "0,9", "vi", "90% hoặc 0,9%"),
        ("money_total", "12,5 %", "vi", "không phải phần trăm"),
        ("places_theory", "300%", "en", "not per cent"),
        ("money_total", "12.5", "vi", "Nếu là 12,5, hãy gõ 12,5"),
        ("money_total", "15.000", "vi", "Nếu là 15, hãy gõ 15"),
        ("money_total", "12,5", "en", "If 12.5 is meant, type 12.5"),
        ("money_total", "31", "vi", "từ 5 đến 30 tỷ đồng"),
        ("due_annual", "2012,5", "vi", "từ 2012 đến 2015"),
    ],
)
def test_what_may_mean_two_things_is_asked_about_and_not_taken(
    lever: str, text: str, language: str, words: str
) -> None:
    assert parse_position(LEVERS[lever], text, language) is None
    assert words in why_not_read(LEVERS[lever], text, language)


@pytest.mark.parametrize(
    ("lever", "text", "position"),
    [
        ("leave_commune_cadres", "0,07%", 0.0007),
        ("leave_commune_cadres", "7", 0.07),
        ("leave_commune_cadres", "7 %", 0.07),
        ("inflation", "0,5", 0.005),  # 50% is out of its range
        ("money_total", "12,5", 12.5e9),
    ],
)
def test_what_means_one_thing_is_taken(lever: str, text: str, position: float) -> None:
    assert parse_position(LEVERS[lever], text, "vi") == position


def test_a_question_leaves_what_was_typed_and_the_plan(desk: Desk) -> None:
    desk.levers["leave_commune_cadres"].field.value = "0,07"
    assert "7% hay 0,07%" in desk.controls.message.value and desk.session.changes == {}
    assert desk.levers["leave_commune_cadres"].field.value == "0,07"


# --- a ceiling a year


def test_a_lever_of_ceilings_has_a_field_for_every_open_year(desk: Desk) -> None:
    fields = desk.levers["money_total"].years
    assert [field.description for field in fields.values()] == [str(year) for year in PLAN.open_years]
    assert {field.value for field in fields.values()} == {"15"}
    assert {id for id, row in desk.levers.items() if row.years} == {id for id in LEVERS if id.startswith("money_")}


def test_one_year_is_changed_alone_and_taken_back(desk: Desk) -> None:
    type_year(desk, "money_total", TOTAL_2013, "12,5")
    assert desk.session.changes == {TOTAL_2013: {"value": 12_500_000_000}}
    assert desk.levers["money_total"].field.value == "…" and desk.levers["money_total"].fields.layout.display == ""
    type_year(desk, "money_total", TOTAL_2013, "15")
    assert desk.session.changes == {} and desk.levers["money_total"].field.value == "15"


def test_an_empty_year_has_no_limit(desk: Desk) -> None:
    type_year(desk, "money_total", TOTAL_2013, "")
    budget = desk.session.results["budget"].query("source == 'total'").set_index("year")["ceiling_vnd"]
    assert budget.isna().to_dict() == {year: year == 2013 for year in PLAN.years}


def test_a_source_without_ceilings_gets_one_in_one_year(desk: Desk) -> None:
    type_year(desk, "money_province", PROVINCE_2013, "6,5")
    assert desk.controls.message.value == ""
    paid = desk.session.results["budget"].query("source == 'province_budget'").set_index("year")
    assert paid["ceiling_vnd"].dropna().to_dict() == {2013: 6.5e9} and paid["funded_vnd"][2013] <= 6.5e9 + 1e-3
    assert paid["funded_vnd"].drop(2013).max() > 6.5e9


def test_a_year_out_of_range_is_said(desk: Desk) -> None:
    type_year(desk, "money_total", TOTAL_2013, "99")
    assert "từ 5 đến 30 tỷ đồng" in desk.controls.message.value and desk.session.changes == {}


def test_a_year_keeps_its_reason_and_is_seen_beside_a_change_of_all() -> None:
    lever, all_scaled = LEVERS["money_total"], {"ceilings.*.ceiling_vnd": {"scale": 0.9}}
    changes = move_year({TOTAL_2013: {"value": 1, "reason": "vì thế"}}, lever, TOTAL_2013, 20e9)
    assert changes == {TOTAL_2013: {"value": 20_000_000_000, "reason": "vì thế"}}
    assert lever_position(changes, lever) is None
    back = move_year(all_scaled, lever, TOTAL_2013, 15e9)
    budget = compute(load_plan(NAME, "base", back))["budget"].query("source == 'total'").set_index("year")
    assert budget["ceiling_vnd"][2013] == 15e9 and budget["ceiling_vnd"][2014] == 13.5e9


# --- opening


def test_a_desk_opens_without_what_only_its_files_need() -> None:
    """Each takes part of the two seconds in which the answer is to be there."""
    slow = ("matplotlib", "papermill", "nbformat", "jsonschema", "requests", "openpyxl", "xlsxwriter")
    code = f"import sys, trainplan.desk.desk; print(*[name for name in {slow} if name in sys.modules])"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.split() == []
