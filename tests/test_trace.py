"""The decision is quoted exactly, and every pointer leads somewhere; so for every plan that carries a decision."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from test_guides import options_of
from trainplan.cli import COMMANDS, main
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
PLANS = sorted(path.parent.name for path in (PROJECT / "params").glob("*/plan.yaml"))
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


def test_results_that_statements_point_to_are_left_by_their_command(year: Path) -> None:
    for stem, statements in targets("result").items():
        assert RESULTS[stem].command == "yearplan", statements
        found = pd.read_csv(year / f"{stem}.csv")
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


def test_what_is_still_not_there_is_said(plan: Plan) -> None:
    not_yet = {row.id for row in plan.tables.statements if row.why_not_en.startswith("Not yet")}
    assert not_yet == {"S101", "S107", "S110", "S125"}
