"""Survey forms: a unit has its rows, what is given is protected, formulas add up, nothing filled in is overwritten."""

from __future__ import annotations

import csv
import io
import shutil
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from openpyxl.worksheet.worksheet import Worksheet

from making import SOUND
from office import convert, needs_office, sheets_as_csv
from strategies import plans_with_units
from test_year_plan import MANY, PROVINCE, Drawn, results_of
from trainplan.cli import main
from trainplan.cycle.survey_forms import survey_workbook, write_survey_forms
from trainplan.cycle.survey_layout import COLUMNS, GROUPS, NEEDS, PERSONS, STAFF, form_of_unit
from trainplan.cycle.year_plan import unit_need
from trainplan.plan.find import PROJECT
from trainplan.plan.plan import Plan, load_plan
from trainplan.results.tables import Results, compute
from trainplan.text.problems import PlanError

HEAD_ROW = 6  # of every table, under its title; then the codes, then the rows


def book_of(plan: Plan, unit: str, year: int, needs: dict[str, float] | None = None) -> openpyxl.Workbook:
    form = form_of_unit(plan, unit, year, plan.choices.language)
    return openpyxl.load_workbook(io.BytesIO(survey_workbook(plan, form, needs or {})))


def sheet_of(book: openpyxl.Workbook, plan: Plan, sheet: str) -> Worksheet:
    unit = plan.tables.units[0].id
    return book[form_of_unit(plan, unit, plan.first, plan.choices.language).names[sheet]]


def columns_of(sheet: Worksheet) -> dict[str, int]:
    """The columns of a table, from 1, by the codes under their headings."""
    return {str(cell.value).strip("()"): cell.column for cell in sheet[HEAD_ROW + 1] if cell.value}


def keys_of(sheet: Worksheet) -> list[str]:
    column = [sheet.cell(row, 1).value for row in range(HEAD_ROW + 2, sheet.max_row + 1)]
    return column[: column.index(None)] if None in column else column


def check_rows(plan: Plan, year: int) -> None:
    """Every unit has a row for each of its groups, their objectives, and the routes of these."""
    for unit in plan.tables.units:
        people = {row.group: row.headcount for row in plan.tables.unit_headcounts if row.unit == unit.id}
        groups = [row.id for row in plan.tables.groups if people.get(row.id, 0) > 0 or not any(people.values())]
        objectives = [row.id for row in plan.tables.objectives if row.group in groups]
        pairs = [f"{r.objective}/{r.program}" for r in plan.tables.routes if r.objective in objectives]
        book = book_of(plan, unit.id, year)
        found = {sheet: keys_of(sheet_of(book, plan, sheet)) for sheet in (STAFF, NEEDS, GROUPS)}
        assert found == {STAFF: groups, NEEDS: objectives, GROUPS: pairs}, unit.id


def test_every_unit_of_the_province_has_its_rows() -> None:
    check_rows(load_plan(PROVINCE), 2012)


@settings(MANY, max_examples=25)
@given(plans_with_units())
def test_every_unit_of_a_random_plan_has_its_rows_and_the_need_adds_up(drawn: Drawn) -> None:
    results = results_of(drawn)
    plan = results.plan
    check_rows(plan, plan.last)
    of_year = unit_need(results, plan.last)
    written = dict.fromkeys(of_year["objective"], 0.0)
    for unit in plan.tables.units:
        needs = of_year[of_year["unit"] == unit.id].groupby("objective")["needed"].sum().to_dict()
        sheet = sheet_of(book_of(plan, unit.id, plan.last, needs), plan, NEEDS)
        for row, key in enumerate(keys_of(sheet), HEAD_ROW + 2):
            written[key] = written.get(key, 0.0) + sheet.cell(row, columns_of(sheet)["13"]).value
    whole = results["enrollment"].query("year == @plan.last").groupby("objective")["needed"].sum()
    assert written == {objective: whole[objective] for objective in written}


def test_what_is_given_is_protected_and_what_is_asked_is_open() -> None:
    plan = load_plan(PROVINCE)
    book = book_of(plan, "tri_ton_state", 2012)
    form = form_of_unit(plan, "tri_ton_state", 2012, "vi")
    for id, table in form.tables.items():
        sheet = sheet_of(book, plan, id)
        assert sheet.protection.sheet and sheet.cell(HEAD_ROW, 2).protection.locked
        assert not sheet.protection.password
        for r in range(len(table.rows) or table.blank_rows):
            row = sheet[HEAD_ROW + 2 + r]
            assert not table.has_keys or row[0].protection.locked
            for column in table.columns:
                closed = table.has_keys and column.id in table.rows[r].closed
                asked = COLUMNS[id][column.id].kind not in ("given", "formula") and not closed
                assert row[table.places[column.id]].protection.locked != asked, (id, column.id, r)
    assert {name: book[form.names[name]].sheet_state for name in ("codes", "form")} == dict.fromkeys(
        ("codes", "form"), "hidden"
    )


def test_a_form_says_whose_it_is_whatever_its_file_is_called() -> None:
    plan = load_plan(PROVINCE)
    rows = book_of(plan, "tri_ton_party", 2013)[form_of_unit(plan, "tri_ton_party", 2013, "vi").names["form"]].values
    assert dict(rows) == {
        **{"key": "value", "plan": "an_giang_2011_2015", "unit": "tri_ton_party", "year": 2013},
        **{"version": 1, "kind": "survey"},
    }


def listed_words(book: openpyxl.Workbook, formula: str) -> list[str]:
    """The cells that a list to choose from names."""
    name, _, cells = formula.rpartition("!")
    return [cell.value for (cell,) in book[name.lstrip("=").strip("'")][cells.replace("$", "")]]


def validations(sheet: Worksheet) -> dict[str, Any]:
    """What is checked in the columns of a table, by their codes."""
    codes = {column: code for code, column in columns_of(sheet).items()}
    return {codes[next(iter(v.sqref.ranges)).min_col]: v for v in sheet.data_validations.dataValidation}


def test_drop_downs_offer_what_the_unit_may_ask_for() -> None:
    plan = load_plan(PROVINCE)
    book = book_of(plan, "justice", 2012)
    form = form_of_unit(plan, "justice", 2012, "vi")
    checks = validations(sheet_of(book, plan, PERSONS))
    assert listed_words(book, checks["20"].formula1) == list(form.choices["pair"].values())
    assert listed_words(book, checks["24"].formula1) == [plan.label("sources", s.id, "vi") for s in plan.tables.sources]
    assert len(listed_words(book, checks["21"].formula1)) == 4 and checks["9"].formula1 == '"x"'
    assert (checks["8"].formula1, checks["8"].formula2) == ("1932", "1996")
    assert {v.errorStyle for v in checks.values()} == {None}  # what is not in a list is refused


def test_people_are_whole_and_no_more_than_their_total() -> None:
    plan = load_plan(PROVINCE)
    checks = validations(sheet_of(book_of(plan, "justice", 2012), plan, STAFF))
    assert {(v.type, v.formula1) for v in checks.values()} == {("whole", "0")}
    assert "$D8" in checks["4"].formula2 and "$D8" not in checks["3"].formula2


def test_pairs_that_are_called_alike_are_told_apart(tmp_path: Path) -> None:
    plan = Path(shutil.copytree(SOUND, tmp_path / "plan"))
    rows = list(csv.DictReader((plan / "programs.csv").open(encoding="utf-8")))
    for row in rows:
        row.update(name_vi="Lớp", short_vi="")
    objectives = list(csv.DictReader((plan / "objectives.csv").open(encoding="utf-8")))
    for row in objectives:
        row.update(name_vi="Chuẩn")
    for name, written in (("programs", rows), ("objectives", objectives)):
        with (plan / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(written[0]), extrasaction="ignore")
            writer.writeheader()
            writer.writerows(written)
    pairs = form_of_unit(load_plan(plan), "north", 2022, "vi").choices["pair"]
    assert len(pairs) > 1 and len(set(pairs.values())) == len(pairs)


@pytest.fixture
def odd(tmp_path: Path) -> Plan:
    """The sound plan in Vietnamese alone, with a unit of one group, one of no known groups, and long, odd names."""
    plan = Path(shutil.copytree(SOUND, tmp_path / "plan"))
    long = "Ban Quản lý dự án đầu tư xây dựng các công trình giao thông: 'tỉnh' [mới] /*?"
    (plan / "units.csv").write_text(f"id,name_vi,bloc\nnorth,{long},state\nnew,=1+1,khối khác\n", "utf-8")
    (plan / "unit_headcounts.csv").write_text("unit,group,headcount,basis\nnorth,leaders,100,law: x\n", "utf-8")
    (plan / "unit_baselines.csv").unlink(missing_ok=True)
    return load_plan(plan)


def test_a_unit_of_one_group_and_one_of_which_nothing_is_known(odd: Plan) -> None:
    check_rows(odd, 2022)
    assert keys_of(sheet_of(book_of(odd, "north", 2022), odd, STAFF)) == ["leaders"]
    assert keys_of(sheet_of(book_of(odd, "new", 2022), odd, STAFF)) == [row.id for row in odd.tables.groups]


def test_names_stay_text_and_the_route_is_that_of_the_bloc(odd: Plan) -> None:
    guide = {
        unit: dict(book_of(odd, unit, 2022).worksheets[0].iter_rows(3, values_only=True)) for unit in ("north", "new")
    }
    assert guide["new"]["Đơn vị"] == "=1+1" and guide["new"]["Nơi nhận, thẩm định"].startswith("khối khác")
    assert guide["north"]["Nơi nhận, thẩm định"].startswith("Sở Nội vụ")
    sheet = sheet_of(book_of(odd, "new", 2022), odd, STAFF)
    assert [cell.data_type for row in sheet["A1:J2"] for cell in row if cell.value == "=1+1"] == ["s"]


def test_units_that_a_system_would_take_for_the_same_have_files_of_their_own(odd: Plan, tmp_path: Path) -> None:
    with (odd.path.parent / "units.csv").open("a", encoding="utf-8") as file:
        file.write("NEW,Mới,state\nnew?,Mới,state\nnew:,Mới,state\n")
    paths = write_survey_forms(compute(load_plan(odd.path)), 2022, tmp_path / "out")
    assert len({path.name.casefold() for path in paths}) == 5 and all(path.is_file() for path in paths)


def results_of_province() -> Results:
    return compute(load_plan(PROVINCE))


def test_equal_bytes_twice(tmp_path: Path) -> None:
    results = compute(load_plan(SOUND))
    first, second = ([p.read_bytes() for p in write_survey_forms(results, 2022, tmp_path / n)] for n in ("a", "b"))
    assert first == second and len(first) == len(results.plan.tables.units)


def csv_cells(path: Path) -> list[list[str]]:
    return list(csv.reader(path.open(encoding="utf-8")))


@needs_office
def test_formulas_of_a_form_that_nobody_has_filled_in_are_worked_out_already(tmp_path: Path) -> None:
    results = results_of_province()
    path = next(p for p in write_survey_forms(results, 2012, tmp_path / "forms") if p.stem == "tri_ton_state")
    cached = openpyxl.load_workbook(path, data_only=True)
    anew = openpyxl.load_workbook(convert(path, "xlsx", tmp_path), data_only=True)
    formulas = 0
    for sheet in openpyxl.load_workbook(path):
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    own, other = (book[sheet.title][cell.coordinate].value for book in (cached, anew))
                    assert (own or 0) == (other or 0), (sheet.title, cell.coordinate)
                    formulas += 1
    assert formulas > 100


@needs_office
def test_a_form_that_is_filled_in_adds_up(tmp_path: Path) -> None:
    plan = load_plan(PROVINCE)
    form = form_of_unit(plan, "justice", 2012, "vi")
    book = book_of(plan, "justice", 2012, {"rank_standard": 4.0})
    staff, needs, groups, persons = (sheet_of(book, plan, sheet) for sheet in (STAFF, NEEDS, GROUPS, PERSONS))
    staff.cell(HEAD_ROW + 2, columns_of(staff)["3"]).value = 50
    row = HEAD_ROW + 2 + keys_of(needs).index("rank_standard")
    needs.cell(row, columns_of(needs)["6"]).value = 20
    pair = "rank_standard/rank_course"
    groups.cell(HEAD_ROW + 2 + keys_of(groups).index(pair), columns_of(groups)["3"]).value = 3
    groups.cell(HEAD_ROW + 2, columns_of(groups)["3"]).value = "2 người"  # no number: not counted, and no error
    for n in range(2):
        persons.cell(HEAD_ROW + 2 + n, columns_of(persons)["20"]).value = form.choices["pair"][pair]
    book.save(tmp_path / "filled.xlsx")
    cells = csv_cells(sheets_as_csv(tmp_path / "filled.xlsx", tmp_path)[form.names[NEEDS]])[row - 1]
    found = {code: cells[column - 1] for code, column in columns_of(needs).items()}
    assert [found[code] for code in ("3", "7", "8", "12", "13", "14")] == ["50", "40%", "30", "5", "4", "1"]


def with_layout(tmp_path: Path, sheet: str, text: str) -> Plan:
    """The plan of the province with a layout of its own."""
    folder = Path(shutil.copytree(PROVINCE, tmp_path / "params" / PROVINCE.name))
    data = PROJECT / "data" / PROVINCE.name
    plan_file = folder / "plan.yaml"
    plan_file.write_text(plan_file.read_text("utf-8").replace("../../data/an_giang_2011_2015", str(data)), "utf-8")
    (folder / "forms").mkdir(exist_ok=True)
    (folder / "forms" / f"{sheet}.yaml").write_text(text, "utf-8")
    return load_plan(plan_file)


OWN = """title: {vi: Đội ngũ của chúng tôi}
columns:
  - {id: group, code: "2", vi: Nhóm, width: 30}
  - {id: women, code: "4", vi: Nữ, on: false}
  - {id: present, code: "3", vi: Có mặt}
  - {id: remark, code: "9", vi: Nhận xét, blank: true}
"""


def test_an_office_has_columns_of_its_own(tmp_path: Path) -> None:
    plan = with_layout(tmp_path, STAFF, OWN)
    sheet = sheet_of(book_of(plan, "justice", 2012), plan, STAFF)
    assert [cell.value for cell in sheet[HEAD_ROW]][1:] == ["Nhóm", "Có mặt", "Nhận xét"]
    assert sheet.cell(3, 1).value == "ĐỘI NGŨ CỦA CHÚNG TÔI"
    assert not sheet.cell(HEAD_ROW + 2, 4).protection.locked


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("id: women", "id: woman", "'woman'"),
        ("vi: Có mặt}", "vi: Có mặt, on: false}", "'present'"),
        ("id: remark", "id: group", "'group'"),
        ('code: "9"', 'kode: "9"', "kode"),
        ("title: {vi: ", "title: [{vi: ", "b02_staff.yaml"),
    ],
)
def test_a_wrong_layout_is_told_with_its_place(tmp_path: Path, old: str, new: str, said: str) -> None:
    plan = with_layout(tmp_path, STAFF, OWN.replace(old, new))
    with pytest.raises(PlanError) as error:
        form_of_unit(plan, "justice", 2012, "vi")
    assert said in str(error.value) and "forms/b02_staff.yaml" in str(error.value)


def forms(plan: Path, year: int, folder: Path) -> int:
    return main(["survey", "forms", str(plan), "--year", str(year), "--output", str(folder)])


def test_the_command_writes_a_form_a_unit(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    units = [row.id for row in load_plan(SOUND).tables.units]
    assert forms(SOUND, 2022, tmp_path / "out") == 0
    assert {path.name for path in (tmp_path / "out").iterdir()} == {f"{unit}.xlsx" for unit in units}
    assert f"{len(units)} phiếu / {len(units)} forms: {tmp_path / 'out'}" in capsys.readouterr().out


def test_forms_of_another_year_or_filled_in_are_not_overwritten(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert forms(SOUND, 2022, tmp_path) == 0
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    assert forms(SOUND, 2022, tmp_path) == 0  # what is there already
    assert forms(SOUND, 2023, tmp_path) == 2
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before
    assert str(tmp_path) in capsys.readouterr().err


@pytest.mark.parametrize(
    ("plan", "year", "said"),
    [(SOUND, 2029, "'2029'"), (Path(__file__).parent / "plans" / "worked_example", 2012, "'units'")],
)
def test_a_wrong_year_or_plan_is_told_and_nothing_is_written(
    plan: Path, year: int, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert forms(plan, year, tmp_path / "none") == 2
    assert said in capsys.readouterr().err and not (tmp_path / "none").exists()
