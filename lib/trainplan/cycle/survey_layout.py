"""What the form of a unit holds, for writing it and for reading it again: sheets, columns, rows, lists of words.

A form asks for the needs of a year to come, or reports what became of a year.

The columns of a sheet come from the layout `forms/<sheet>.yaml`; what each of them holds is said here. Rows that the
plan lists carry their key in the first column: the id of a group or an objective, or `objective/program`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from trainplan.cycle.form_layout import ColumnLayout, load_form
from trainplan.plan.plan import Plan
from trainplan.plan.schema import Objective
from trainplan.text.catalog import say
from trainplan.text.formats import due_day, from_to, number, percent

Kind = Literal["given", "formula", "people", "money", "number", "year", "choice", "mark", "text"]
FormKind = Literal["survey", "unit_report"]
COUNTED: tuple[Kind, ...] = ("people", "money")  # kinds of whole numbers that are read
VERSION = 1  # of the form, to be raised when what is read from it changes
GUIDE, CODES, FORM = "guide", "codes", "form"  # the sheets without a table; the last two are hidden
STAFF, NEEDS, GROUPS, PERSONS = "b02_staff", "b02_needs", "b01_groups", "b01_persons"
DONE, REACHED = "b08_results", "b08_counts"
SHEETS: dict[FormKind, tuple[str, ...]] = {
    "survey": (STAFF, NEEDS, GROUPS, PERSONS),
    "unit_report": (DONE, REACHED),
}
EXPECTED = ("model_need", "assigned")  # columns of what the plan expects of the unit
ALL_UNITS = ""  # in place of a unit: the form is filled in for all of them together
PERSON_ROWS = 100
QUARTERS, PRIORITIES = ("I", "II", "III", "IV"), ("1", "2", "3")
MARK = "x"


class Holds(NamedTuple):
    """What a column holds."""

    kind: Kind
    needed: bool = False  # whether the form cannot be without it
    within: str = ""  # the column of the same row that it never passes
    choices: str = ""  # the list of words that it is chosen from
    personal: bool = False  # of one person: it stays in the form


PEOPLE, MONEY, TEXT = Holds("people"), Holds("money"), Holds("text")
GIVEN, FORMULA = Holds("given"), Holds("formula")
OF_PERSON = Holds("text", personal=True)
WISHES = {
    "quarter": Holds("choice", choices="quarter"),
    "priority": Holds("choice", choices="priority"),
    "source": Holds("choice", choices="source"),
    "opinion": TEXT,
}
COLUMNS: dict[str, dict[str, Holds]] = {
    STAFF: {
        "number": GIVEN,
        "group": GIVEN._replace(needed=True),
        "present": PEOPLE._replace(needed=True),
        **dict.fromkeys(("women", "young", "planned", "minority"), PEOPLE._replace(within="present")),
        "note": TEXT,
    },
    NEEDS: {
        **dict.fromkeys(("number", "group", "target"), GIVEN),
        "objective": GIVEN._replace(needed=True),
        "present": FORMULA._replace(needed=True),
        **dict.fromkeys(("reached", "studying", "leaving"), PEOPLE._replace(within="present")),
        "joining": PEOPLE,
        **dict.fromkeys(("coverage", "lacking", "difference"), FORMULA),
        "requested": FORMULA._replace(needed=True),
        "model_need": GIVEN._replace(needed=True),
        "proposed": PEOPLE,
        **dict.fromkeys(
            ("proposed_women", "proposed_young", "proposed_planned", "proposed_minority"),
            PEOPLE._replace(within="proposed"),
        ),
        "reason": TEXT,
    },
    GROUPS: {
        **dict.fromkeys(("number", "group", "objective"), GIVEN),
        "program": GIVEN._replace(needed=True),
        "people": PEOPLE._replace(needed=True),
        **WISHES,
    },
    PERSONS: {
        "number": GIVEN,
        **dict.fromkeys(("name", "post", "rank", "ethnic_group", "planned_post"), OF_PERSON),
        "born": Holds("year", personal=True),
        "woman": Holds("mark", personal=True),
        **dict.fromkeys(("professional", "theory", "administration", "languages", "computing"), OF_PERSON),
        **dict.fromkeys(("ethnic_language", "standard", "lacking"), OF_PERSON),
        "pair": Holds("choice", needed=True, choices="pair"),
        "days_learned": Holds("number", personal=True),
        **WISHES,
        "opinion": OF_PERSON,
    },
    DONE: {
        **dict.fromkeys(("number", "group", "objective", "assigned"), GIVEN),
        "program": GIVEN._replace(needed=True),
        "enrolled": PEOPLE._replace(needed=True),
        **dict.fromkeys(("continuing", "completed", "failed", "studying"), PEOPLE),
        "spent": MONEY,
        "note": TEXT,
    },
    REACHED: {
        **dict.fromkeys(("number", "group", "target"), GIVEN),
        "objective": GIVEN._replace(needed=True),
        "base": PEOPLE._replace(needed=True),
        "reached": PEOPLE._replace(needed=True, within="base"),
        "note": TEXT,
    },
}
OF_ATTAINMENT = ("reached", "coverage", "lacking", "joining")  # columns of needs that say nothing of other kinds


@dataclass(frozen=True)
class SurveyColumn:
    """A column of a sheet: what it holds, and its layout; a further one of the office holds text."""

    layout: ColumnLayout
    holds: Holds

    @property
    def id(self) -> str:
        """The id by which the layout names it."""
        return self.layout.id


@dataclass(frozen=True)
class SurveyRow:
    """A row that is listed: its key, its group, what stands in it already, and the columns where nothing may stand."""

    key: str
    group: str
    given: Mapping[str, str | float]
    closed: frozenset[str] = frozenset()


@dataclass(frozen=True)
class SurveySheet:
    """A sheet that is a table: its name and title as shown, its columns and its rows.

    `rows` are those that are listed; a sheet without keys has as many blank ones as `blank_rows`.
    """

    id: str
    name: str
    title: str
    columns: tuple[SurveyColumn, ...]
    rows: tuple[SurveyRow, ...] = ()
    blank_rows: int = 0

    @property
    def has_keys(self) -> bool:
        """Whether its rows are listed: their keys stand in the first column of the sheet, before `columns`."""
        return not self.blank_rows

    @property
    def places(self) -> dict[str, int]:
        """The places of its columns on the sheet, from 0, by their ids."""
        return {column.id: place for place, column in enumerate(self.columns, self.has_keys)}


@dataclass(frozen=True)
class SurveyForm:
    """The form of a unit for a year: the names of its sheets, its tables, and by list the words to choose by their key.

    `names` has every sheet, hidden ones too, and `tables` those that are filled in. `unit` may be ALL_UNITS.
    """

    plan: str
    unit: str
    year: int
    language: str
    names: Mapping[str, str]
    tables: Mapping[str, SurveySheet]
    choices: Mapping[str, Mapping[str, str]]
    kind: FormKind = "survey"


def form_of_unit(plan: Plan, unit: str, year: int, language: str, kind: FormKind = "survey") -> SurveyForm:
    """The form of `unit` for the needs of `year`, or for the report of it, in `vi` or `en`.

    It lists the groups that the unit holds, or every group where nothing is known of the unit. PlanError where a layout
    of the plan is wrong.
    """
    groups, tables = groups_of_unit(plan, unit), plan.tables
    objectives = [row for row in tables.objectives if row.group in groups]
    ids = {row.id: row for row in objectives}
    routes = tables.pairs if kind == "unit_report" else [(row.objective, row.program) for row in tables.routes]
    pairs = [(ids[objective], program) for objective, program in routes if objective in ids]
    of_pairs = [_pair_row(plan, row, program, language) for row, program in pairs]
    rows: dict[str, list[SurveyRow]] = {
        STAFF: [SurveyRow(group, group, {"group": plan.label("groups", group, language)}) for group in groups],
        NEEDS: [_need_row(plan, row, language) for row in objectives],
        **dict.fromkeys((GROUPS, DONE), of_pairs),
        REACHED: [
            replace(_need_row(plan, row, language), closed=frozenset()) for row in objectives if row.kind != "count"
        ],
    }
    names = {sheet: say(f"survey.sheet.{sheet}", language) for sheet in (GUIDE, *SHEETS[kind], CODES, FORM)}
    return SurveyForm(
        plan.key,
        unit,
        year,
        language,
        names,
        {sheet: _sheet(plan, sheet, names[sheet], rows.get(sheet, []), language) for sheet in SHEETS[kind]},
        _choices(plan, [(row.id, program) for row, program in pairs], language) if kind == "survey" else {},
        kind,
    )


def unit_name(plan: Plan, unit: str, language: str) -> str:
    """What a unit is called, or all of them together."""
    return plan.label("units", unit, language) if unit else say("unit_report.all_units", language)


def groups_of_unit(plan: Plan, unit: str) -> list[str]:
    """The groups that a unit is asked about: those that it holds, or all where nothing is known of it."""
    held = {row.group for row in plan.tables.unit_headcounts if row.unit == unit and row.headcount > 0}
    return [row.id for row in plan.tables.groups if row.id in held or not held]


def _sheet(plan: Plan, sheet: str, name: str, rows: list[SurveyRow], language: str) -> SurveySheet:
    known = COLUMNS[sheet]
    layout = load_form(plan, sheet, {id: holds.needed for id, holds in known.items()})
    columns = tuple(SurveyColumn(column, known.get(column.id, TEXT)) for column in layout.visible)
    numbered = tuple(
        SurveyRow(row.key, row.group, {"number": i, **row.given}, row.closed) for i, row in enumerate(rows, 1)
    )
    title = getattr(layout.title, language)
    return SurveySheet(sheet, name, title, columns, numbered, PERSON_ROWS if sheet == PERSONS else 0)


def _need_row(plan: Plan, objective: Objective, language: str) -> SurveyRow:
    given = {
        "group": plan.label("groups", objective.group, language),
        "objective": plan.label("objectives", objective.id, language),
        "target": _target(objective, language),
    }
    closed = () if objective.kind == "attainment" else OF_ATTAINMENT
    return SurveyRow(objective.id, objective.group, given, frozenset(closed))


def _target(objective: Objective, language: str) -> str:
    """The level that an objective asks for, when it is due, and the clause that says so."""
    show = number if objective.kind == "count" else percent
    low, high = objective.target_low, objective.target_high
    level = from_to(show(low, language), show(low if high is None else high, language), language)
    level = f"{level} {say('unit.people', language)}" if objective.kind == "count" else level
    return "; ".join(filter(None, [level, due_day(objective.due, language), objective.clause]))


def _pair_row(plan: Plan, objective: Objective, program: str, language: str) -> SurveyRow:
    given = {
        "group": plan.label("groups", objective.group, language),
        "objective": plan.label("objectives", objective.id, language),
        "program": plan.label("programs", program, language),
    }
    return SurveyRow(f"{objective.id}/{program}", objective.group, given)


def _choices(plan: Plan, pairs: list[tuple[str, str]], language: str) -> dict[str, dict[str, str]]:
    """By list the words to choose, each by its key; two pairs that are called alike are told apart by their keys."""
    labels = {
        f"{objective}/{program}": f"{plan.short_label('programs', program, language)} – "
        f"{plan.short_label('objectives', objective, language)}"
        for objective, program in pairs
    }
    said = [label.casefold() for label in labels.values()]
    return {
        "pair": {k: f"{label} ({k})" if said.count(label.casefold()) > 1 else label for k, label in labels.items()},
        "quarter": {n: say("survey.quarter", language, quarter=n) for n in QUARTERS},
        "priority": {n: say(f"survey.priority_{n}", language) for n in PRIORITIES},
        "source": {row.id: plan.label("sources", row.id, language) for row in plan.tables.sources},
    }
