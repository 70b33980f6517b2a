"""A plan as it was read: choices, tables and the changes of a scenario, validated as a whole (method.md, section 1)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
from pydantic_core import PydanticCustomError

from trainplan.plan.address import NOT_SEEN, Address, Change, apply_changes
from trainplan.plan.checks import RowsRead, check_together
from trainplan.plan.data import data_folders, last_with, locate_problems, read_data
from trainplan.plan.find import BASE, find_plan, find_scenarios, folder_name, results_name
from trainplan.plan.lever_checks import sound_levers
from trainplan.plan.levers import Lever
from trainplan.plan.notes import Note, plan_notes
from trainplan.plan.ranges import Range, read_ranges
from trainplan.plan.reading import Files, RawTable
from trainplan.plan.records import read_choices, read_records
from trainplan.plan.scenarios import Scenario, apply_scenarios, read_scenarios, text_in
from trainplan.plan.schema import INVENTED, NAMED, NEUTRAL_CHOICES, TABLES, Choices, Tables, first_open_year, parse_date
from trainplan.plan.vintages import keep_visible
from trainplan.text.catalog import LANGUAGES, say
from trainplan.text.formats import calendar_day
from trainplan.text.letters import as_meant
from trainplan.text.problems import ENOUGH, PlanError, Problem


@dataclass(frozen=True)
class Plan:
    """A validated plan, unchanged (`base`) or as a scenario changes it. Nothing in it is ever modified."""

    path: Path
    changed_by: Scenario
    choices: Choices
    tables: Tables
    applied: tuple[Change, ...]  # the scenario's changes, then the overrides
    input_hashes: dict[str, str]
    seen_from: date | None = None  # the date given in place of the plan's own
    ranges: tuple[Range, ...] = ()
    levers: tuple[Lever, ...] = field(default=(), repr=False)
    spare: dict[str, list[dict[str, Any]]] = field(default_factory=dict, repr=False)
    read_notes: tuple[tuple[str, str, dict[str, object]], ...] = ()  # of reading: place, `warning.<code>`, its values

    @property
    def key(self) -> str:
        """The name of the plan's folder."""
        return self.path.parent.name

    @property
    def scenario(self) -> str:
        """The scenario's name: `base`, the name of a file, or several joined by +."""
        return self.changed_by.name

    @property
    def results_name(self) -> str:
        """What results are called after: the scenario, and the date from which it is looked at where one was given."""
        return results_name(self.scenario, self.seen_from)

    @property
    def first(self) -> int:
        """The first calendar year."""
        return self.choices.first

    @property
    def last(self) -> int:
        """The last calendar year."""
        return self.choices.last

    @property
    def years(self) -> range:
        """The calendar years, first to last."""
        return range(self.first, self.last + 1)

    @cached_property
    def decided_from(self) -> int:
        """The first calendar year whose enrollment the plan decides; `last` + 1 where it decides none."""
        return first_open_year(self.choices.decided_from, [row.year for row in self.tables.actuals], self.first)

    @property
    def closed_years(self) -> range:
        """The calendar years whose enrollment is a fact: `first` to the year before `decided_from`."""
        return range(self.first, self.decided_from)

    @property
    def open_years(self) -> range:
        """The calendar years that the plan decides: `decided_from` to `last`."""
        return range(self.decided_from, self.last + 1)

    @property
    def year_to_plan(self) -> int:
        """The calendar year whose year plan comes next: the last open one that units ask for, or else the first open.

        Of a plan without an open year its last.
        """
        asked = {row.year for row in self.tables.requests} & {*self.open_years}
        return max(asked, default=min(self.decided_from, self.last))

    def check_year(self, year: int, where: str) -> None:
        """PlanError where a calendar year that `where` gives is not one of the plan's."""
        if year not in self.years:
            raise PlanError([Problem(where, "year_outside", year, values={"first": self.first, "last": self.last})])

    @property
    def allocation(self) -> str:
        """The rule by which money is shared out (method.md, section 6)."""
        return self.choices.allocation

    @property
    def price_base_year(self) -> int:
        """The calendar year in whose prices programs are costed."""
        return self.choices.price_base_year

    def data_file(self, name: str) -> Path:
        """A file beside the tables: that of the last data folder which has it, as with tables."""
        return last_with(name, data_folders(self.path, self.choices.data))

    @cached_property
    def changes(self) -> pd.DataFrame:
        """The resolved changes, in order: address, old, new, reason."""
        rows = [(c.address, c.old, c.new, c.reason) for c in self.applied]
        return pd.DataFrame(rows, columns=["address", "old", "new", "reason"])

    @cached_property
    def content_hash(self) -> str:
        """A hash of what results depend on: equal for plans of other names, words or files that lead to the same."""
        return hashlib.sha256(json.dumps(_content(self), default=str).encode()).hexdigest()

    @cached_property
    def notes(self) -> list[Note]:
        """What is allowed and yet worth a look."""
        return plan_notes(self)

    @property
    def warnings(self) -> list[str]:
        """The notes in both languages, for a terminal."""
        return [str(note) for note in self.notes]

    def frame(self, table: str) -> pd.DataFrame:
        """A table with typed columns in the order of its file; further columns of the file stand after."""
        columns, rows = list(TABLES[table].columns), self.tables[table]
        further = [c for c in (self.spare[table][0] if self.spare.get(table) else {}) if c not in columns]
        records = [
            {**{c: getattr(r, c) for c in columns}, **{c: extra.get(c, "") for c in further}}
            for r, extra in zip(rows, self.spare.get(table) or [{}] * len(rows), strict=True)
        ]
        return pd.DataFrame(records, columns=[*columns, *further])

    @property
    def has_ceilings(self) -> bool:
        """Whether any money is limited in any year."""
        return any(row.ceiling_vnd is not None for row in self.tables.ceilings)

    def ceilings_of(self, source: str) -> dict[int, float]:
        """The ceilings of a source, or of `total`, by year, VND of the year; a year without a limit is not there."""
        rows = self.tables.ceilings
        return {row.year: row.ceiling_vnd for row in rows if row.source == source and row.ceiling_vnd is not None}

    @cached_property
    def invented_tables(self) -> tuple[str, ...]:
        """The tables with rows that are marked as invented, to illustrate: no facts."""
        return tuple(name for name, rows in self.spare.items() if any(row.get(INVENTED) for row in rows))

    @cached_property
    def is_target(self) -> tuple[bool, ...]:
        """Of every objective, whether it is a target, a number of the decision; the others are goals without one.

        Where the decision has no number at all, every objective is a target of the plan's own. The two are never
        counted together.
        """
        decided = tuple(row.is_decided for row in self.tables.objectives)
        return decided if any(decided) else (True,) * len(decided)

    @cached_property
    def _names(self) -> dict[tuple[str, str], Any]:
        named = [name for name in NAMED if TABLES[name].keys == ("id",)]
        kinds = {("attributes", row.attribute): row for row in reversed(self.tables.attributes)}
        return {**kinds, **{(table, r.id): r for table in named for r in self.tables[table]}}

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """The languages that the plan is shown in unless another is asked for: Vietnamese alone where none is English.

        It is English as well where its own language is, or its name or that of a row is given in English.
        """
        name = self.choices.name
        in_english = self.choices.language == "en" or (isinstance(name, dict) and bool(name.get("en")))
        in_english = in_english or any(row.name_en for table in NAMED for row in self.tables[table])
        return LANGUAGES if in_english else ("vi",)

    def label(self, table: str, id: str, language: str) -> str:
        """The name of a row on screen, in `vi` or `en`, in Vietnamese where it has no other; the id where there is no
        such row.
        """
        row = self._names.get((table, id))
        return str(getattr(row, f"name_{language}") or row.name_vi) if row is not None else id

    def short_label(self, table: str, id: str, language: str) -> str:
        """The name of a row in a figure, where there is little room: its short name, otherwise its whole name."""
        row = self._names.get((table, id))
        return str(getattr(row, f"short_{language}", "")) or self.label(table, id, language)

    def title(self, language: str) -> str:
        """The plan's name in `vi` or `en`."""
        return text_in(self.choices.name, language)

    def scenario_title(self, language: str) -> str:
        """The scenario's title in `vi` or `en`."""
        return say("plan.base", language) if self.scenario == BASE else text_in(self.changed_by.title, language)

    def dated_title(self, language: str) -> str:
        """The scenario's title, with the date in it where one was given in place of the plan's own."""
        title = self.scenario_title(language)
        if self.seen_from is None:
            return title
        return say("plan.seen_from", language, title=title, day=calendar_day(self.seen_from, language))

    def scenario_reason(self, language: str) -> str:
        """Why the scenario changes what it changes, in `vi` or `en`; empty where it does not say."""
        return text_in(self.changed_by.reason, language)


def _content(plan: Plan) -> dict[str, Any]:
    """What results depend on: the numbers and what they belong to, none of the words that people only read."""
    columns = {name: [c.name for c in table.columns.values() if not c.only_read] for name, table in TABLES.items()}
    return {
        "choices": plan.choices.model_dump(exclude=set(NEUTRAL_CHOICES)),
        "tables": {
            name: [[getattr(row, column) for column in columns[name]] for row in plan.tables[name]] for name in TABLES
        },
        "ranges": [one.model_dump(exclude=set(Range.ONLY_READ)) for one in plan.ranges],
    }


class PlanInput:
    """The files of a plan as they were read, for any number of scenarios and changes.

    `as_of`, an ISO date, takes the place of the plan's own: what became known later is not seen.
    """

    def __init__(self, plan: str | Path, as_of: str | date | None = None) -> None:
        self.path = path = find_plan(plan)
        self.files = files = Files(path.parent.parent.parent if path.parent.parent.name == "params" else path.parent)
        self.choices = files.yaml(path)
        self.seen_from = None if as_of is None else given_date(as_of)
        self.present: dict[str, RawTable] = {}
        self.levers: tuple[Lever, ...] = ()
        self.ranges: tuple[Range, ...] = ()
        self.lost: set[str] = set()
        self._records: dict[str, tuple[list[Any], list[Any], list[Problem]]] = {}
        if self.choices is not None:
            self._read_tables(self.choices)

    def _read_tables(self, choices: dict[str, Any]) -> None:
        files, name = self.files, self.files.name_of(self.path)
        found = read_data(files, self.path, choices)
        if self.seen_from:
            choices["as_of"] = self.seen_from
        self.present = _visible_tables(found, choices, files.problems)
        self.lost = _lost_tables(files, self.present)
        if not self.lost:  # with them it cannot be told what a lever or a range names
            self.levers = sound_levers(files.hashes, self.present, choices, name, files.problems)
            self.ranges = read_ranges(self.present, choices, name, files.problems)

    def change(self, scenario: str | Path = BASE, overrides: Mapping[str, Any] | None = None) -> Plan:
        """The plan as `scenario` and then `overrides` change it, validated; PlanError lists every problem."""
        scenario_paths, files = find_scenarios(self.path, scenario), self.files.copy()
        contents = read_scenarios(files, scenario_paths)
        if self.choices is None or len(contents) < len(scenario_paths):
            raise PlanError(files.problems)
        problems, raw_choices, plan_file = files.problems, {**self.choices}, files.name_of(self.path)
        touched = tables_touched([*(content.get("set") for content in contents), overrides])
        present = {name: raw.copy() if name in touched else raw for name, raw in self.present.items()}
        changed = apply_scenarios(files, scenario_paths, contents, present, raw_choices)
        applied = (*changed.applied, *apply_changes(present, raw_choices, overrides or {}, "overrides", problems))
        choices = read_choices(raw_choices, plan_file, problems)
        tables, partial = self._checked_tables(present, problems)
        if len(problems) < ENOUGH:  # otherwise rows are missing that were not looked at
            problems += check_together(_read(tables, partial, choices, present, plan_file, self.lost))
        unseen = dict.fromkeys(str(problem.value) for problem in problems if problem.code == NOT_SEEN)
        problems = [problem for problem in problems if problem.code != NOT_SEEN]
        if choices is None or problems:
            raise PlanError(locate_problems(problems, present, self.lost))
        spare = {name: table.rows for name, table in present.items()}
        hashes = dict(sorted(files.hashes.items()))
        notes = (*files.notes, *((address, NOT_SEEN, {}) for address in unseen))
        fixed = self.seen_from, self.ranges, self.levers
        return Plan(self.path, changed, choices, tables, applied, hashes, *fixed, spare, notes)

    def _checked_tables(
        self, present: Mapping[str, RawTable], problems: list[Problem]
    ) -> tuple[Tables, dict[str, list[Any]]]:
        """Records of the tables, and those of which some cells are refused; what no change touches is read once."""
        whole, partial = {}, {}
        for name in TABLES:
            raw = present.get(name)
            if raw is not self.present.get(name):
                whole[name], partial[name] = read_records(name, raw, problems)
                continue
            if name not in self._records:
                found = [*self.files.problems]
                self._records[name] = (*read_records(name, raw, found), found[len(self.files.problems) :])
            whole[name], partial[name], own = self._records[name]
            problems += own
        return Tables(**{name: tuple(rows) for name, rows in whole.items()}), partial


def tables_touched(changes: Iterable[object]) -> set[str]:
    """The tables that any of some maps of changes names."""
    return {Address.of(str(address)).table for some in changes if isinstance(some, Mapping) for address in some}


def load_plan(
    plan: str | Path,
    scenario: str | Path = BASE,
    overrides: Mapping[str, Any] | None = None,
    as_of: str | date | None = None,
) -> Plan:
    """Reads and validates a plan, as `scenario` and then `overrides` change it; PlanError lists every problem.

    `as_of`, an ISO date, takes the place of the plan's own: what became known later is not seen.
    """
    return PlanInput(plan, as_of).change(scenario, overrides)


def given_date(as_of: str | date) -> date:
    """The date of `--as-of`; PlanError where it is none."""
    try:
        return parse_date(as_of)
    except PydanticCustomError as error:
        raise PlanError([Problem("--as-of", error.type, as_of, values=error.context or {})]) from None


def _visible_tables(
    found: Mapping[str, RawTable], choices: Mapping[str, Any], problems: list[Problem]
) -> dict[str, RawTable]:
    """The tables of a plan as they are seen from its `as_of`; what is wrong with their dates goes to `problems`."""
    try:
        seen_from = None if choices.get("as_of") is None else parse_date(choices["as_of"])
    except ValueError:  # `read_choices` says so
        seen_from = None
    return {name: keep_visible(table, TABLES[name], seen_from, problems) for name, table in found.items()}


def load_plans(plan: str | Path, references: Sequence[str], as_of: str | date | None = None) -> list[Plan]:
    """The plan in each scenario; PlanError with the problems of all of them, each once."""
    return [*load_sound(plan, references, references, as_of)[0].values()]


def load_sound(
    plan: str | Path, references: Iterable[str], needed: Iterable[str] = (), as_of: str | date | None = None
) -> tuple[dict[str, Plan], dict[str, PlanError]]:
    """The plan in each scenario that is sound, and what is wrong with the others, by name.

    PlanError where any of the `needed` ones is not, with the problems of all, each once.
    """
    read = PlanInput(plan, as_of)
    plans: dict[str, Plan] = {}
    broken: dict[str, PlanError] = {}
    for name in references:
        try:
            plans[name] = read.change(name)
        except PlanError as error:
            broken[name] = error
    if broken.keys() & {*needed}:
        raise PlanError({str(problem): problem for error in broken.values() for problem in error.problems}.values())
    if problems := _same_names([*plans.values()]):
        raise PlanError(problems)
    return plans, broken


def all_or_problems(*steps: Callable[[], Any]) -> list[Any]:
    """What every step gives; where some find the input wrong, one PlanError with all of their problems, each once."""
    given: list[Any] = []
    problems: dict[str, Problem] = {}
    for step in steps:
        try:
            given.append(step())
        except PlanError as error:
            problems.update({str(problem): problem for problem in error.problems})
    if problems:
        raise PlanError(problems.values())
    return given


def _same_names(plans: Sequence[Plan]) -> list[Problem]:
    """Scenarios of one name from two folders would overwrite each other's results."""
    names = [folder_name(plan.scenario).casefold() for plan in plans]
    return [
        Problem("--scenario", "scenario_twice", plan.scenario)
        for plan, name in zip(plans, names, strict=True)
        if names.count(name) > 1
    ]


def _lost_tables(files: Files, present: Mapping[str, RawTable]) -> set[str]:
    """The tables that the plan cannot be without, or that are there, and of which nothing could be read."""
    unread = {Path(problem.where).stem for problem in files.problems} | files.unread
    return {name for name, table in TABLES.items() if name not in present and (table.required or name in unread)}


def _read(
    tables: Tables,
    partial: dict[str, list[Any]],
    choices: Choices | None,
    present: dict[str, RawTable],
    plan_file: str,
    lost: Set[str],
) -> RowsRead:
    """What could be read, for the checks between rows; of the tables that are `lost` nothing was."""
    broken = {
        f"{name}.{column}"
        for name, table in TABLES.items()
        for column in table.columns
        if name in lost or not all(hasattr(row, column) for row in partial[name])
    }
    ids = {
        name: [as_meant(str(cells.get("id", ""))) for cells in present[name].rows] if name in present else []
        for name in TABLES.keys() - lost
    }
    return RowsRead(
        tables,
        partial,
        choices,
        {"plan": plan_file, **{name: present[name].file if name in present else f"{name}.csv" for name in TABLES}},
        {name: known for name, known in ids.items() if "" not in known},
        frozenset(broken | (set() if choices else {"plan"})),
    )
