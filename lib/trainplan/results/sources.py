"""The register: where every number comes from, so that an assumption never passes for a fact (method.md, 1)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from trainplan.plan.address import Address, row_key
from trainplan.plan.plan import Plan
from trainplan.plan.schema import TABLES

ASSUMED = {"basis": "; assumed:", "basis_vi": "; giả định:"}  # what stands after it is ours
COLUMNS = ["table", "row", "numbers", "basis_vi", "basis", "kind"]


def source_register(plan: Plan) -> pd.DataFrame:
    """A row for every row with a `basis`: table, row, numbers (by column), basis in both languages, kind.

    What a basis says after `; assumed:` gets a line of its own, as an assumption. Where `basis_vi`
    is empty, both languages have the words of `basis`.
    """
    tables = [name for name, table in TABLES.items() if "basis" in table.columns]
    return pd.DataFrame([line for name in tables for line in _register_lines(plan, name)], columns=COLUMNS)


def basis_kinds(plan: Plan) -> list[str]:
    """The column `kind` of the register."""
    tables = [plan.tables[name] for name, table in TABLES.items() if "basis" in table.columns]
    return [kind for rows in tables for row in rows for kind in _kinds_of(row.basis)]


def _kinds_of(basis: str) -> list[str]:
    return [basis.partition(":")[0], *["assumption"][: basis.count(ASSUMED["basis"])]]


def assumed_numbers(plan: Plan) -> list[Address]:
    """The addresses of all numbers that are assumed, each once, in the order of the register."""
    register = source_register(plan)
    lines = register[register["kind"] == "assumption"].itertuples()
    return list(dict.fromkeys(Address(line.table, line.row, column) for line in lines for column in line.numbers))


def _register_lines(plan: Plan, name: str) -> Iterator[dict[str, Any]]:
    """The lines of one table, in the order of its rows."""
    for cells in plan.frame(name).to_dict("records"):
        line = {"table": name, "row": row_key(cells, TABLES[name].keys), "numbers": _numbers_by_column(name, cells)}
        kind, _, words = cells["basis"].partition(":")
        stated, _, assumed = words.partition(ASSUMED["basis"])
        stated_vi, _, assumed_vi = (cells["basis_vi"] or words).partition(ASSUMED["basis_vi"])
        yield {**line, "basis_vi": stated_vi.strip(), "basis": stated.strip(), "kind": kind}
        if assumed:
            yield {**line, "basis_vi": (assumed_vi or assumed).strip(), "basis": assumed.strip(), "kind": "assumption"}


def _numbers_by_column(name: str, cells: dict[str, Any]) -> dict[str, float]:
    """The numbers of a row, by their columns."""
    table = TABLES[name]
    found = {c: cells[c] for c in table.columns if c not in table.keys}
    return {c: v for c, v in found.items() if isinstance(v, int | float) and not isinstance(v, bool) and v == v}
