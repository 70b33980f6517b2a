"""Addresses: the one way to name a number of a plan, to read it, to change it and to call it by its name.

An address is `table.row.column`, the row named by its id or by its keys joined with `/`, `*` for every row; or a
choice of the plan by its bare name. A change is a new value, `{value: v}`, `{scale: k}` or `{add: k}`, with an
optional reason (method.md, section 1).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic_core import PydanticCustomError

from trainplan.plan.reading import RawTable
from trainplan.plan.schema import CHANGEABLE_CHOICES, OR_TOTAL, TABLES, Column, Row, is_refused, parse_number
from trainplan.text.catalog import option_name, say, term
from trainplan.text.formats import NOTHING, number, percent
from trainplan.text.problems import ENOUGH, Problem, nearest_name, refuse

if TYPE_CHECKING:
    from trainplan.plan.plan import Plan

FORMS = ("value", "scale", "add")
YEAR = "{year}"  # in an address of a lever or a range: each year in turn
NOT_SEEN = "row_not_seen"  # a note: what an address names is known only after the day from which the plan looks
NEW_CEILING = "assumption: a ceiling that a scenario sets; the plan has none here"


class Address(NamedTuple):
    """The parts of an address; a choice of the plan, and what is no address, stands in `column` alone."""

    table: str
    row: str
    column: str

    @classmethod
    def of(cls, text: str) -> Address:
        """The address that a text states."""
        table, _, rest = text.partition(".")
        row, _, column = rest.rpartition(".")
        return cls(table, row, column) if table and row and column else cls("", "", text)

    def __str__(self) -> str:
        return ".".join(self) if self.table else self.column

    @property
    def is_choice(self) -> bool:
        """Whether it can only be a choice of the plan: it has not the three parts of a cell's address."""
        return not self.table

    def names(self, row: str) -> bool:
        """Whether the address, which may be one of every row, means the row of this key."""
        return self.row in ("*", row)

    def covers(self, other: Address) -> bool:
        """Whether a change here changes what `other` names."""
        return (self.table, self.column) == (other.table, other.column) and self.names(other.row)


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


def key_text(value: object) -> str:
    """A key as it stands in an address: 2015, not 2015.0."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()


def row_key(cells: dict[str, Any], keys: tuple[str, ...]) -> str:
    """What an address calls a row, by its cells."""
    return "/".join(key_text(cells.get(k, "")) for k in keys)


def places_by_key(raw: RawTable, keys: tuple[str, ...]) -> dict[str, list[int]]:
    """Where among the rows of a raw table those of each key stand; remembered, as keys never change."""
    known = keys, len(raw.rows)
    if known not in raw.places:
        found = raw.places[known] = {}
        for place, cells in enumerate(raw.rows):
            found.setdefault(row_key(cells, keys), []).append(place)
    return raw.places[known]


def record_key(table: str, record: Row) -> str:
    """What an address calls a checked row; `?` stands for a key that could not be read."""
    return "/".join(key_text(getattr(record, key, "?")) for key in TABLES[table].keys)


def column_of(address: Address) -> Column | None:
    """What the schema says of the column; None where there is no such column, as of a choice."""
    table = TABLES.get(address.table)
    return table.columns.get(address.column) if table else None


def records_at(plan: Plan, address: Address) -> Iterator[tuple[str, Any]]:
    """(key, record) of every row of the plan that an address names."""
    for record in plan.tables[address.table]:
        key = record_key(address.table, record)
        if address.names(key):
            yield key, record


def value_at(plan: Plan, address: str) -> Any:
    """What a plan holds at an address (without `*`); None where it has no such row."""
    place = Address.of(address)
    if place.is_choice:
        return plan.decided_from if address == "decided_from" else getattr(plan.choices, address)
    return next((getattr(record, place.column) for _, record in records_at(plan, place)), None)


def changed_value(old: object, change: object) -> object:
    """`old` after a change; ValueError, with a code, where it needs a number and there is none."""
    if not isinstance(change, dict):
        return change
    form = next((f for f in FORMS if f in change), "")
    if form == "value":
        return change["value"]
    if old is None or str(old).strip() == "":
        refuse("change_of_empty_cell", form=form)
    by = parse_number(change[form])
    return parse_number(old) * by if form == "scale" else parse_number(old) + by


def check_form(change: object) -> None:
    """ValueError, with a code, where a change has not exactly one form, or an unknown key."""
    if change is None:
        refuse("change_empty")
    if not isinstance(change, dict):
        return
    unknown = [k for k in change if k not in (*FORMS, "reason")]
    if any(str(k).isdecimal() and change[k] is None for k in unknown):  # {scale: 0,9}
        refuse("decimal_comma")
    if unknown:
        near = nearest_name(str(unknown[0]), (*FORMS, "reason"))
        refuse("change_key_near" if near else "change_key", key=unknown[0], near=near)
    if sum(f in change for f in FORMS) != 1:
        refuse("change_form")


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


def number_or_text(cell: object) -> object:
    """A cell as it is shown among changes: a number where it is one, else as it stands."""
    try:
        return parse_number(cell)
    except ValueError:
        return cell


def apply_changes(
    tables: dict[str, RawTable],
    choices: dict[str, Any],
    changes: Mapping[str, Any],
    file: str,
    problems: list[Problem],
) -> list[Change]:
    """Applies `changes` to raw tables and choices in the order in which they stand; returns what each came to."""
    done: list[Change] = []
    for address, change in changes.items():
        if len(problems) >= ENOUGH:
            break
        address = str(address)
        try:
            if change is None and address.isdecimal():  # {programs.x.completion_rate: 0,9}
                refuse("decimal_comma")
            check_form(change)
        except PydanticCustomError as error:
            problems.append(Problem(file, error.type, change, address, values=error.context or {}))
            continue
        for place, cells, column in find_cells(tables, choices, address, file, problems, may_add=True):
            old = cells.get(column, "")
            try:
                cells[column] = changed_value(old, change)
            except PydanticCustomError as error:
                if cells is choices or not is_refused(Address.of(place).table, cells, column):
                    problem = Problem(file, error.type, change, place, values=error.context or {})
                    problems.append(as_unseen(tables, place, problem))
                continue
            done.append(Change(place, number_or_text(old), number_or_text(cells[column]), reason_of(change), address))
    return done


def find_cells(
    tables: dict[str, RawTable],
    choices: dict[str, Any],
    address: str,
    file: str,
    problems: list[Problem],
    may_add: bool = False,
) -> list[tuple[str, dict[str, Any], str]]:
    """The raw cells that an address names: (address, the row, the column); a problem where it names none.

    `may_add`: the address of a ceiling that the plan does not have adds its row, without a limit. Of rows that are
    known only later than the plan sees, the problem is `NOT_SEEN`.
    """

    def nothing(code: str, name: str, known: Any, **values: str) -> list[tuple[str, dict[str, Any], str]]:
        problems.append(Problem(file, code, address, nearest=nearest_name(name, known), values=values))
        return []

    place = Address.of(address)
    table, row, column = place
    if place.is_choice:
        if address in CHANGEABLE_CHOICES:
            return [(address, choices, address)]
        return nothing("address_form", address, CHANGEABLE_CHOICES, choices=", ".join(CHANGEABLE_CHOICES))
    if table not in TABLES:
        return nothing("no_table", table, TABLES, table=table)
    keys = TABLES[table].keys
    if table == "ceilings" and may_add and not is_known_later(tables, place):
        _add_ceiling(tables, choices, row)
    if table not in tables:
        return nothing("no_table_in_plan", table, tables, table=table)
    if column in keys or column not in TABLES[table].columns:
        free = [c for c in TABLES[table].columns if c not in keys]
        return nothing("no_column", column, free, table=table, column=column)
    raw = tables[table]
    if row == "*" and raw.rows:
        return [(f"{table}.{row_key(cells, keys) or '?'}.{column}", cells, column) for cells in raw.rows]
    by_key = places_by_key(raw, keys)
    found = [(address, raw.rows[i], column) for i in by_key.get(row, ())]
    if not found and is_known_later(tables, place):
        return nothing(NOT_SEEN, "", ())
    return found or nothing("no_row", row, by_key, table=table, row=row, keys="/".join(keys))


def as_unseen(tables: Mapping[str, RawTable], place: str, problem: Problem) -> Problem:
    """What is wrong with a cell; where it is only empty, and is known later than the plan sees, `NOT_SEEN`."""
    is_empty = problem.code in ("change_of_empty_cell", "lever_empty_cell")
    is_unseen = is_empty and is_known_later(tables, Address.of(place))
    return Problem(problem.where, NOT_SEEN, place) if is_unseen else problem


def is_known_later(tables: Mapping[str, RawTable], place: Address) -> bool:
    """Whether rows that the plan does not see from its date have what an address names, or the source of a ceiling."""
    if place.table not in tables:
        return False
    keys = TABLES[place.table].keys
    sources = tables["sources"] if place.table == "ceilings" and "sources" in tables else RawTable("", [])
    unseen = {cells.get("id") for cells in sources.later} - {cells.get("id") for cells in sources.rows}
    source = place.row.partition("/")[2]
    return source in unseen or any(place.names(row_key(cells, keys)) for cells in tables[place.table].later)


def _add_ceiling(tables: dict[str, RawTable], choices: dict[str, Any], row: str) -> None:
    """A source without rows in `ceilings` has no limit; to give it one is to add a row for every year decided."""
    year, _, source = row.partition("/")
    sources = [cells.get("id") for cells in tables["sources"].rows] if "sources" in tables else []
    if source not in ("total", *sources) or not year.isdecimal():
        return
    first, last = (str(choices.get(key, "")) for key in ("first", "last"))
    if not (first.isdecimal() and last.isdecimal() and int(first) <= int(year) <= int(last)):
        return
    keys = TABLES["ceilings"].keys
    table = tables.setdefault("ceilings", RawTable("ceilings.csv", list(TABLES["ceilings"].columns)))
    if row not in places_by_key(table, keys):
        table.rows.append({"year": int(year), "source": source, "ceiling_vnd": "", "basis": NEW_CEILING})
        table.lines.append(len(table.rows) + 1)


def row_label(plan: Plan, table: str, row: str, language: str) -> str:
    """A row by the names of what its keys refer to; `*` is every row."""
    if row == "*":
        return say("word.every_row", language)
    keys = TABLES[table].keys
    words = []
    for key, part in zip(keys, row.split("/", len(keys) - 1), strict=False):
        owner = table if key in ("id", "attribute") else TABLES[table].columns[key].refers.removesuffix(OR_TOTAL)
        name = plan.label(owner, part, language)
        if name == YEAR:
            words.append(say("word.every_open_year", language))
            continue
        words.append(term("word" if name == "total" else "price_index", name, language))
    return ", ".join(words)


def address_label(plan: Plan, address: str, language: str) -> str:
    """An address in words, «Chỉ tiêu · Cán bộ cấp xã…: mức xuất phát»; a choice by its name."""
    table, row, column = place = Address.of(address)
    if place.is_choice:
        return term("choice", column, language)
    owner = f"{term('table', table, language)} · {row_label(plan, table, row, language)}"
    return f"{owner}: {term('column', column, language)}"


def value_label(plan: Plan, address: str, value: Any, language: str) -> str:
    """What stands at an address as it is read there: a share as a percentage, a choice by its name."""
    if value is None or value == "":
        return NOTHING
    if not isinstance(value, int | float):
        return option_name(str(value), language)
    place = Address.of(address)
    column = column_of(place)
    is_count = any(row.id == place.row and row.kind == "count" for row in plan.tables.objectives)
    if column and (column.unit == "share" or (column.unit == "coverage" and not is_count)):
        return percent(float(value), language, 2)
    if place.is_choice or (column and column.unit == "date"):
        return f"{value:.0f}"
    people = column and (column.unit in ("people", "coverage"))
    return number(float(value), language, 4) + (f" {say('unit.people', language)}" if people else "")


def change_label(plan: Plan, address: str, change: Any, language: str) -> str:
    """A change at an address as it is read: the new value, a factor «× 0,8», or what is added «+ 2», «− 2»."""
    form = next((f for f in FORMS if f in change), "") if isinstance(change, dict) else ""
    value = change[form] if form else change
    if form in ("scale", "add"):
        by = parse_number(value)
        sign = "×" if form == "scale" else "−" if by < 0 else "+"
        return f"{sign} {number(abs(by), language, 9)}"
    return value_label(plan, address, value, language)
