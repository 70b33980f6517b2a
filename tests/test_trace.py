"""The decision is quoted exactly, and every pointer leads somewhere; so for every plan that carries a decision."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

from making import copy_province
from survey_office import FilledForm
from test_guides import options_of
from trainplan.cli import COMMANDS, main
from trainplan.cycle.survey_layout import GROUPS, NEEDS, STAFF
from trainplan.plan.find import PROJECT, scenario_names
from trainplan.plan.plan import Plan, load_plan
from trainplan.results.decision import (
    DECISION,
    dangling_pointers,
    decision_statements,
    split_pointers,
    unquoted_statements,
)
from trainplan.results.registry import RESULTS
from trainplan.results.sources import source_register

PROVINCE = "an_giang_2011_2015"
ILLUSTRATION = "an_giang_illustration"  # it borrows the decision of An Giang, which is read once
PLANS = sorted({path.parent.name for path in (PROJECT / "params").glob("*/plan.yaml")} - {ILLUSTRATION})
NOTEBOOKS = sorted(path.stem for path in (PROJECT / "notebooks").glob("*.ipynb"))


@pytest.fixture(params=PLANS)
def plan(request: pytest.FixtureRequest) -> Plan:
    loaded = load_plan(request.param)
    if not loaded.data_file(DECISION).exists():
        pytest.skip("this plan carries no decision")
    return loaded


def test_every_quote_stands_in_the_text(plan: Plan) -> None:
    assert unquoted_statements(plan) == []


def test_every_pointer_leads_somewhere(plan: Plan) -> None:
    assert dangling_pointers(plan, NOTEBOOKS, options_of(COMMANDS), scenario_names(plan.path)) == []


def test_a_statement_points_somewhere_or_says_why_not(plan: Plan) -> None:
    for row in decision_statements(plan).itertuples():
        assert bool(split_pointers(row.pointers)) != bool(row.why_not_vi and row.why_not_en), row.id


def test_every_objective_program_and_source_is_named_by_the_decision(plan: Plan) -> None:
    named = {pointer for cell in decision_statements(plan)["pointers"] for pointer in split_pointers(cell)}
    for table in ("objectives", "sources"):
        for row in plan.tables[table]:
            assert f"{table}.{row.id}" in named, f"no statement points to {table}.{row.id}"


def test_the_decision_of_an_giang_is_whole() -> None:
    assert len(decision_statements(load_plan(PROVINCE))) == 125


def test_every_basis_is_in_the_register(plan: Plan) -> None:
    rows = source_register(plan)
    for table in ("groups", "objectives", "programs", "funding", "ceilings", "prices"):
        assert rows.loc[rows["table"] == table, "row"].nunique() == len(plan.tables[table])
    assert set(rows["kind"]) <= {"clause", "law", "statistic", "assumption"}


def test_a_quote_that_is_not_there_is_found(tmp_path: Path) -> None:
    import shutil

    source = load_plan(PROVINCE)
    shutil.copytree(source.path.parent, tmp_path / "params" / "copy")
    data = source.data_file(DECISION).parent
    shutil.copytree(data, tmp_path / "data" / data.name)
    table = tmp_path / "data" / data.name / "statements.csv"
    first = source.tables.statements[0]
    table.write_text(table.read_text("utf-8").replace(first.quote_vi, first.quote_vi + " (sửa)", 1), "utf-8")
    assert unquoted_statements(load_plan(tmp_path / "params" / "copy")) == [first.id]


# --- what Part III asks for is done by what its statements point to

YEAR = "2012"


def targets(kind: str, section: str = "") -> dict[str, list[str]]:
    """What statements of An Giang point to in a kind, such as notebooks, with their ids."""
    found: dict[str, list[str]] = {}
    for row in load_plan(PROVINCE).tables.statements:
        for pointer in split_pointers(row.pointers) if row.section.startswith(section) else ():
            if pointer.startswith(f"{kind}."):
                found.setdefault(pointer.removeprefix(f"{kind}."), []).append(row.id)
    return found


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("year")
    assert main(["yearplan", PROVINCE, "--year", YEAR, "--output", str(folder)]) == 0
    return folder


@pytest.fixture(scope="module")
def reviewed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A review after three years, of the plan that has them."""
    folder = tmp_path_factory.mktemp("reviewed")
    assert main(["review", ILLUSTRATION, "--year", "2013", "--output", str(folder)]) == 0
    return folder


def test_results_that_statements_point_to_are_left_by_their_command(year: Path, reviewed: Path) -> None:
    folders = {"yearplan": year, "review": reviewed}
    for stem, statements in targets("result").items():
        found = pd.read_csv(folders[str(RESULTS[stem].command)] / f"{stem}.csv")
        assert len(found) and set(RESULTS[stem].column_names) == set(found.columns), statements


def test_the_year_plan_is_what_part_iii_asks_for(year: Path) -> None:
    plan = load_plan(PROVINCE)
    units, estimate, calendar, classes = (
        pd.read_csv(year / f"{stem}.csv")
        for stem in ("unit_plan", "estimate_of_year", "calendar_of_year", "classes_of_year")
    )
    assert set(units["unit"]) == {row.id for row in plan.tables.units}  # each body (III.2.a), with its money (III.1.b)
    assert set(units["year"]) == set(plan.years)  # of five years and of each
    assert set(units["bloc"]) == {"state", "party"}  # by the two routes
    this_year = units[units["year"] == int(YEAR)]
    assert (this_year.groupby("unit")["cost_vnd"].sum() > 0).all()
    assert set(estimate["source"]) == {row.id for row in plan.tables.sources}  # of every source (III.3.a)
    assert estimate["cost_vnd"].sum() == pytest.approx(this_year["cost_vnd"].sum())
    assert calendar["month"].between(1, 12).all() and (calendar["running"] > 0).all()  # when, where, who (III.2)
    assert classes["host"].notna().all() and classes["opens"].notna().all()


@pytest.fixture(scope="module")
def surveyed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The folder of the plan with a survey of 2012 in its data, and the folder of the survey."""
    folder = tmp_path_factory.mktemp("surveyed")
    params = copy_province(folder)
    plan, survey = load_plan(params), folder / "outputs" / "survey"
    assert main(["survey", "forms", str(params), "--year", YEAR, "--output", str(survey / "forms")]) == 0
    for unit in ("home_affairs", "fatherland_front"):
        form = FilledForm(plan, unit, int(YEAR), (survey / "forms" / f"{unit}.xlsx").read_bytes())
        form.set(STAFF, "province_district", present=60, women=20)
        form.set(NEEDS, "rank_standard", present=60, reached=40)
        form.set(GROUPS, "rank_standard/rank_course", people=12)
        form.save(survey / "returned" / f"{unit}.xlsx")
    collect = ["survey", "collect", str(params), str(survey / "returned"), "--as-of", "2011-12-29"]
    assert main([*collect, "--output", str(survey / "tables")]) == 0
    file = params / "plan.yaml"
    text = file.read_text("utf-8")
    own = re.search(r"^data: (.+)$", text, re.MULTILINE)
    assert own
    file.write_text(text.replace(own[0], f"data: [{own[1]}, ../../outputs/survey/tables]"), "utf-8")
    return params, survey


def test_the_survey_is_what_part_iii_asks_for(surveyed: tuple[Path, Path]) -> None:
    params, survey = surveyed
    plan = load_plan(params)
    assert {path.stem for path in (survey / "forms").iterdir()} == {row.id for row in plan.tables.units}
    assert {(row.unit, row.people) for row in plan.tables.requests} == {("home_affairs", 12), ("fatherland_front", 12)}
    assert any(row.basis.startswith("statistic:") for row in plan.tables.attributes)  # women, young … (II.II.1)
    silent = pd.read_csv(survey / "tables" / "not_answered.csv")
    assert len(silent) == len(plan.tables.units) - 2 and set(silent["bloc"]) == {"state", "party"}  # by route


@pytest.mark.parametrize("notebook", sorted(targets("notebook", "III.")))
def test_pages_that_part_iii_points_to_are_made(notebook: str, surveyed: tuple[Path, Path], tmp_path: Path) -> None:
    arguments = ["run", str(surveyed[0]), "--notebook", notebook[:2], "--language", "vi", "--output", str(tmp_path)]
    assert main(arguments) == 0
    assert len([*tmp_path.glob(f"*/*/reports/{notebook}.vi.html")]) == 1


def test_a_review_is_what_part_iii_asks_for(reviewed: Path) -> None:
    plan = load_plan(ILLUSTRATION)
    people, money = (pd.read_csv(reviewed / f"{stem}.csv") for stem in ("review_coverage", "review_money"))
    assert set(people["objective"]) == {row.id for row in plan.tables.objectives}  # what was done of it (III.1.c)
    settled = money[money["year"] == 2013]  # the accounts of a year, by source (III.3.b)
    assert set(settled["source"]) == {row.id for row in plan.tables.sources} and not settled["estimated"].any()
    reported = sum(row.spent_vnd or 0.0 for row in plan.tables.actuals if row.year == 2013)
    assert settled["spent_vnd"].sum() == pytest.approx(reported)


def test_milestones_are_of_the_clause_that_points_to_them() -> None:
    plan = load_plan(PROVINCE)
    section, milestones = ({row.id: row for row in plan.tables[name]} for name in ("statements", "milestones"))
    pointed = targets("milestones")
    assert set(pointed) == set(milestones)
    for name, statements in pointed.items():
        assert {section[id].section for id in statements} == {milestones[name].clause}
    due = [milestones[name].due[:4] for name in ("review_three_years", "review_five_years")]
    assert due == [str(plan.first + 3), str(plan.last + 1)]  # when the results of the years before are known


def test_part_iii_is_done_whole(plan: Plan) -> None:
    asked = [row for row in plan.tables.statements if row.section.startswith("III.")]
    assert asked and all(row.pointers for row in asked)
    assert not [row.id for row in plan.tables.statements if row.why_not_en.startswith("Not yet")]
