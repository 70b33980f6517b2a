"""A plan as it was read: choices, tables and the changes of a scenario, validated as a whole (method.md, section 1)."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
from pydantic import ValidationError

from trainplan.plan.address import Change, apply_changes, row_key
from trainplan.plan.checks import Read, check_together, warnings
from trainplan.plan.levers import Lever, sound_levers
from trainplan.plan.ranges import Range, read_ranges
from trainplan.plan.reading import Files, RawTable
from trainplan.plan.schema import TABLES, Choices, Tables, code_of, expected
from trainplan.text.problems import PlanError, Problem, nearest_name

PROJECT = Path(__file__).resolve().parents[3]
DEFAULT_PLAN = "an_giang_2011_2015"
SCENARIO_KEYS = ("title", "reason", "set")


@dataclass(frozen=True)
class Plan:
    """A validated plan, unchanged (`base`) or as a scenario changes it. Nothing in it is ever modified."""

    path: Path
    scenario: str
    choices: Choices
    tables: Tables
    applied: tuple[Change, ...]
    input_hashes: dict[str, str]
    scenario_words: dict[str, Any] = field(default_factory=dict)
    ranges: tuple[Range, ...] = ()
    levers: tuple[Lever, ...] = field(default=(), repr=False)
    spare: dict[str, list[dict[str, Any]]] = field(default_factory=dict, repr=False)

    @property
    def key(self) -> str:
        """The name of the plan's folder."""
        return self.path.parent.name

    @property
    def first(self) -> int:
        return self.choices.first

    @property
    def last(self) -> int:
        return self.choices.last

    @property
    def years(self) -> range:
        return range(self.first, self.last + 1)

    @property
    def ambition(self) -> str:
        return self.choices.ambition

    @property
    def pacing(self) -> str | tuple[float, ...]:
        return self.choices.pacing

    @property
    def allocation(self) -> str:
        return self.choices.allocation

    @property
    def price_base_year(self) -> int:
        return self.choices.price_base_year

    @property
    def language(self) -> str:
        return self.choices.language

    @property
    def data_folder(self) -> Path:
        return self.path.parent / self.choices.data

    @cached_property
    def changes(self) -> pd.DataFrame:
        """The resolved changes, in order: address, old, new, reason."""
        rows = [(c.address, c.old, c.new, c.reason) for c in self.applied]
        return pd.DataFrame(rows, columns=["address", "old", "new", "reason"])

    @cached_property
    def warnings(self) -> list[str]:
        return warnings(self.tables)

    def frame(self, table: str) -> pd.DataFrame:
        """A table with typed columns in the order of its file; further columns of the file stand after."""
        columns, rows = list(TABLES[table].columns), self.tables[table]
        further = [c for c in (self.spare[table][0] if self.spare.get(table) else {}) if c not in columns]
        records = [
            {**{c: getattr(r, c) for c in columns}, **{c: extra.get(c, "") for c in further}}
            for r, extra in zip(rows, self.spare.get(table) or [{}] * len(rows), strict=True)
        ]
        return pd.DataFrame(records, columns=[*columns, *further])

    @cached_property
    def _names(self) -> dict[tuple[str, str], Any]:
        named = ("groups", "objectives", "programs", "sources", "units", "history")
        return {(table, r.id): r for table in named for r in self.tables[table]}

    def label(self, table: str, id: str, language: str) -> str:
        """The name of a row on screen, in `vi` or `en`; the id itself where there is no such row."""
        row = self._names.get((table, id))
        return str(getattr(row, f"name_{language}")) if row is not None else id

    def title(self, language: str) -> str:
        return spoken(self.choices.name, language)

    def scenario_title(self, language: str) -> str:
        if self.scenario == "base":
            return {"vi": "Kế hoạch gốc", "en": "The plan itself"}[language]
        return spoken(self.scenario_words.get("title", self.scenario), language)

    def scenario_reason(self, language: str) -> str:
        return spoken(self.scenario_words.get("reason", ""), language)


def spoken(words: object, language: str) -> str:
    """Text in a language; where there is one text only, that one."""
    if isinstance(words, dict):
        return str(words.get(language) or next(iter(words.values()), ""))
    return str(words)


def find_plan(ref: str | Path) -> Path:
    """The plan.yaml that `ref` means: a file, a folder, or the name of a folder in params/."""
    text = str(ref)
    for base in (Path.cwd(), PROJECT):
        for candidate in (base / text, base / "params" / text):
            if candidate.is_file():
                return candidate.resolve()
            if (candidate / "plan.yaml").is_file():
                return (candidate / "plan.yaml").resolve()
    folders = (PROJECT / "params").glob("*/plan.yaml")
    known = sorted(path.parent.name for path in folders)
    plans = {"plans": ", ".join(known)}
    raise PlanError([Problem("plan", "no_plan", text, nearest=nearest_name(text, known), values=plans)])


def scenario_names(plan_path: Path) -> list[str]:
    """The scenarios beside a plan, by name, without `base`."""
    return sorted(path.stem for path in (plan_path.parent / "scenarios").glob("*.yaml"))


def find_scenario(plan_path: Path, ref: str | Path) -> Path | None:
    """The file that a scenario's name or path means; None for `base`."""
    text = str(ref)
    if text == "base":
        return None
    beside = plan_path.parent / "scenarios" / f"{text}.yaml"
    named = [beside] if "/" not in text and "\\" not in text else []
    for candidate in (*named, Path.cwd() / text, PROJECT / text, plan_path.parent / text):
        if candidate.is_file():
            return candidate.resolve()
    known = ["base", *scenario_names(plan_path)]
    scenarios = {"scenarios": ", ".join(known)}
    raise PlanError([Problem("scenario", "no_scenario", text, nearest=nearest_name(text, known), values=scenarios)])


def load_plan(plan: str | Path, scenario: str | Path = "base", overrides: dict[str, Any] | None = None) -> Plan:
    """Reads and validates a plan, as `scenario` and then `overrides` change it; PlanError lists every problem."""
    path = find_plan(plan)
    scenario_path = find_scenario(path, scenario)
    files = Files(path.parent.parent.parent if path.parent.parent.name == "params" else path.parent)
    raw_choices = files.yaml(path)
    words = files.yaml(scenario_path) if scenario_path else {}
    if raw_choices is None or words is None:
        raise PlanError(files.problems)
    problems = files.problems
    folder = path.parent / str(raw_choices.get("data", ""))
    found = {name: files.table(folder / f"{name}.csv", table) for name, table in TABLES.items()}
    if not folder.is_dir():
        problems[:] = [Problem(files.name_of(path), "no_data_folder", raw_choices.get("data"), column="data")]
    present = {name: copy.copy(table) for name, table in found.items() if table is not None}
    levers = sound_levers(files.hashes, present, raw_choices, files.name_of(path), problems)
    applied: list[Change] = []
    ranges = read_ranges(raw_choices.get("uncertain"), present, files.name_of(path), problems)
    if scenario_path:
        _check_scenario_keys(words, files.name_of(scenario_path), problems)
        changes = words.get("set") if isinstance(words.get("set"), dict) else {}
        applied += apply_changes(present, raw_choices, changes or {}, files.name_of(scenario_path), problems)
    applied += apply_changes(present, raw_choices, overrides or {}, "overrides", problems)
    choices = _choices(raw_choices, files.name_of(path), problems)
    tables = Tables(**{name: tuple(_records(name, present.get(name), problems)) for name in TABLES})
    problems += check_together(_read(tables, choices, present, files.name_of(path)))
    if choices is None or problems:
        raise PlanError(problems)
    spare = {name: table.rows for name, table in present.items()}
    name = scenario_path.stem if scenario_path else "base"
    hashes = dict(sorted(files.hashes.items()))
    return Plan(path, name, choices, tables, tuple(applied), hashes, words, ranges, levers, spare)


def _read(tables: Tables, choices: Choices | None, present: dict[str, RawTable], plan_file: str) -> Read:
    """What could be read, for the checks between rows."""
    needed = {name for name, table in TABLES.items() if table.required} - set(present)
    unread = {name for name, table in present.items() if len(tables[name]) < len(table.rows)}
    return Read(
        tables,
        choices,
        {"plan": plan_file, **{name: present[name].file if name in present else f"{name}.csv" for name in TABLES}},
        {
            name: [str(cells.get("id", "")) for cells in present[name].rows] if name in present else []
            for name in set(TABLES) - needed
        },
        frozenset(needed | unread | (set() if choices else {"plan"})),
    )


def _check_scenario_keys(words: dict[str, Any], file: str, problems: list[Problem]) -> None:
    for key in words:
        if key not in SCENARIO_KEYS:
            problems.append(Problem(file, "scenario_keys", key, nearest=nearest_name(key, SCENARIO_KEYS)))
    if not words.get("title"):
        problems.append(Problem(file, "scenario_title", column="title"))
    if "set" in words and words["set"] is not None and not isinstance(words["set"], dict):
        problems.append(Problem(file, "scenario_set", words["set"], column="set"))


def _choices(raw: dict[str, Any], file: str, problems: list[Problem]) -> Choices | None:
    try:
        return Choices.model_validate(raw)
    except ValidationError as error:
        for e in error.errors():
            key = str(e["loc"][0])
            missing = e["type"] == "missing"
            near = (
                nearest_name(key, [k for k in Choices.model_fields if k not in raw])
                if e["type"] == "extra_forbidden"
                else ""
            )
            value = raw.get(key)
            near = near or (nearest_name(str(value), expected(e)) if e["type"] == "literal_error" else "")
            code, values = code_of(e)
            problems.append(Problem(file, code, None if missing else value, "", key, near, values))
        return None


def _records(name: str, raw: RawTable | None, problems: list[Problem]) -> list[Any]:
    """The records of a raw table; what is wrong with a cell is noted with its file, line, column and value."""
    if raw is None:
        return []
    table = TABLES[name]
    records = []
    for cells, line in zip(raw.rows, raw.lines, strict=True):
        given = {
            c: cells[c]
            for c in table.columns
            if c in cells and (cells[c] not in ("", None) or table.columns[c].may_be_blank)
        }
        try:
            records.append(table.record.model_validate(given))
        except ValidationError as error:
            row = row_key(cells, table.keys)
            for e in error.errors():
                column = str(e["loc"][0])
                if column not in raw.columns:
                    continue
                value = cells.get(column)
                near = nearest_name(str(value), expected(e)) if e["type"] == "literal_error" else ""
                value = "" if e["type"] == "missing" else value
                code, values = code_of(e)
                problems.append(Problem(raw.file, code, value, row, column, near, values, line))
    return records
