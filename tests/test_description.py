"""The input tables in words: every table and column is described in both languages, and nothing else is."""

from __future__ import annotations

import pytest

from trainplan.plan.description import describe_input
from trainplan.plan.ranges import LIMITS
from trainplan.plan.schema import TABLES
from trainplan.results.registry import RESULTS
from trainplan.text.catalog import LANGUAGES, texts


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_table_and_column_is_described(language: str) -> None:
    found = describe_input(language)
    assert [(t.name, [c.name for c in t.columns]) for t in found] == [
        (t.name, list(t.columns)) for t in TABLES.values()
    ]
    assert all(t.label and t.about and all(c.about and c.unit and c.empty for c in t.columns) for t in found)
    assert {(t.name, c.name) for t in found for c in t.columns if c.drawable} == set(LIMITS)


def test_the_catalogs_describe_nothing_that_is_not_there() -> None:
    columns = [(table.name, column) for table in TABLES.values() for column in table.columns.values()]
    known = {f"about.table.{name}" for name in TABLES} | {"empty.needed"}
    for table, column in columns:
        known |= {f"about.column.{table}.{column.name}", f"about.column.{column.name}"}
        known |= {f"unit_name.{column.unit}", f"empty.{column.empty}"}
    known |= {f"unit_name.{column.unit}" for table in RESULTS.values() for column in table.columns}
    written = {key for key in texts("en") if key.split(".")[0] in ("about", "unit_name", "empty")}
    written = {key for key in written if not key.startswith("about.result.")}  # tests/test_result_tables.py
    assert {key for key in written if not key.startswith("about.choice.")} <= known


def test_bounds_and_references_are_those_that_the_records_check() -> None:
    by_name = {t.name: {c.name: c for c in t.columns} for t in describe_input("en")}
    assert by_name["groups"]["growth"].bounds == "−0.9 to 1"
    assert by_name["programs"]["completion_rate"].bounds == "0.01 to 1"
    assert by_name["programs"]["years"].bounds == "1 to 20"
    assert by_name["programs"]["capacity"].empty == "there is no limit"
    assert by_name["ceilings"]["source"].refers == "sources or total" and by_name["ceilings"]["source"].key
