"""What came back of a survey of needs, or as reports, as tables: those of the plan with later rows, who answered, what
is doubtful."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from trainplan.cycle.survey_files import NotRead, RawSheet, Sheets
from trainplan.cycle.survey_layout import (
    ALL_UNITS,
    COLUMNS,
    NEEDS,
    STAFF,
    VERSION,
    FormKind,
    form_of_unit,
    unit_name,
)
from trainplan.cycle.survey_reading import Answer, Doubt, Known, SheetReader, read_answer
from trainplan.cycle.survey_sheets import words_of
from trainplan.cycle.unit_reports import Missing, Reported, check_report, check_whole, reported_rows
from trainplan.cycle.year_plan import unit_need
from trainplan.plan.plan import Plan
from trainplan.plan.plan_files import cell_text, read_plan_files, table_text
from trainplan.plan.reading import RawTable
from trainplan.plan.schema import AS_OF, TABLES, Objective
from trainplan.results.registry import RESULTS, Stem
from trainplan.results.tables import Results
from trainplan.sheets.workbook import SheetColumn, Workbook
from trainplan.storage.tables import file_text
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
    kind: FormKind = "survey"

    @property
    def units(self) -> frozenset[str]:
        """The units, and perhaps all of them together, that filled something in, whether it can be taken or not."""
        return frozenset(answer.unit for answer in self.answers)


@dataclass(frozen=True)
class _Returned:
    """A file, with the unit and the year whose form it is; without the year where `doubt` says why."""

    file: str
    sheets: Sheets
    unit: str = ""
    year: int = 0
    doubt: Doubt | None = None


def collect_survey(
    plan: Plan, files: Mapping[str, Sheets], kind: FormKind = "survey", year: int | None = None
) -> Survey:
    """What the sheets of all files say, by what messages call each file.

    The forms are of `year`, or of the one that most of them have; forms of others are doubtful, as are two forms of a
    unit that differ in anything. PlanError where there is no form among them, or the plan does not have the year.
    """
    if year is not None:
        plan.check_year(year, "--year")
    returned = [_identify(plan, kind, file, sheets) for file, sheets in files.items()]
    years = Counter(one.year for one in returned if one.year)
    if not years:
        doubts = [one.doubt for one in returned if one.doubt]
        raise PlanError(Problem(doubt.file, "no_form", values={"reason": doubt.reason}) for doubt in doubts)
    year = year or max(years, key=lambda year: (years[year], year))
    return _survey_of(plan, kind, year, [_of_year(one, year) for one in returned])


def _identify(plan: Plan, kind: FormKind, file: str, sheets: Sheets) -> _Returned:
    """Whose form a file is: as its hidden sheet says, or else its name and the titles of its sheets."""
    tables = [sheet for sheet in sheets if isinstance(sheet, RawSheet)]
    if not tables:
        code = sheets[0].code if sheets and isinstance(sheets[0], NotRead) else "blank_file"
        return _Returned(file, sheets, doubt=Doubt(file, "", "", "", "", code))
    said = next((known for sheet in tables if (known := _said_by(sheet))), None)
    if said is None:
        unit, year = _unit_of_name(plan, file), _year_of_titles(plan, kind, file, tables)
        code = "" if unit and year else "year_unknown" if unit else "unit_unknown"
        return _Returned(file, sheets, unit, year) if not code else _Returned(file, sheets, doubt=_of_file(file, code))
    doubt = _doubt_of_form(plan, kind, file, said)
    return _Returned(file, sheets, said["unit"], 0 if doubt else int(said["year"]), doubt)


def _doubt_of_form(plan: Plan, kind: FormKind, file: str, said: Mapping[str, str]) -> Doubt | None:
    """Why a form is not one of these, by what its hidden sheet says."""
    unit, units = said["unit"], {row.id for row in plan.tables.units}
    if said["plan"] != plan.key or said.get("version") != str(VERSION):
        return _of_file(file, "other_plan", said["plan"], plan=plan.key)
    if said.get("kind", "survey") != kind:
        return _of_file(file, f"no_{kind}", "", unit)
    if unit not in units and (unit != ALL_UNITS or kind == "survey"):
        return _of_file(file, "unit_unknown", unit)
    if said["year"] not in map(str, plan.years):
        return _of_file(file, "year_unknown", said["year"], unit)
    return None


def _of_file(file: str, code: str, found: str = "", unit: str = "", **values: object) -> Doubt:
    """A doubt about a whole file."""
    return Doubt(file, unit, "", "", found, code, values)


def _said_by(sheet: RawSheet) -> dict[str, str] | None:
    """What the hidden sheet says of the form, by its keys; None for another sheet."""
    rows = (row for row in range(KNOWN_WITHIN) if (row, 0) in sheet.cells)
    said = {str(sheet.cells[row, 0]): str(sheet.cells.get((row, 1), "")).removesuffix(".0") for row in rows}
    return said if {"plan", "unit", "year"} <= said.keys() else None


def _unit_of_name(plan: Plan, file: str) -> str:
    """The unit whose id, or name, is the longest of those in the name of a file; nothing where there is none."""
    name = f" {re.sub(r'[^0-9a-z]+', ' ', Path(file).stem.casefold())} "
    ids = {row.id: f" {re.sub(r'[^0-9a-z]+', ' ', row.id.casefold())} " for row in plan.tables.units}
    within = sorted((id for id, text in ids.items() if text in name), key=len)
    called = [row.id for row in plan.tables.units if words_of(row.name_vi) == words_of(Path(file).stem)]
    return (called or within or [""])[-1]


def _year_of_titles(plan: Plan, kind: FormKind, file: str, sheets: Iterable[RawSheet]) -> int:
    """The year of the plan that the name of a file says, or else the titles of its sheets; 0 where that is not one."""
    titles = {words_of(say(f"{kind}.year", language, year=y)): y for y in plan.years for language in LANGUAGES}
    of_name = {int(year) for year in YEAR.findall(file)} & set(plan.years)
    found = of_name or {
        titles[text] for sheet in sheets for value in sheet.cells.values() if (text := words_of(value)) in titles
    }
    return found.pop() if len(found) == 1 else 0


def _of_year(one: _Returned, year: int) -> _Returned:
    """A file, doubtful where its form is of another year."""
    if not one.year or one.year == year:
        return one
    return _Returned(one.file, one.sheets, doubt=_of_file(one.file, "other_year", str(one.year), one.unit, year=year))


def _survey_of(plan: Plan, kind: FormKind, year: int, returned: Sequence[_Returned]) -> Survey:
    """The answers of the units; forms of one unit that differ are doubtful, and nothing of them is taken."""
    doubts, answers, blank = [one.doubt for one in returned if one.doubt], [], {}
    for unit in (*(row.id for row in plan.tables.units), ALL_UNITS):
        form = form_of_unit(plan, unit, year, plan.choices.language, kind)
        check = check_report if kind == "unit_report" else _check_parts(plan, unit)
        read = [read_answer(form, sheets, check) for sheets in _forms_of(unit, returned)]
        filled = [answer for answer in read if not answer.is_blank]
        others = [answer for answer in filled[1:] if answer.content != filled[0].content]
        doubts += [doubt for answer in [*filled[:1], *others] for doubt in answer.doubts]
        if others:
            pairs = [(others[0], filled[0]), *((filled[0], other) for other in others)]
            doubts += [_of_file(own.file, "form_twice", "", unit, other=other.file) for other, own in pairs]
            answers.append(Answer(unit, year, unsaid=set(filled[0].people), files=filled[0].files))
        elif filled:
            answers.append(filled[0])
        elif read:
            blank[unit] = read[0].file
    doubts += check_whole(plan, answers) if kind == "unit_report" else []
    return Survey(year, tuple(answers), tuple(doubts), blank, len(returned), kind)


def _check_parts(plan: Plan, unit: str) -> Callable[[SheetReader, Answer], None]:
    """What withholds the numbers of a survey that cannot be."""
    known = _known_of(plan, unit)
    return lambda reader, answer: reader.check_parts(answer, known)


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
    for one in (one for one in returned if one.unit == unit and not one.doubt):
        if all(isinstance(sheet, RawSheet) and not sheet.name for sheet in one.sheets):
            texts += one.sheets
        else:
            yield one.sheets
    if texts:
        yield texts


def survey_tables(results: Results, survey: Survey) -> dict[Stem, pd.DataFrame]:
    """What came back as tables of the registry: `doubtful`, `not_answered`, and of a survey `summary`; what nobody said
    is empty."""
    plan, language = results.plan, results.plan.choices.language
    rows: dict[Stem, list[tuple[object, ...]]] = {
        **({"summary": _summaries(results, survey)} if survey.kind == "survey" else {}),
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


def _summaries(results: Results, survey: Survey) -> list[tuple[object, ...]]:
    need = unit_need(results, survey.year).groupby(["unit", "objective"])["needed"].sum().to_dict()
    return [
        (survey.year, answer.unit, row.id, *said.values(), answer.file)
        for answer in survey.answers
        for row in results.plan.tables.objectives
        if (said := _summary(answer, row, need.get((answer.unit, row.id))))
    ]


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
    return _with_own(survey, known, tables, made)


def _with_own(
    survey: Survey, known: date, tables: Mapping[str, RawTable], made: Mapping[str, list[dict[str, object]]]
) -> dict[str, RawTable]:
    kept = {name: _without(survey, known, tables[name]) for name in made if name in tables}
    return {name: _with_rows(name, kept.get(name), rows, known) for name, rows in made.items()}


def tables_with_reports(
    plan: Plan, tables: Mapping[str, RawTable], survey: Survey, known: date
) -> tuple[dict[str, RawTable], pd.DataFrame]:
    """`actuals` and `observations`: the rows in `tables`, then those of the reports; and the table `not_complete`."""
    own = _without(survey, known, tables["actuals"]) if "actuals" in tables else None
    found: Reported = reported_rows(plan, survey.year, survey.answers, own)
    made = {name: [{**row, **_basis(survey)} for row in getattr(found, name)] for name in ("actuals", "observations")}
    return _with_own(survey, known, tables, made), _not_complete(plan, survey.year, found.missing)


def _not_complete(plan: Plan, year: int, missing: Sequence[Missing]) -> pd.DataFrame:
    """The table `not_complete`; where no unit is asked for a number, it is the form of all units that lacks it."""
    rows = []
    for one in missing:
        names = [unit_name(plan, unit, plan.choices.language) for unit in one.units or [ALL_UNITS]]
        said = [f"{_pair_name(plan, one, language)}: {term('column', one.number, language)}" for language in LANGUAGES]
        ids = (len(one.units), "; ".join(one.units))
        rows.append((year, one.objective, one.program, one.number, *ids, "; ".join(names), *said))
    return pd.DataFrame(rows, columns=RESULTS["not_complete"].column_names)


def _pair_name(plan: Plan, one: Missing, language: str) -> str:
    """An objective, and a program where there is one, by their names."""
    pair = [plan.label("objectives", one.objective, language), plan.label("programs", one.program, language)]
    return " – ".join(filter(None, pair))


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
        "basis": f"statistic: {say(f'{survey.kind}.basis', 'en', year=survey.year)}",
        "basis_vi": say(f"{survey.kind}.basis", "vi", year=survey.year),
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
    plan, about = results.plan, survey_tables(results, survey)
    tables = read_plan_files(plan.path).tables
    if survey.kind == "survey":
        own = tables_with_survey(plan, tables, survey, known)
    else:
        own, about["not_complete"] = tables_with_reports(plan, tables, survey, known)
    texts = {name: table_text(table) for name, table in own.items() if table.rows}
    texts |= {stem: file_text(stem, frame) for stem, frame in about.items()}
    files = {f"{name}.csv": text.encode() for name, text in texts.items()}
    if survey.doubts:
        files[DOUBTFUL_BOOK] = doubtful_workbook(plan, about["doubtful"], plan.choices.language)
    return files


def doubtful_workbook(plan: Plan, doubtful: pd.DataFrame, language: str) -> bytes:
    """The table `doubtful` as a workbook that can be sent back; equal tables give equal bytes."""
    table = RESULTS["doubtful"]
    cells = doubtful.assign(unit=[unit and unit_name(plan, unit, language) for unit in doubtful["unit"]])
    book = Workbook(table.title(language))
    columns = [SheetColumn(table.heading(name, language), list(cells[name])) for name in table.column_names]
    book.add_table(table.title(language), columns)
    return book.content()


def answers_in_words(plan: Plan, survey: Survey, files: Mapping[str, bytes], language: str) -> str:
    """How many forms are read, and how many units have answered, of all and by route; how many doubts there are.

    Of reports also how many numbers are not taken as some units have not said theirs, by what `survey_files` gave.
    """
    routes: dict[str, list[bool]] = {}
    for unit in plan.tables.units:
        routes.setdefault(term("route", unit.bloc, language), []).append(unit.id in survey.units)
    parts = "; ".join(f"{route} {sum(units)}/{len(units)}" for route, units in routes.items())
    units = {"answered": sum(map(sum, routes.values())), "units": len(plan.tables.units)}
    values = {"files": survey.files, "doubts": len(survey.doubts), "year": survey.year, **units}
    missing = files.get("not_complete.csv", b"\n").splitlines()[1:]
    pairs = sum(b",enrolled," in line for line in missing)
    more = [say("unit_report.incomplete", language, numbers=len(missing))] if missing else []
    more += [say("unit_report.incomplete_pairs", language, pairs=pairs)] if pairs else []
    key = f"{survey.kind}.collected" if routes else "unit_report.collected_whole"
    return "\n".join([say(key, language, routes=parts, **values), *more])
