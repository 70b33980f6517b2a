"""What came back of a survey of needs, as tables: those of the plan with later rows, who answered, what is doubtful."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from trainplan.cycle.survey_files import NotRead, RawSheet, Sheets
from trainplan.cycle.survey_layout import COLUMNS, NEEDS, STAFF, VERSION, form_of_unit
from trainplan.cycle.survey_reading import Answer, Doubt, Known, read_answer
from trainplan.cycle.survey_sheets import words_of
from trainplan.cycle.year_plan import unit_need
from trainplan.plan.plan import Plan
from trainplan.plan.plan_files import cell_text, read_plan_files, table_text
from trainplan.plan.reading import RawTable
from trainplan.plan.schema import AS_OF, TABLES, Objective
from trainplan.results.registry import RESULTS, Stem, check_columns
from trainplan.results.tables import Results
from trainplan.sheets.workbook import SheetColumn, Workbook
from trainplan.storage.tables import csv_text
from trainplan.text.catalog import LANGUAGES, say, term
from trainplan.text.problems import PlanError, Problem

DOUBTFUL_BOOK = "doubtful.xlsx"
YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
KNOWN_WITHIN = 12  # rows of the hidden sheet that says which form it is
ATTRIBUTES = tuple(id for id, holds in COLUMNS[STAFF].items() if holds.within == "present")
COUNTED = tuple(id for id, holds in COLUMNS[NEEDS].items() if holds.kind == "people")
SUMMED = tuple(column.name for column in RESULTS["summary"].columns if column.unit == "people")


@dataclass(frozen=True)
class Survey:
    """What came back: the answers of units, what is doubtful, the files that are blank by their unit, files read."""

    year: int
    answers: tuple[Answer, ...]
    doubts: tuple[Doubt, ...]
    blank: Mapping[str, str]
    files: int

    @property
    def units(self) -> frozenset[str]:
        """The units that filled something in, whether it can be taken or not."""
        return frozenset(answer.unit for answer in self.answers)


@dataclass(frozen=True)
class _Returned:
    """A file, with the unit and the year whose form it is; without the unit where `doubt` says why."""

    file: str
    sheets: Sheets
    unit: str = ""
    year: int = 0
    doubt: Doubt | None = None


def collect_survey(plan: Plan, files: Mapping[str, Sheets]) -> Survey:
    """What the sheets of all files say, by what messages call each file.

    The survey is of the year that most forms have; forms of others are doubtful, as are two forms of a unit that differ
    in anything. PlanError where there is no form among them.
    """
    returned = [_identify(plan, file, sheets) for file, sheets in files.items()]
    years = Counter(one.year for one in returned if one.unit)
    if not years:
        doubts = [one.doubt for one in returned if one.doubt]
        raise PlanError(Problem(doubt.file, "no_form", values={"reason": doubt.reason}) for doubt in doubts)
    year = max(years, key=lambda year: (years[year], year))
    return _survey_of(plan, year, [_of_year(one, year) for one in returned])


def _identify(plan: Plan, file: str, sheets: Sheets) -> _Returned:
    """Whose form a file is: as its hidden sheet says, or else its name and the titles of its sheets."""
    tables = [sheet for sheet in sheets if isinstance(sheet, RawSheet)]
    if not tables:
        code = sheets[0].code if sheets and isinstance(sheets[0], NotRead) else "blank_file"
        return _Returned(file, sheets, doubt=Doubt(file, "", "", "", "", code))
    said = next((known for sheet in tables if (known := _said_by(sheet))), None)
    if said is None:
        unit, year = _unit_of_name(plan, file), _year_of_titles(plan, file, tables)
        code = "" if unit and year else "year_unknown" if unit else "unit_unknown"
        return _Returned(file, sheets, unit, year) if not code else _Returned(file, sheets, doubt=_of_file(file, code))
    unit, stated = str(said["unit"]), str(said["year"]).removesuffix(".0")
    version = str(said.get("version", "")).removesuffix(".0")
    if str(said["plan"]) != plan.key or version != str(VERSION):
        return _Returned(file, sheets, doubt=_of_file(file, "other_plan", str(said["plan"]), plan=plan.key))
    if unit not in {row.id for row in plan.tables.units}:
        return _Returned(file, sheets, doubt=_of_file(file, "unit_unknown", unit))
    if stated not in map(str, plan.years):
        return _Returned(file, sheets, doubt=_of_file(file, "year_unknown", stated, unit))
    return _Returned(file, sheets, unit, int(stated))


def _of_file(file: str, code: str, found: str = "", unit: str = "", **values: object) -> Doubt:
    """A doubt about a whole file."""
    return Doubt(file, unit, "", "", found, code, values)


def _said_by(sheet: RawSheet) -> dict[str, object] | None:
    """What the hidden sheet says of the form, by its keys; None for another sheet."""
    rows = range(KNOWN_WITHIN)
    said = {str(sheet.cells[row, 0]): sheet.cells.get((row, 1), "") for row in rows if (row, 0) in sheet.cells}
    return said if {"plan", "unit", "year"} <= said.keys() else None


def _unit_of_name(plan: Plan, file: str) -> str:
    """The unit whose id, or name, is the longest of those in the name of a file; nothing where there is none."""
    name = f" {re.sub(r'[^0-9a-z]+', ' ', Path(file).stem.casefold())} "
    ids = {row.id: f" {re.sub(r'[^0-9a-z]+', ' ', row.id.casefold())} " for row in plan.tables.units}
    within = sorted((id for id, text in ids.items() if text in name), key=len)
    called = [row.id for row in plan.tables.units if words_of(row.name_vi) == words_of(Path(file).stem)]
    return (called or within or [""])[-1]


def _year_of_titles(plan: Plan, file: str, sheets: Iterable[RawSheet]) -> int:
    """The year of the plan that the name of a file says, or else the titles of its sheets; 0 where that is not one."""
    titles = {words_of(say("survey.frame.year", language, year=y)): y for y in plan.years for language in LANGUAGES}
    of_name = {int(year) for year in YEAR.findall(file)} & set(plan.years)
    found = of_name or {
        titles[text] for sheet in sheets for value in sheet.cells.values() if (text := words_of(value)) in titles
    }
    return found.pop() if len(found) == 1 else 0


def _of_year(one: _Returned, year: int) -> _Returned:
    """A file, doubtful where its form is of another year."""
    if not one.unit or one.year == year:
        return one
    return _Returned(one.file, one.sheets, doubt=_of_file(one.file, "other_year", str(one.year), one.unit, year=year))


def _survey_of(plan: Plan, year: int, returned: Sequence[_Returned]) -> Survey:
    """The answers of the units; forms of one unit that differ are doubtful, and nothing of them is taken."""
    doubts, answers, blank = [one.doubt for one in returned if one.doubt], [], {}
    for unit in plan.tables.units:
        form = form_of_unit(plan, unit.id, year, plan.choices.language)
        known = _known_of(plan, unit.id)
        read = [read_answer(form, sheets, known) for sheets in _forms_of(unit.id, returned)]
        filled = [answer for answer in read if not answer.is_blank]
        others = [answer for answer in filled[1:] if answer.content != filled[0].content]
        doubts += [doubt for answer in [*filled[:1], *others] for doubt in answer.doubts]
        if others:
            pairs = [(others[0], filled[0]), *((filled[0], other) for other in others)]
            doubts += [_of_file(own.file, "form_twice", "", unit.id, other=other.file) for other, own in pairs]
            answers.append(Answer(unit.id, year, unsaid=set(filled[0].people), files=filled[0].files))
        elif filled:
            answers.append(filled[0])
        elif read:
            blank[unit.id] = read[0].file
    return Survey(year, tuple(answers), tuple(doubts), blank, len(returned))


def _known_of(plan: Plan, unit: str) -> Known:
    """The groups that a unit has, and those of which some are studying or were asked for."""
    tables, group_of = plan.tables, {row.id: row.group for row in plan.tables.objectives}
    studying = [row.objective for row in tables.pipeline if row.unit == unit and row.learners > 0]
    asked = [row.objective for row in tables.requests if row.unit == unit and row.people > 0]
    held = {row.group for row in tables.unit_headcounts if row.unit == unit and row.headcount > 0}
    return Known(frozenset(held), frozenset(group_of[objective] for objective in (*studying, *asked)))


def _forms_of(unit: str, returned: Iterable[_Returned]) -> Iterator[Sheets]:
    """The sheets of every form that a unit sent; its sheets that are text are one form together."""
    texts: Sheets = []
    for one in (one for one in returned if one.unit == unit):
        if all(isinstance(sheet, RawSheet) and not sheet.name for sheet in one.sheets):
            texts += one.sheets
        else:
            yield one.sheets
    if texts:
        yield texts


def survey_tables(results: Results, survey: Survey) -> dict[Stem, pd.DataFrame]:
    """The tables `summary`, `doubtful` and `not_answered` of the registry; what nobody said is empty."""
    plan, language = results.plan, results.plan.choices.language
    need = unit_need(results, survey.year).groupby(["unit", "objective"])["needed"].sum().to_dict()
    pairs = [(answer, row) for answer in survey.answers for row in plan.tables.objectives]
    rows: dict[Stem, list[tuple[object, ...]]] = {
        "summary": [
            (survey.year, answer.unit, row.id, *said.values(), answer.file)
            for answer, row in pairs
            if (said := _summary(answer, row, need.get((answer.unit, row.id))))
        ],
        "doubtful": [
            (doubt.file, doubt.unit, doubt.sheet, doubt.cell, doubt.found, doubt.remedy(language))
            for doubt in survey.doubts
        ],
        "not_answered": [
            (row.id, row.name_vi, row.bloc, term("route", row.bloc, language), survey.blank.get(row.id, ""))
            for row in plan.tables.units
            if row.id not in survey.units
        ],
    }
    return {stem: pd.DataFrame(own, columns=RESULTS[stem].column_names) for stem, own in rows.items()}


def _summary(answer: Answer, objective: Objective, needed: float | None) -> dict[str, float | None]:
    """The numbers of a unit about an objective, as the columns of `summary`; `needed` is its need by the path.

    Nothing where the unit says nothing.
    """
    asked = answer.requests_for(objective.id)
    requested = sum(asked.values()) if asked else None
    said = {
        **{column: answer.people.get((NEEDS, objective.id, column)) for column in COUNTED},
        "present": answer.people.get((STAFF, objective.group, "present")),
        "requested": requested,
    }
    if all(people is None for people in said.values()):
        return {}
    difference = None if requested is None or needed is None else requested - needed
    known = {**said, "model_need": needed, "difference": difference}
    return {column: known[column] for column in SUMMED}


def tables_with_survey(plan: Plan, tables: Mapping[str, RawTable], survey: Survey, known: date) -> dict[str, RawTable]:
    """`unit_headcounts`, `unit_baselines`, `attributes`, `requests`: the rows in `tables`, then those of the survey.

    Those that the same survey of the same day gave before are left out. Rows of the survey have the date from which
    they are `known` in `as_of`, so that they restate what is older.
    """
    made = {
        "unit_headcounts": _headcounts(survey),
        "unit_baselines": _baselines(plan, survey),
        "attributes": _attributes(plan, survey),
        "requests": _requests(plan, survey),
    }
    kept = {name: _without(survey, known, tables[name]) for name in made if name in tables}
    return {name: _with_rows(name, kept.get(name), rows, known) for name, rows in made.items()}


def _without(survey: Survey, known: date, table: RawTable) -> RawTable:
    """A table without what the same survey of the same day gave before, from fewer forms or others."""

    def is_of_it(row: Mapping[str, object]) -> bool:
        asked = bool(row.get("file")) and cell_text(row.get("year")) == str(survey.year)
        return row.get(AS_OF) == known.isoformat() and (asked or row.get("basis") == _basis(survey)["basis"])

    return RawTable(table.file, table.columns, [row for row in table.rows if not is_of_it(row)])


def _with_rows(name: str, own: RawTable | None, rows: list[dict[str, object]], known: date) -> RawTable:
    """The own table with further rows, their columns after its own."""
    new = [{**row, AS_OF: known.isoformat()} for row in rows]
    before = own or RawTable(name, [column for column in TABLES[name].columns if any(column in row for row in new)])
    columns = dict.fromkeys([*before.columns, *(column for row in new for column in row)])
    texts = [{column: cell_text(value) for column, value in row.items()} for row in new]
    return RawTable(name, list(columns), [*before.rows, *texts])


def _basis(survey: Survey) -> dict[str, str]:
    return {
        "basis": f"statistic: {say('survey.basis', 'en', year=survey.year)}",
        "basis_vi": say("survey.basis", "vi", year=survey.year),
    }


def _headcounts(survey: Survey) -> list[dict[str, object]]:
    return [
        {"unit": answer.unit, "group": group, "headcount": people, **_basis(survey), "file": answer.file}
        for answer in survey.answers
        for (sheet, group, column), people in answer.people.items()
        if (sheet, column) == (STAFF, "present")
    ]


def _baselines(plan: Plan, survey: Survey) -> list[dict[str, object]]:
    """The share of the people present who have reached the standard, where both are known and somebody is there."""
    rows = []
    for answer in survey.answers:
        for objective in plan.tables.objectives:
            reached = answer.people.get((NEEDS, objective.id, "reached"))
            present = answer.people.get((STAFF, objective.group, "present"))
            if reached is not None and present:
                key = {"unit": answer.unit, "objective": objective.id}
                rows.append({**key, "baseline": reached / present, **_basis(survey), "file": answer.file})
    return rows


def _attributes(plan: Plan, survey: Survey) -> list[dict[str, object]]:
    """Shares of the people present in all units that say both numbers, by group."""
    names = {row.attribute: {"name_vi": row.name_vi, "name_en": row.name_en} for row in plan.tables.attributes}
    rows = []
    for group in plan.tables.groups:
        for attribute in ATTRIBUTES:
            people = [
                (answer.people[STAFF, group.id, attribute], answer.people[STAFF, group.id, "present"])
                for answer in survey.answers
                if {(STAFF, group.id, attribute), (STAFF, group.id, "present")} <= answer.people.keys()
            ]
            present = sum(whole for _, whole in people)
            if present:
                own = {f"name_{language}": say(f"attribute.{attribute}", language) for language in ("vi", "en")}
                share = sum(part for part, _ in people) / present
                key = {"group": group.id, "attribute": attribute, **names.get(attribute, own)}
                rows.append({**key, "share": share, **_basis(survey)})
    return rows


def _requests(plan: Plan, survey: Survey) -> list[dict[str, object]]:
    return [
        {
            "year": survey.year,
            "unit": answer.unit,
            "objective": objective.id,
            "program": program,
            "people": people,
            "file": answer.file,
        }
        for answer in survey.answers
        for objective in plan.tables.objectives
        for program, people in answer.requests_for(objective.id).items()
    ]


def survey_files(results: Results, survey: Survey, known: date) -> dict[str, bytes]:
    """What the survey gives as files by their names; equal answers give equal bytes.

    The tables of the plan, of which no file is written without a row; those about the survey; where anything is
    doubtful, `doubtful.xlsx` to be sent back.
    """
    plan = results.plan
    own = tables_with_survey(plan, read_plan_files(plan.path).tables, survey, known)
    about = survey_tables(results, survey)
    texts = {name: table_text(table) for name, table in own.items() if table.rows}
    texts |= {stem: csv_text(check_columns(stem, frame)) for stem, frame in about.items()}
    files = {f"{name}.csv": text.encode() for name, text in texts.items()}
    if survey.doubts:
        files[DOUBTFUL_BOOK] = doubtful_workbook(plan, about["doubtful"], plan.choices.language)
    return files


def doubtful_workbook(plan: Plan, doubtful: pd.DataFrame, language: str) -> bytes:
    """The table `doubtful` as a workbook that can be sent back; equal tables give equal bytes."""
    table = RESULTS["doubtful"]
    cells = doubtful.assign(unit=[unit and plan.label("units", unit, language) for unit in doubtful["unit"]])
    book = Workbook(table.title(language))
    columns = [SheetColumn(table.heading(name, language), list(cells[name])) for name in table.column_names]
    book.add_table(table.title(language), columns)
    return book.content()


def answers_in_words(plan: Plan, survey: Survey, language: str) -> str:
    """How many forms are read, and how many units have answered, of all and by route; how many doubts there are."""
    routes: dict[str, list[bool]] = {}
    for unit in plan.tables.units:
        routes.setdefault(term("route", unit.bloc, language), []).append(unit.id in survey.units)
    parts = "; ".join(f"{route} {sum(units)}/{len(units)}" for route, units in routes.items())
    values = {"files": survey.files, "answered": len(survey.units), "units": len(plan.tables.units)}
    return say("survey.collected", language, routes=parts, doubts=len(survey.doubts), year=survey.year, **values)
