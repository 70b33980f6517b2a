"""Tables of what a plan is made of: groups, the period before, the decision, the basis of numbers, and changes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from trainplan.plan.address import Change, address_label, in_language, row_label, value_label
from trainplan.plan.find import scenario_names
from trainplan.plan.plan import Plan, load_plan
from trainplan.report.tables.columns import Column, build_table, grouping, label, terms_of
from trainplan.report.titles import report_title
from trainplan.results import decision
from trainplan.results.registry import RESULTS
from trainplan.results.sources import source_register
from trainplan.text.catalog import say, term
from trainplan.text.formats import number, percent, vnd

BASIS_COLUMNS = [
    Column("table", terms_of("table")),
    Column("row"),
    Column("value"),
    Column("kind", terms_of("basis")),
    Column("basis"),
]
FEW_ROWS = 4  # of the register that are named one by one


def groups(plan: Plan, language: str) -> pd.DataFrame:
    """A row a group at the baseline: its level, people, the share that leaves a year, what it is part of, basis.

    There are no levels where all groups have the same, and nothing that they are part of where none is.
    """
    rows = plan.frame("groups").rename(columns={"id": "group"})
    columns = [
        Column("group", label(plan, "groups")),
        *grouping(rows["level"]),
        Column("headcount", "people"),
        Column("leave_rate", "share"),
        *([Column("part_of", label(plan, "groups"))] if has_parts(plan) else []),
        Column("basis"),
    ]
    kinds = [term("basis", basis.partition(":")[0], language) for basis in rows["basis"]]
    rows["basis"] = [basis.partition(":")[2].strip() for basis in rows["basis"]]
    rows = _basis_in_language(rows, language)
    rows["basis"] = [f"{kind}: {basis}" for kind, basis in zip(kinds, rows["basis"], strict=True)]
    return build_table(rows, columns, language)


def has_parts(plan: Plan) -> bool:
    """Whether any group lies within another."""
    return any(row.part_of for row in plan.tables.groups)


def history(plan: Plan, language: str) -> pd.DataFrame:
    """A row a number that the decision reports about the period before: its name, value with unit, and section."""
    rows = plan.frame("history").rename(columns={"id": "name", "clause": "section"})
    rows["value"] = [_with_unit(v, u, language) for v, u in zip(rows["value"], rows["unit"], strict=True)]
    return build_table(rows, [Column("name", label(plan, "history")), Column("value"), Column("section")], language)


def _with_unit(value: float, unit: str, language: str) -> str:
    if unit == "VND":
        return vnd(value, language)
    if unit == "share":
        return percent(value, language, 2)
    return str(int(value)) if unit == "year" else f"{number(value, language)} {term('unit', unit, language)}"


def decision_statements(plan: Plan, language: str) -> pd.DataFrame:
    """A row a statement of the decision: section, quotation, kind, where it lives in the project, or why it does not.

    There is no kind where all statements have the same. Scenarios that the plan lacks, as one does that takes the
    statements of another, are left out.
    """
    rows = decision.decision_statements(plan).rename(columns={"id": "statement", f"why_not_{language}": "why_not"})
    rows["statement"] = rows["statement"] + " · " + rows["quote_vi"]
    scenarios = scenario_names(plan.path)
    rows["where"] = [
        "; ".join(
            _pointer_label(plan, pointer, language)
            for pointer in decision.split_pointers(cell)
            if pointer.removeprefix("scenario.") in (pointer, *scenarios)
        )
        for cell in rows["pointers"]
    ]
    before, after = map(Column, ("section", "statement")), map(Column, ("where", "why_not"))
    return build_table(rows, [*before, *grouping(rows["kind"], "statement_kind"), *after], language)


def _pointer_label(plan: Plan, pointer: str, language: str) -> str:
    """What a pointer points to, in words: «Bảng: dòng», or a choice, scenario, report or command."""
    kind, _, target = pointer.partition(".")
    match kind:
        case "choice":
            head, name = "choice", term("choice", target, language)
        case "scenario":
            head, name = "scenario", load_plan(plan.path, target).scenario_title(language)
        case "notebook":
            head, name = "report", report_title(target, language)
        case "command":
            head, name = "command", term("cli", target.replace(" ", "_"), language)
        case "result":
            head, name = "table", RESULTS[target].title(language)
        case _:
            return f"{term('table', kind, language)}: {row_label(plan, kind, target, language)}"
    return f"{say(f'head.{head}', language)}: {name}"


def basis_register(plan: Plan, language: str) -> pd.DataFrame:
    """Where every number comes from: table, rows, values, kind of basis, basis; rows of one basis share a line."""
    rows = _basis_in_language(source_register(plan), language)
    lines = []
    for (name, kind, basis), some in rows.groupby(["table", "kind", "basis"], sort=False):
        labels = [row_label(plan, name, row, language) for row in some["row"]]
        named = "; ".join(labels) if len(labels) <= FEW_ROWS else f"{len(labels)} {say('word.rows', language)}"
        line = {"table": name, "row": named, "value": _register_values(plan, name, some, language)}
        lines.append({**line, "kind": kind, "basis": basis})
    return build_table(lines, BASIS_COLUMNS, language)


def basis_by_row(plan: Plan, language: str) -> pd.DataFrame:
    """Where every number comes from, a row a row of the plan: table, row, values, kind of basis, basis."""
    rows = _basis_in_language(source_register(plan), language)
    named = [row_label(plan, table, row, language) for table, row in zip(rows["table"], rows["row"], strict=True)]
    values = [_register_values(plan, rows["table"].iloc[r], rows.iloc[[r]], language) for r in range(len(rows))]
    return build_table(rows.assign(row=named, value=values), BASIS_COLUMNS, language)


def _register_values(plan: Plan, name: str, rows: pd.DataFrame, language: str) -> str:
    """The numbers of some rows of a table, by their columns; of many rows the least and the greatest."""
    said = []
    for column in dict.fromkeys(c for numbers in rows["numbers"] for c in numbers):
        found = [(n[column], row) for n, row in zip(rows["numbers"], rows["row"], strict=True) if column in n]
        ends = dict.fromkeys(
            value_label(plan, f"{name}.{row}.{column}", value, language) for value, row in (min(found), max(found))
        )
        said.append(f"{term('column', column, language)} {' … '.join(ends)}")
    return "; ".join(said)


def _basis_in_language(rows: pd.DataFrame, language: str) -> pd.DataFrame:
    """The rows with `basis` in Vietnamese where the data has it."""
    return (
        rows.assign(basis=rows["basis_vi"].where(rows["basis_vi"] != "", rows["basis"])) if language == "vi" else rows
    )


def changes(plan: Plan, language: str) -> pd.DataFrame:
    """What the scenario changes: a row a change as it was stated, with the old value, the new one and the reason."""
    stated: dict[str, list[Change]] = {}
    for change in plan.applied:
        stated.setdefault(change.stated, []).append(change)
    rows = []
    for address, some in stated.items():
        old, new = [change.old for change in some], [change.new for change in some]
        rows.append(
            {
                "address": address_label(plan, address, language),
                "old": summarize_values(plan, address, old, language),
                "new": summarize_values(plan, address, new, language, before=old),
                "reason": in_language(some[0].reason, language),
            }
        )
    return build_table(rows, [*map(Column, ("address", "old", "new", "reason"))], language)


def summarize_values(plan: Plan, address: str, values: list[Any], language: str, before: Sequence[Any] = ()) -> str:
    """The values of the rows that one change names: one value, one factor on `before`, or least and greatest."""
    if len(set(map(str, values))) == 1:
        return value_label(plan, address, values[0], language)
    numeric = all(isinstance(v, int | float) for v in values)
    if numeric and before and all(isinstance(v, int | float) for v in before):
        factors = {round(v / b, 9) for v, b in zip(values, before, strict=True) if b}
        if len(factors) == 1:
            return f"× {number(factors.pop(), language, 4)}"
    if numeric:
        return " … ".join(value_label(plan, address, end, language) for end in (min(values), max(values)))
    return "…"
