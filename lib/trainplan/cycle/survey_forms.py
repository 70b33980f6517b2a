"""The survey of needs and the report of a year: a workbook a unit to fill in, laid out as `survey_layout` says."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from pathlib import Path

from xlsxwriter.utility import xl_rowcol_to_cell

from trainplan.cycle.form_layout import signature_block
from trainplan.cycle.survey_formulas import SurveyFormulas
from trainplan.cycle.survey_layout import (
    ALL_UNITS,
    CODES,
    COUNTED,
    DONE,
    EXPECTED,
    FORM,
    GUIDE,
    MARK,
    NEEDS,
    PERSONS,
    REACHED,
    STAFF,
    VERSION,
    FormKind,
    Holds,
    SurveyColumn,
    SurveyForm,
    SurveySheet,
    form_of_unit,
    unit_name,
)
from trainplan.cycle.year_plan import unit_need, unit_plan
from trainplan.plan.find import folder_name
from trainplan.plan.plan import Plan
from trainplan.plan.scenarios import text_in
from trainplan.results.tables import Results
from trainplan.sheets.form import (
    Calculated,
    Check,
    Filled,
    FormBook,
    Frame,
    FrameColumn,
    check_bounds,
    check_choice,
)
from trainplan.sheets.formats import AS_TEXT, GENERAL, NUMBER_FORMATS
from trainplan.sheets.office_form import WHOLE
from trainplan.storage.files import write_bytes
from trainplan.text.catalog import say, term
from trainplan.text.problems import PlanError, Problem

FROZEN_TO = {  # the last column that stays in sight
    **{STAFF: "group", NEEDS: "objective", PERSONS: "name"},
    **{DONE: "program", REACHED: "objective"},
}
GUIDE_WIDTHS = (34, 100)  # of its columns, in letters
GUIDE_LINES: dict[FormKind, tuple[str, ...]] = {
    "survey": (
        *("unit", "year", "route", "steps", "staff", "groups", "persons", "needs"),
        *("empty", "numbers", "locked", "back"),
    ),
    "unit_report": (
        *("unit", "report_year", "route", "report_steps", "results", "counts"),
        *("empty", "report_numbers", "report_locked", "back"),
    ),
}
NAME_OF_ALL = "all_units"  # of the file that is filled in for all units together
ORDINAL = "0_)"  # with a space before what stands to the right
KEY_WIDTH = 4  # letters
OLDEST, YOUNGEST = 80, 16  # of those who are surveyed, in years
DAYS_A_YEAR = 366
MOST, MOST_VND = 1_000_000, 10**13  # people, where the total that they lie within is not filled in yet


def write_survey_forms(
    results: Results,
    year: int,
    folder: Path,
    done: Callable[[int], object] = lambda _: None,
    kind: FormKind = "survey",
) -> list[Path]:
    """Writes the form of every unit for the needs of `year`, `<unit>.xlsx`, in the plan's language; returns the files.

    Of a report of the year there is one for all units together as well, which a plan without units has alone. `done` is
    told how many are made. PlanError, and nothing written, where a survey finds no units in the plan, or it does not
    have the year, or the folder holds other workbooks: forms of another year, or forms that somebody has filled in.
    """
    plan = results.plan
    plan.check_year(year, "--year")
    if kind == "survey" and not plan.tables.units:
        raise PlanError([Problem("PLAN", "no_table_in_plan", plan.key, values={"table": "units"})])
    expected = _needs(results, year) if kind == "survey" else _plan_of_units(results, year)
    contents: dict[Path, bytes] = {}
    for (unit, own), name in zip(expected.items(), _file_names(expected), strict=True):
        form = form_of_unit(plan, unit, year, plan.choices.language, kind)
        contents[folder / f"{name}.xlsx"] = survey_workbook(plan, form, own)
        done(len(contents))
    _check_folder(folder, contents)
    return [write_bytes(path, content) for path, content in contents.items()]


def _needs(results: Results, year: int) -> dict[str, dict[str, float]]:
    """By unit and objective the people whom it needs to send in a year."""
    needs: dict[str, dict[str, float]] = {unit.id: {} for unit in results.plan.tables.units}
    of_year = unit_need(results, year).groupby(["unit", "objective"])["needed"].sum()
    for (unit_id, objective), people in of_year.items():
        needs[unit_id][objective] = people
    return needs


def _plan_of_units(results: Results, year: int) -> dict[str, dict[str, float]]:
    """By unit, and of all of them, and by `objective/program` the people whom the plan sends in a year."""
    units = [*(unit.id for unit in results.plan.tables.units), ALL_UNITS]
    planned: dict[str, dict[str, float]] = {unit: {} for unit in units}
    whole = results["enrollment"].assign(unit=ALL_UNITS, learners=lambda table: table["funded"])
    columns = ["year", "unit", "objective", "program", "learners"]
    for table in (unit_plan(results), whole):
        of_year = table.loc[table["year"] == year, columns]
        for _, unit_id, objective, program, people in of_year.itertuples(index=False):
            planned[unit_id][f"{objective}/{program}"] = people
    return planned


def _file_names(units: Collection[str]) -> list[str]:
    """A name for the file of each unit; those that a system would take for the same are told apart by a number."""
    names = [folder_name(unit or NAME_OF_ALL) for unit in units]
    folded = [name.casefold() for name in names]
    return [name if folded.index(name.casefold()) == i else f"{name}_{i}" for i, name in enumerate(names)]


def _check_folder(folder: Path, contents: Mapping[Path, bytes]) -> None:
    """PlanError where there are workbooks in the folder that are not the forms to be written."""
    there = sorted(folder.glob("*.xlsx")) if folder.is_dir() else []
    others = [path.name for path in there if path not in contents or path.read_bytes() != contents[path]]
    if others:
        raise PlanError([Problem("--output", "folder_of_other_forms", str(folder), values={"file": others[0]})])


def survey_workbook(plan: Plan, form: SurveyForm, expected: Mapping[str, float]) -> bytes:
    """The form of a unit as the bytes of its file; equal input gives equal bytes.

    `expected` are the people whom the unit would have to send by the target path, by objective, or whom it was to send
    by the plan, by `objective/program`; 0 where there is none.
    """
    unit = unit_name(plan, form.unit, form.language)
    book = FormBook(f"{form.names[FORM]}: {unit}, {form.year}")
    book.add_pages(form.names[GUIDE], GUIDE_WIDTHS, [_guide(plan, form, unit)])
    for sheet in form.tables.values():
        frame = _frame(form, sheet, unit)
        formulas = SurveyFormulas(form, frame.first_row)
        columns = [_column(form, sheet, column, formulas, expected) for column in sheet.columns]
        if sheet.has_keys:
            head, keys = say("survey.key", form.language), [row.key for row in sheet.rows]
            columns.insert(0, FrameColumn(head, "", KEY_WIDTH, keys, faint=True))
        frozen = sheet.places.get(FROZEN_TO.get(sheet.id, ""), -1) + 1
        book.add_framed(sheet.name, frame, columns, frozen)
    if form.choices:
        book.add_hidden(form.names[CODES], formulas.codes())
    known: dict[str, Filled] = {"plan": form.plan, "unit": form.unit, "year": form.year, "version": VERSION}
    known["kind"] = form.kind
    book.add_hidden(form.names[FORM], {"key": list(known), "value": list(known.values())})
    return book.content()


def _guide(plan: Plan, form: SurveyForm, unit: str) -> tuple[str, dict[str, str]]:
    """The title of the guide, and its texts by their labels."""
    route = [term("route", row.bloc, form.language) for row in plan.tables.units if row.id == form.unit]
    contact = [text_in(plan.choices.contact, form.language)] if plan.choices.contact else []
    values = {
        **{f"sheet_{sheet}": name for sheet, name in form.names.items()},
        **{"unit": unit, "year": form.year, "before": form.year - 1, "code": form.unit},
        "route": "; ".join([*route, *contact]),
    }
    lines = {
        say(f"survey.guide.{line}_label", form.language, **values): text
        for line in GUIDE_LINES[form.kind]
        if (text := say(f"survey.guide.{line}", form.language, **values))
    }
    return say(f"{form.kind}.title", form.language, year=form.year), lines


def _frame(form: SurveyForm, sheet: SurveySheet, unit: str) -> Frame:
    def text(key: str) -> str:
        return say(key, form.language, year=form.year, form=sheet.id.partition("_")[0].upper())

    over = [(text("survey.frame.superior"), text("survey.frame.form")), (unit, text("survey.frame.attached"))]
    year = text(f"{form.kind}.year")
    return Frame(over, sheet.title.upper(), year, text("survey.frame.unit"), signature_block(form.language))


def _column(
    form: SurveyForm, sheet: SurveySheet, column: SurveyColumn, formulas: SurveyFormulas, expected: Mapping[str, float]
) -> FrameColumn:
    """A column of a sheet, as it is handed out."""
    holds, layout = column.holds, column.layout
    return FrameColumn(
        layout.heading(form.language),
        layout.code,
        layout.width,
        _cells(sheet, column, formulas, expected),
        _number_format(column),
        open=holds.kind not in ("given", "formula"),
        closed=[r for r, row in enumerate(sheet.rows) if column.id in row.closed],
        check=_check(form, sheet, holds, formulas),
        marked_if=formulas.reason_wanted() if column.id == "reason" else "",
    )


def _cells(
    sheet: SurveySheet, column: SurveyColumn, formulas: SurveyFormulas, expected: Mapping[str, float]
) -> list[Filled | Calculated]:
    """What stands in a column already."""
    if not sheet.has_keys:
        return [float(n) if column.id == "number" else None for n in range(1, sheet.blank_rows + 1)]
    if column.id in EXPECTED:
        return [expected.get(row.key, 0.0) for row in sheet.rows]
    if column.holds.kind == "formula":
        return [
            None if column.id in row.closed else formulas.need(column.id, r, expected.get(row.key, 0.0))
            for r, row in enumerate(sheet.rows)
        ]
    return [row.given.get(column.id) for row in sheet.rows]


def _number_format(column: SurveyColumn) -> str:
    """The format of the cells of a column; what is said of a person, such as 06.031, stays as it is typed."""
    holds = column.holds
    if column.id == "coverage":
        return NUMBER_FORMATS["share"]
    if holds.kind == "formula" or column.id in EXPECTED:
        return WHOLE
    if holds.kind in COUNTED:
        return NUMBER_FORMATS["people"]
    if column.id == "number":
        return ORDINAL
    return AS_TEXT if holds.personal and holds.kind == "text" else GENERAL


def _check(form: SurveyForm, sheet: SurveySheet, holds: Holds, formulas: SurveyFormulas) -> Check | None:
    """What the cells of a column refuse, or the list that they offer; None where anything goes."""
    if holds.kind in ("given", "formula", "text"):
        return None
    says = say(f"survey.check.{holds.kind}", form.language)
    cells = formulas.choice_cells(holds.choices) if holds.choices else ""
    checks = {
        "people": lambda: check_bounds(0, MOST, False, True, says),
        "money": lambda: check_bounds(0, MOST_VND, False, True, says),
        "year": lambda: check_bounds(form.year - OLDEST, form.year - YOUNGEST, False, True, says),
        "number": lambda: check_bounds(0, DAYS_A_YEAR, False, False, says),
        "mark": lambda: check_choice([MARK], says),
        "choice": lambda: check_choice(cells, says) if cells else None,
    }
    check = checks[holds.kind]()
    if check and holds.within in sheet.places:
        total = xl_rowcol_to_cell(formulas.first, sheet.places[holds.within], col_abs=True)
        check["maximum"] = f"=IF(ISNUMBER({total}),{total},{MOST})"
    return check and {**check, "error_type": "stop"}
