"""Changes to a plan by address: the one way to say "this number, changed" (method.md, section 1).

An address is `table.row.column`, the row named by its id or by its keys joined with `/`, `*` for every row; or a
choice of the plan by its bare name. A change is a new value, `{value: v}`, `{scale: k}` or `{add: k}`, with an
optional reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic_core import PydanticCustomError

from trainplan.plan.reading import RawTable
from trainplan.plan.schema import CHANGEABLE_CHOICES, TABLES, number
from trainplan.text.problems import Problem, nearest_name, refuse

FORMS = ("value", "scale", "add")
NEW_CEILING = "assumption: a ceiling that a scenario sets; the plan has none here"


@dataclass(frozen=True)
class Change:
    """One change, as it was resolved: the place, what stood there, what stands there now, and why.

    `stated` is the address as it was given, which may be one for many rows.
    """

    address: str
    old: object
    new: object
    reason: str = ""
    stated: str = ""


def changed_value(old: object, change: object) -> object:
    """`old` after a change; ValueError says what is wrong with the change."""
    if not isinstance(change, dict):
        return change
    form = next((f for f in FORMS if f in change), "")
    if form == "value":
        return change["value"]
    if old is None or str(old).strip() == "":
        refuse("change_of_empty_cell", form=form)
    by = number(change[form])
    return number(old) * by if form == "scale" else number(old) + by


def check_form(change: object) -> None:
    """ValueError where a change has not exactly one form, or an unknown key."""
    if isinstance(change, dict):
        unknown = [k for k in change if k not in (*FORMS, "reason")]
        if unknown:
            near = nearest_name(str(unknown[0]), (*FORMS, "reason"))
            refuse("change_key_near" if near else "change_key", key=unknown[0], near=near)
        if sum(f in change for f in FORMS) != 1:
            refuse("change_form")
    elif change is None:
        refuse("change_empty")


def reason_of(change: object) -> str:
    """The reason given for a change, Vietnamese first where there are two."""
    reason = change.get("reason", "") if isinstance(change, dict) else ""
    return " / ".join(str(v) for v in reason.values()) if isinstance(reason, dict) else str(reason or "")


def in_language(reason: str, language: str) -> str:
    """The half of a reason `vi / en` in a language; all of it where it is one text (15 tỷ × 129.5 / 118.7, say)."""
    halves = reason.split(" / ")
    if len(halves) != 2 or not all(half[:1].isalpha() for half in halves):
        return reason
    return halves[0] if language == "vi" else halves[1]


def typed(cell: object) -> object:
    """A cell as it is shown among changes: a number where it is one, else as it stands."""
    try:
        return number(cell)
    except ValueError:
        return cell


def key_text(value: object) -> str:
    """A key as it stands in an address: 2015, not 2015.0."""
    return str(int(value)) if isinstance(value, float) and value == int(value) else str(value).strip()


def row_key(row: dict[str, Any], keys: tuple[str, ...]) -> str:
    return "/".join(key_text(row.get(k, "")) for k in keys)


def split_address(address: str) -> tuple[str, str, str] | None:
    """(table, row, column) of an address; None where it has not three parts."""
    table, _, rest = address.partition(".")
    row, _, column = rest.rpartition(".")
    return (table, row, column) if table and row and column else None


def apply_changes(
    tables: dict[str, RawTable], choices: dict[str, Any], changes: dict[str, Any], file: str, problems: list[Problem]
) -> list[Change]:
    """Applies `changes` to raw tables and choices in the order in which they stand; returns what each came to."""
    done: list[Change] = []
    for address, change in changes.items():
        address = str(address)
        try:
            check_form(change)
        except PydanticCustomError as error:
            problems.append(Problem(file, error.type, change, address, values=error.context or {}))
            continue
        for place, cells, column in places(tables, choices, address, file, problems):
            old = cells.get(column, "")
            try:
                cells[column] = changed_value(old, change)
            except PydanticCustomError as error:
                problems.append(Problem(file, error.type, change, place, values=error.context or {}))
                continue
            done.append(Change(place, typed(old), typed(cells[column]), reason_of(change), address))
    return done


def places(
    tables: dict[str, RawTable], choices: dict[str, Any], address: str, file: str, problems: list[Problem]
) -> list[tuple[str, dict[str, Any], str]]:
    """The cells that an address names: (address, the row, the column); a problem where it names none."""

    def nothing(code: str, name: str, known: Any, **values: str) -> list[tuple[str, dict[str, Any], str]]:
        problems.append(Problem(file, code, address, nearest=nearest_name(name, known), values=values))
        return []

    parts = split_address(address)
    if parts is None:
        if address in CHANGEABLE_CHOICES:
            return [(address, choices, address)]
        return nothing("address_form", address, CHANGEABLE_CHOICES, choices=", ".join(CHANGEABLE_CHOICES))
    table, row, column = parts
    if table not in TABLES:
        return nothing("no_table", table, TABLES, table=table)
    keys = TABLES[table].keys
    if table == "ceilings":
        _add_ceiling(tables, choices, row)
    if table not in tables:
        return nothing("no_table_in_plan", table, tables, table=table)
    if column in keys or column not in TABLES[table].columns:
        free = [c for c in TABLES[table].columns if c not in keys]
        return nothing("no_column", column, free, table=table, column=column)
    rows = tables[table].rows
    found = [cells for cells in rows if row == "*" or row_key(cells, keys) == row]
    if not found:
        known = [row_key(cells, keys) for cells in rows]
        return nothing("no_row", row, known, table=table, row=row, keys="/".join(keys))
    return [(f"{table}.{row_key(cells, keys)}.{column}", cells, column) for cells in found]


def _add_ceiling(tables: dict[str, RawTable], choices: dict[str, Any], row: str) -> None:
    """A year and source without a row in `ceilings` have no limit; to give them one is to add the row."""
    year, _, source = row.partition("/")
    sources = [cells.get("id") for cells in tables["sources"].rows] if "sources" in tables else []
    if source not in ("total", *sources) or not year.isdecimal():
        return
    first, last = (str(choices.get(key, "")) for key in ("first", "last"))
    if not (first.isdecimal() and last.isdecimal() and int(first) <= int(year) <= int(last)):
        return
    keys = TABLES["ceilings"].keys
    table = tables.setdefault("ceilings", RawTable("ceilings.csv", list(TABLES["ceilings"].columns)))
    if not any(row_key(cells, keys) == row for cells in table.rows):
        table.rows.append({"year": int(year), "source": source, "ceiling_vnd": "", "basis": NEW_CEILING})
        table.lines.append(len(table.rows) + 1)
