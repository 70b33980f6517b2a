"""A new plan like another one: its structure, names and costs, moved to other years, without its decision and facts.

What is a number of the other plan's people or money stays as an assumption that is to be replaced. Nothing remains of
its units, schools, norms, requests, statements, history, actuals, observations, scenarios, clauses and reasons.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from trainplan.plan.address import Address
from trainplan.plan.lever_checks import read_levers
from trainplan.plan.levers import Lever
from trainplan.plan.new_plan import (
    BESIDE,
    CHOICE_LEVERS,
    Cells,
    basis_of,
    in_languages,
    new_table,
    new_title,
    plan_text,
)
from trainplan.plan.plan import Plan
from trainplan.plan.plan_files import PLAN, PlanFiles, form_texts
from trainplan.plan.ranges import Range, read_ranges
from trainplan.plan.reading import RawTable
from trainplan.plan.schema import TABLES, parse_number
from trainplan.text.catalog import LANGUAGES, both
from trainplan.text.problems import Problem

LEFT_OUT = (
    *("units", "unit_headcounts", "unit_baselines", "requests"),
    *("history", "actuals", "observations", "statements", "milestones", "lessons"),
)
EMPTIED = {"programs": ("host",), "cost_items": ("norm", "ceiling_vnd")}  # columns of the old plan's schools and norms
TAKEN_OVER = ("ambition", "pacing", "allocation", "language")  # choices that stay as they are
YEARS = {"due", "first", "last", "decided_from", "price_base_year"}  # columns and choices that are years


@dataclass(frozen=True)
class Move:
    """From the years of a plan, `old`, to the years `new`; programs run on for `tail` years after them."""

    old: range
    new: range
    tail: int

    @property
    def shift(self) -> int:
        """The years by which everything moves."""
        return self.new.start - self.old.start

    @property
    def last(self) -> int:
        """The last year of the new plan."""
        return self.new[-1]

    def due(self, due: object) -> str:
        """A due date, or a year, moved and no later than the last year."""
        year, month = int(str(due)[:4]) + self.shift, str(due)[4:]
        return f"{year}{month}" if year <= self.last else str(self.last)

    def name(self, text: str) -> str:
        """A name, with the years of the old plan that stand in it, and the year before them, moved."""
        known = range(self.old.start - 1, self.old.stop)
        return re.sub(r"\d+", lambda m: str(int(m[0]) + self.shift) if int(m[0]) in known else m[0], text)

    def pacing(self, pacing: Any) -> Any:
        """A pacing that lists shares, cut or with its last share repeated, one for each year; any other as it is."""
        return (*pacing, *pacing[-1:] * len(self.new))[: len(self.new)] if isinstance(pacing, tuple) else pacing

    def addresses(self, addresses: Iterable[str]) -> list[str]:
        """Addresses, their years moved, without those of tables that are left out and of years after the last."""
        return [moved for address in addresses if (moved := self._address(Address.of(address)))]

    def _address(self, place: Address) -> str:
        if place.is_choice:
            return str(place)
        if place.table in LEFT_OUT:
            return ""
        parts = place.row.split("/")
        for i, key in enumerate(TABLES[place.table].keys[: len(parts)]):
            if TABLES[place.table].columns[key].unit == "year" and parts[i].isdecimal():
                parts[i] = str(int(parts[i]) + self.shift)
                if int(parts[i]) > self.last:
                    return ""
        return str(place._replace(row="/".join(parts)))


def plan_like(plan: Plan, years: range) -> tuple[PlanFiles, list[str]]:
    """The files of a plan like `plan` for the `years`, its tables beside plan.yaml, its own forms; and notes on it.

    Years move by the difference of the first years. What comes after the last is dropped, due dates are set to it;
    where the period is longer, the last year's ceilings and prices go on. A lever or range that does not fit is left
    out.
    """
    tail = max(row.years for row in plan.tables.programs) - 1
    move = Move(plan.years, years, tail)
    old, base_year = plan.choices, plan.price_base_year + move.shift
    rows = {name: _rows(plan, name, move, base_year) for name in TABLES if name not in LEFT_OUT}
    tables = {name: new_table(name, found) for name, found in rows.items() if found}
    choices = {
        "name": {language: new_title(years, language) for language in LANGUAGES},
        **{"first": years[0], "last": years[-1], "data": BESIDE},
        **{key: getattr(old, key) for key in TAKEN_OVER},
        **{"pacing": move.pacing(old.pacing), "price_base_year": base_year},
    }
    levers = [_lever(lever, move) for lever in plan.levers]
    ranges = [_range(one, move) for one in plan.ranges]
    levers_kept = _fitting("levers", levers, tables, choices)
    ranges_kept = _fitting("uncertain", ranges, tables, choices)
    left_out = [lever["id"] for lever in levers if lever not in levers_kept]
    left_out += [one["name"]["vi"] for one in ranges if one not in ranges_kept]
    capped = [row.id for row in plan.tables.objectives if row.due_year + move.shift > move.last]
    text = plan_text(plain_values({**choices, "levers": levers_kept, "uncertain": ranges_kept}))
    return PlanFiles(tables, {PLAN: text, **form_texts(plan.path)}), _notes(capped, left_out, move.last)


def plain_values(value: Any) -> Any:
    """A value as a person writes it in a file: whole numbers without a fraction, lists in place of tuples."""
    if isinstance(value, dict):
        return {key: plain_values(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain_values(one) for one in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _notes(capped: Sequence[str], left_out: Sequence[str], last: int) -> list[str]:
    """What a planner should know of the new plan, in both languages."""
    notes = [both("new.note.due_capped", due=", ".join(capped), last=str(last))] if capped else []
    notes += [both("new.note.left_out", names="; ".join(left_out))] if left_out else []
    return [*notes, both("new.note.names")]


def _rows(plan: Plan, name: str, move: Move, base_year: int) -> list[Cells]:
    """The rows of a table in the new plan."""
    columns = TABLES[name].columns
    rows = []
    for record, cells in zip(plan.tables[name], plan.spare.get(name, []), strict=True):
        row = {column: cells.get(column, "") for column in columns}
        row |= {key: getattr(record, key) + move.shift for key, column in columns.items() if column.unit == "year"}
        row |= basis_of("taken_over") if "basis" in columns else {}
        row |= dict.fromkeys(EMPTIED.get(name, ()), "")
        if name == "objectives":
            row |= {"due": move.due(record.due), "clause": ""}
            if isinstance(record.pacing, tuple):
                row["pacing"] = ";".join(f"{share:.15g}" for share in move.pacing(record.pacing))
        rows.append(row)
    if name == "pipeline":
        return _of_no_unit(rows)
    if name == "ceilings":
        return _every_year(rows, "source", move.new, 0)
    if name == "prices":
        return _every_year(rows, "index", sorted({base_year, *move.new}), move.tail)
    if "year" in columns:
        return [row for row in rows if move.new.start <= row["year"] <= move.last + move.tail * (name == "turnover")]
    return rows


def _of_no_unit(rows: Iterable[Cells]) -> list[Cells]:
    """A row for each cohort: units are left out, so theirs become one."""
    cohorts: dict[tuple[Any, ...], Cells] = {}
    for row in rows:
        key = tuple(row[column] for column in TABLES["pipeline"].keys)
        people = [one["learners"] for one in (cohorts.get(key), row) if one]
        learners = people[0] if len(people) == 1 else sum(map(parse_number, people))
        cohorts[key] = {**row, "unit": "", "learners": learners}
    return list(cohorts.values())


def _every_year(rows: Iterable[Cells], key: str, years: Sequence[int], tail: int) -> list[Cells]:
    """A row for each of the years and each `key`: its own, or the nearest year's before; and those of the tail."""
    of_key: dict[str, dict[int, Cells]] = defaultdict(dict)
    for row in rows:
        of_key[row[key]][row["year"]] = row
    found = []
    for known in of_key.values():
        later = [year for year in sorted(known) if years[-1] < year <= years[-1] + tail]
        for year in [*years, *later]:
            nearest = max((one for one in known if one <= year), default=min(known))
            found.append({**known[nearest], "year": year})
    return found


def _lever(lever: Lever, move: Move) -> Cells:
    """A lever as plan.yaml lists it; one of a year or a due date moves with the years.

    That of a choice is called as in any new plan, as its name may be of the old decision.
    """
    entry = {**lever.model_dump(exclude_defaults=True), "address": move.addresses(lever.address)}
    entry["label"] = {language: move.name(text) for language, text in lever.label.items()}
    [first, *_] = lever.address
    if first in CHOICE_LEVERS:
        entry["label"] = in_languages(f"new.lever.{first}")
    if not {Address.of(address).column for address in lever.address} <= YEARS:
        return entry
    if lever.is_choice:
        options = dict.fromkeys(move.due(option) for option in lever.options)
        return {**entry, "options": [int(o) if o.isdecimal() else o for o in options]}
    low, high = lever.ends
    return {**entry, "low": low + move.shift, "high": min(high + move.shift, move.last)}


def _range(one: Range, move: Move) -> Cells:
    """A range as plan.yaml lists it: its numbers, and no reason of the old plan."""
    entry = {**one.model_dump(exclude_defaults=True), "address": move.addresses(one.address)}
    name = {language: move.name(text) for language, text in entry["name"].items()}
    return {**entry, "name": name, "reason": in_languages("new.basis.taken_over")}


def _fitting(
    key: str, entries: Sequence[Cells], tables: Mapping[str, RawTable], choices: Mapping[str, Any]
) -> list[Cells]:
    """Those of the levers, or of the `uncertain` ranges, that hold on the new tables."""
    read: Callable[..., object] = {"levers": read_levers, "uncertain": read_ranges}[key]
    kept = []
    for entry in entries:
        problems: list[Problem] = []
        read(tables, {**choices, key: [entry]}, "", problems)
        kept += [] if problems else [entry]
    return kept
