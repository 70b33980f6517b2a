"""The decision is quoted exactly, and every pointer leads somewhere; so for every plan that carries a decision."""

from __future__ import annotations

from pathlib import Path

import pytest

from trainplan.cli import COMMANDS
from trainplan.plan.find import PROJECT, scenario_names
from trainplan.plan.plan import Plan, load_plan
from trainplan.results.decision import (
    DECISION,
    dangling_pointers,
    decision_statements,
    split_pointers,
    unquoted_statements,
)
from trainplan.results.sources import source_register

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
    assert dangling_pointers(plan, NOTEBOOKS, COMMANDS, scenario_names(plan.path)) == []


def test_a_statement_points_somewhere_or_says_why_not(plan: Plan) -> None:
    for row in decision_statements(plan).itertuples():
        assert bool(split_pointers(row.pointers)) != bool(row.why_not_vi and row.why_not_en), row.id


def test_every_objective_program_and_source_is_named_by_the_decision(plan: Plan) -> None:
    named = {pointer for cell in decision_statements(plan)["pointers"] for pointer in split_pointers(cell)}
    for table in ("objectives", "sources"):
        for row in plan.tables[table]:
            assert f"{table}.{row.id}" in named, f"no statement points to {table}.{row.id}"


def test_the_decision_of_an_giang_is_whole() -> None:
    assert len(decision_statements(load_plan("an_giang_2011_2015"))) == 125


def test_every_basis_is_in_the_register(plan: Plan) -> None:
    rows = source_register(plan)
    for table in ("groups", "objectives", "programs", "funding", "ceilings", "prices"):
        assert rows.loc[rows["table"] == table, "row"].nunique() == len(plan.tables[table])
    assert set(rows["kind"]) <= {"clause", "law", "statistic", "assumption"}


def test_a_quote_that_is_not_there_is_found(tmp_path: Path) -> None:
    import shutil

    source = load_plan("an_giang_2011_2015")
    shutil.copytree(source.path.parent, tmp_path / "params" / "copy")
    data = source.data_file(DECISION).parent
    shutil.copytree(data, tmp_path / "data" / data.name)
    table = tmp_path / "data" / data.name / "statements.csv"
    first = source.tables.statements[0]
    table.write_text(table.read_text("utf-8").replace(first.quote_vi, first.quote_vi + " (sửa)", 1), "utf-8")
    assert unquoted_statements(load_plan(tmp_path / "params" / "copy")) == [first.id]
