"""The decision traced: every statement of it, and where in the plan it lives."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

import pandas as pd

from trainplan.plan.address import row_key
from trainplan.plan.given_files import read_given
from trainplan.plan.plan import Plan
from trainplan.plan.plan_files import DECISION
from trainplan.plan.schema import TABLES, Choices
from trainplan.results.registry import RESULTS

COLUMNS = ["id", "section", "kind", "quote_vi", "pointers", "why_not_vi", "why_not_en"]


def decision_statements(plan: Plan) -> pd.DataFrame:
    """A row a statement, in the order of the decision: id, section, kind, quote_vi, pointers, why_not_vi, why_not_en.

    `pointers` say where in the project the statement lives; one that lives nowhere says why not.
    """
    return plan.frame("statements")[COLUMNS]


def split_pointers(cell: str) -> list[str]:
    """The pointers in a cell: `table.row`, or `result`, `notebook`, `command`, `scenario`, `choice` and its name.

    The row `*` is every row of the table; a `result` is a table that a command or a run leaves.
    """
    return [pointer.strip() for pointer in cell.split(";") if pointer.strip()]


def dangling_pointers(
    plan: Plan, notebooks: Iterable[str], commands: Iterable[str], scenarios: Iterable[str]
) -> list[str]:
    """Pointers that lead to no row, result, notebook, command, scenario or choice, each as `statement: pointer`.

    `notebooks`, `commands` and `scenarios` are the names that there are; rows and choices are the plan's.
    """
    known = {"notebook": set(notebooks), "command": set(commands), "scenario": set(scenarios)}
    known |= {"choice": set(Choices.model_fields), "result": set(RESULTS)}
    for name, table in TABLES.items():
        keys = {row_key(row.model_dump(), table.keys) for row in plan.tables[name]}
        known[name] = keys | {"*"} if keys else keys
    lost = []
    for row in plan.tables.statements:
        for pointer in split_pointers(row.pointers):
            kind, _, target = pointer.partition(".")
            if target not in known.get(kind, ()):
                lost.append(f"{row.id}: {pointer}")
    return lost


def unquoted_statements(plan: Plan) -> list[str]:
    """Ids of the statements whose quote does not stand in the decision's text, `decision.txt` beside the data."""
    text = _collapse_spaces(read_given(plan.data_file(DECISION)).decode("utf-8-sig"))
    return [row.id for row in plan.tables.statements if _collapse_spaces(row.quote_vi) not in text]


def _collapse_spaces(text: str) -> str:
    """NFC, with every run of white space made one space: a line break is not part of a quote."""
    return re.sub(r"\s+", " ", unicodedata.normalize("NFC", text)).strip()
