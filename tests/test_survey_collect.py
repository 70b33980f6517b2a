"""What comes back of a survey: what is certain is taken, every other cell told with its place, and no name leaves."""

from __future__ import annotations

import csv
import datetime
import io
import shutil
import unicodedata
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from making import SOUND
from office import convert, needs_office, sheets_as_csv
from survey_office import FilledForm
from trainplan.cli import main
from trainplan.cycle.survey_files import RawSheet, read_sheets, returned_files
from trainplan.cycle.survey_forms import write_survey_forms
from trainplan.cycle.survey_layout import COLUMNS, FORM, GROUPS, NEEDS, PERSONS, STAFF
from trainplan.cycle.survey_reading import Unclear, doubtful_text, read_whole
from trainplan.cycle.survey_tables import Survey, collect_survey
from trainplan.cycle.year_plan import unit_plan
from trainplan.plan.plan import Plan, load_plan
from trainplan.results.tables import compute

YEAR, KNOWN = 2022, "2021-09-15"
FILE = "north.xlsx"
NAMES = ("Nguyễn Văn Bình", "Trần Thị Mỹ Dung", "Néang Sóc Kha")
STAFF_NUMBERS = {"present": 500, "women": 200, "young": 90, "planned": 40, "minority": 0}
NEED_NUMBERS = {"reached": 300, "studying": 20, "leaving": 10, "joining": 5, "proposed": 30, "proposed_women": 12}
CLEAN = {
    **{(STAFF, "officials", column): people for column, people in STAFF_NUMBERS.items()},
    **{(NEEDS, "degree", column): people for column, people in NEED_NUMBERS.items()},
    (NEEDS, "new", "proposed"): 6,
    (GROUPS, "degree/college", "people"): 21,
    (GROUPS, "new/short", "people"): 6,
    (PERSONS, "degree/college", "people"): 1,
    (PERSONS, "degree/evening", "people"): 2,
}
PLACE_OF_PERSON = {1: "degree/college", 2: "degree/evening", 3: "degree/evening"}

Told = tuple[str, str, str, str]  # sheet, key or number of the row, column, code
Key = tuple[str, str, str]


@pytest.fixture(scope="module")
def plan() -> Plan:
    return load_plan(SOUND)


@pytest.fixture(scope="module")
def forms(plan: Plan, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The forms as they are handed out, by unit."""
    paths = write_survey_forms(compute(plan), YEAR, tmp_path_factory.mktemp("forms"))
    return {path.stem: path.read_bytes() for path in paths}


@pytest.fixture
def filled(plan: Plan, forms: dict[str, bytes]) -> FilledForm:
    """The form of a unit, filled in without a mistake."""
    return fill_in(FilledForm(plan, "north", YEAR, forms["north"]))


def fill_in(form: FilledForm) -> FilledForm:
    """Types what is CLEAN, and of three persons everything that the form asks for."""
    for (sheet, key, column), people in CLEAN.items():
        if sheet != PERSONS:
            form.set(sheet, key, **{column: people})
    form.set(GROUPS, "degree/college", quarter="Quý II", priority="1 – bắt buộc theo chuẩn")
    texts = [id for id, holds in COLUMNS[PERSONS].items() if holds.personal and holds.kind == "text"]
    for number, name in enumerate(NAMES, 1):
        of_person = {**{column: f"{column} {name}" for column in texts}, "name": name, "born": 1970 + number}
        form.person(number, PLACE_OF_PERSON[number], **of_person, woman="x", days_learned=3)
    return form


def collect(plan: Plan, folder: Path) -> Survey:
    """What the files of a folder say."""
    files = returned_files(folder, folder / "out")
    return collect_survey(plan, {path.name: read_sheets(path, path.name) for path in files})


def run_collect(folder: Path, output: Path, plan: Path = SOUND, known: str = KNOWN) -> int:
    """The command, as people type it."""
    return main(["survey", "collect", str(plan), str(folder), "--as-of", known, "--output", str(output)])


def rows_of(folder: Path, table: str) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    return list(csv.DictReader(io.StringIO((folder / f"{table}.csv").read_text("utf-8-sig"), newline="")))


def people_of(survey: Survey, unit: str = "north") -> dict[Key, int]:
    """What is taken of a unit."""
    return next((answer.people for answer in survey.answers if answer.unit == unit), {})


def told_of(survey: Survey) -> list[tuple[str, str, str, str]]:
    """What is doubtful: file, sheet, cell, code."""
    return sorted((doubt.file, doubt.sheet, doubt.cell, doubt.code) for doubt in survey.doubts)


def check(form: FilledForm, told: Iterable[Told], lost: Iterable[Key], plan: Plan, folder: Path) -> None:
    """Exactly these cells are told, and all that is not lost is taken as it was typed."""
    expected = [
        (FILE, form.sheet(sheet).title, form.cell(sheet, key, column).coordinate if key else "", code)
        for sheet, key, column, code in told
    ]
    form.save(folder / "returned" / FILE)
    survey = collect(plan, folder / "returned")
    assert told_of(survey) == sorted(expected)
    assert people_of(survey) == {key: people for key, people in CLEAN.items() if key not in set(lost)}


# ------------------------------------------------------------------------------------------------- what a cell says

CERTAIN = {
    "12": 12, " 12 ": 12, "１２": 12, "12 người": 12, "12người": 12, "012": 12, "12.0": 12, "12,00": 12, "0": 0,
    12.0: 12, "-": None, "–": None, "12 people": 12,
}  # fmt: skip
DOUBTFUL = {
    -3: "people", "-3": "people", 12.5: "people", "1,5": "people", "12,5": "people", "khoảng 10": "people",
    "10-12": "people", "1O": "people", "l2": "people", "mười": "people", True: "people", "50%": "people",
    "½": "people", "1e3": "people", "12?": "people", "+": "people", 2_000_000: "people", "9999999": "people",
    "²": "people", "1.234": "two_ways", "1,234": "two_ways", "1 234": "two_ways", "1.234.567": "two_ways",
    "1.000": "two_ways",
    datetime.date(2012, 5, 3): "made_a_date", datetime.datetime(2012, 5, 3, 8): "made_a_date",
    datetime.time(8): "made_a_date", "03/05/2012": "made_a_date", "#REF!": "not_computed", "#DIV/0!": "not_computed",
}  # fmt: skip


@pytest.mark.parametrize("value", CERTAIN, ids=repr)
def test_what_is_certain_is_read(value: object) -> None:
    assert read_whole(value) == CERTAIN[value]


@pytest.mark.parametrize("value", DOUBTFUL, ids=repr)
def test_what_is_doubtful_is_told_with_its_cell(value: object, filled: FilledForm, plan: Plan, tmp_path: Path) -> None:
    with pytest.raises(Unclear) as unclear:
        read_whole(value)
    assert unclear.value.code == DOUBTFUL[value]
    filled.set(NEEDS, "degree", leaving=value)
    lost = (NEEDS, "degree", "leaving")
    check(filled, [(*lost, DOUBTFUL[value])], [lost], plan, tmp_path)


@given(st.one_of(st.text(max_size=12), st.floats(), st.integers(-9, 9999), st.booleans()))
def test_nothing_is_invented(value: object) -> None:
    try:
        people = read_whole(value)
    except Unclear:
        return
    digits = "".join(c for c in unicodedata.normalize("NFKC", str(value)).split(".")[0].split(",")[0] if c.isdigit())
    assert people is None or (people >= 0 and int(digits) == people)


@given(st.text(max_size=60))
def test_what_is_told_of_a_doubtful_cell_has_no_name(value: str) -> None:
    assert not any(name in doubtful_text(f"{value} {name} {value}") for name in NAMES)
    assert doubtful_text(value) in (value, "…")


# --------------------------------------------------------------------------------------------- what people do to a form


def test_a_clean_form_gives_what_was_typed(filled: FilledForm, plan: Plan, tmp_path: Path) -> None:
    check(filled, [], [], plan, tmp_path)


def sheets_renamed(form: FilledForm) -> None:
    for number, sheet in enumerate(form.form.tables):
        form.sheet(sheet).title = f"Sheet{number}"


def sheets_moved(form: FilledForm) -> None:
    form.book.move_sheet(form.book.worksheets[1], 4)
    form.book.create_sheet("Sheet9", 0)


def rows_inserted_above(form: FilledForm) -> None:
    for sheet in form.form.tables:
        form.insert_rows(sheet, 1, 5)
        form.sheet(sheet)["C2"] = "Công văn số 12/SNV ngày 3/5/2012"


def rows_inserted_within(form: FilledForm) -> None:
    form.insert_rows(GROUPS, form.row(GROUPS, "degree/evening"), 2)
    form.insert_rows(NEEDS, form.row(NEEDS, "new"))
    form.insert_rows(PERSONS, form.row(PERSONS, "2"), 3)


def columns_inserted(form: FilledForm) -> None:
    row = form.row(STAFF, "officials")
    for sheet in form.form.tables:
        form.sheet(sheet).insert_cols(1)
        form.sheet(sheet).insert_cols(7)
    form.sheet(STAFF).cell(row, 7).value = 44


def keys_cleared(form: FilledForm) -> None:
    for sheet in (STAFF, NEEDS, GROUPS):
        for row in form.form.tables[sheet].rows:
            form.sheet(sheet).cell(form.row(sheet, row.key), 1).value = None


def codes_deleted(form: FilledForm) -> None:
    for sheet in form.form.tables:
        form.sheet(sheet).delete_rows(form.head_row(sheet) + 1)


def heads_reworded(form: FilledForm) -> None:
    for sheet, table in form.form.tables.items():
        for place in table.places.values():
            form.sheet(sheet).cell(form.head_row(sheet), place + 1).value = f"Cột {place}"


def heads_split(form: FilledForm) -> None:
    sheet, row = form.sheet(STAFF), form.head_row(STAFF)
    sheet.merge_cells(start_row=row, end_row=row, start_column=5, end_column=8)
    sheet.cell(row, 5).value = "Trong đó"


def remarks_below(form: FilledForm) -> None:
    sheet = form.sheet(NEEDS)
    last = form.row(NEEDS, "new")
    sheet.cell(last + 7, 7).value = "Ghi chú: số liệu đến 31/12/2021"
    sheet.cell(last + 8, 7).value = 12


def total_added(form: FilledForm) -> None:
    sheet, last = form.sheet(NEEDS), form.row(NEEDS, "new")
    form.insert_rows(NEEDS, last + 1)
    sheet.cell(last + 1, 3).value = "Tổng cộng"
    sheet.cell(last + 1, 10).value = 20


def rows_sorted(form: FilledForm) -> None:
    sheet = form.sheet(GROUPS)
    one, other = form.row(GROUPS, "degree/college"), form.row(GROUPS, "new/short")
    for column in range(1, sheet.max_column + 1):
        a, b = sheet.cell(one, column), sheet.cell(other, column)
        a.value, b.value = b.value, a.value


def sheet_copied(form: FilledForm) -> None:
    form.book.copy_worksheet(form.sheet(GROUPS))


def blank_copy(form: FilledForm) -> None:
    copy = form.book.copy_worksheet(form.sheet(GROUPS))
    for row in form.form.tables[GROUPS].rows:
        for column in range(6, 11):
            copy.cell(form.row(GROUPS, row.key), column).value = None


def row_copied(form: FilledForm) -> None:
    copy_row(form, GROUPS, "degree/college")


def copy_row(form: FilledForm, sheet: str, key: str) -> None:
    """Inserts a copy of a row above it."""
    own, row = form.sheet(sheet), form.row(sheet, key)
    form.insert_rows(sheet, row)
    for column in range(1, own.max_column + 1):
        own.cell(row, column).value = own.cell(row + 1, column).value


def decomposed(form: FilledForm) -> None:
    for sheet in form.form.tables:
        for cell in (cell for row in form.sheet(sheet).iter_rows() for cell in row if isinstance(cell.value, str)):
            cell.value = unicodedata.normalize("NFD", cell.value) if not cell.value.startswith("=") else cell.value
        form.sheet(sheet).title = unicodedata.normalize("NFD", form.sheet(sheet).title)[:31]


def column_copied(form: FilledForm) -> None:
    own = form.sheet(STAFF)
    for row in range(1, own.max_row + 1):
        own.cell(row, 12).value = own.cell(row, 5).value


HARMLESS = [
    *(sheets_renamed, sheets_moved, rows_inserted_above, rows_inserted_within, columns_inserted, keys_cleared),
    *(codes_deleted, heads_reworded, heads_split, remarks_below, total_added, rows_sorted, sheet_copied, blank_copy),
    *(row_copied, decomposed, column_copied),
]


@pytest.mark.parametrize("do", HARMLESS, ids=lambda do: do.__name__)
def test_what_does_no_harm_is_read_as_if_nothing_were(
    do: Callable[[FilledForm], None], filled: FilledForm, plan: Plan, tmp_path: Path
) -> None:
    do(filled)
    check(filled, [], [], plan, tmp_path)


def more_women(form: FilledForm) -> None:
    form.set(STAFF, "officials", women=501)


def more_reached(form: FilledForm) -> None:
    form.set(NEEDS, "degree", reached=501)


def more_proposed(form: FilledForm) -> None:
    form.set(NEEDS, "degree", proposed_women=31)


def closed_cell(form: FilledForm) -> None:
    form.set(NEEDS, "new", reached=9)


def merged_numbers(form: FilledForm) -> None:
    row = form.row(GROUPS, "degree/college")
    form.sheet(GROUPS).merge_cells(start_row=row, end_row=row + 1, start_column=6, end_column=6)


def unknown_row(form: FilledForm) -> None:
    row = form.row(GROUPS, "degree/evening")
    form.insert_rows(GROUPS, row)
    form.sheet(GROUPS).cell(row, 1).value = "degree/doctor"
    form.sheet(GROUPS).cell(row, 6).value = 3


def row_copied_with_other_number(form: FilledForm) -> None:
    copy_row(form, GROUPS, "new/short")
    form.sheet(GROUPS).cell(form.row(GROUPS, "new/short") + 1, 6).value = 7


def other_copy(form: FilledForm) -> None:
    copy = form.book.copy_worksheet(form.sheet(GROUPS))
    copy.title = "Bản sao"
    copy.cell(form.row(GROUPS, "new/short"), 6).value = 7


def unknown_pair(form: FilledForm) -> None:
    form.person(1, "Cao học")


def misspelt_pair(form: FilledForm) -> None:
    form.person(1, form.form.choices["pair"]["degree/college"].replace("C", "K", 1)[:-1])


def unknown_priority(form: FilledForm) -> None:
    form.set(GROUPS, "degree/college", priority="9")


def person_twice(form: FilledForm) -> None:
    form.person(3, "degree/evening", name=NAMES[1].upper(), born=1972)


def no_pair(form: FilledForm) -> None:
    form.cell(PERSONS, "1", "pair").value = None


def requested_overtyped(form: FilledForm) -> None:
    form.set(NEEDS, "degree", requested=30)


def present_overtyped(form: FilledForm) -> None:
    form.set(NEEDS, "new", present=490)


def nobody_there(form: FilledForm) -> None:
    form.set(STAFF, "officials", present=0, women=0, young=0, planned=0)
    form.set(NEEDS, "degree", reached=0, studying=0, leaving=0)


def column_deleted(form: FilledForm) -> None:
    form.sheet(STAFF).delete_cols(5)


def column_copied_with_other_number(form: FilledForm) -> None:
    column_copied(form)
    form.sheet(STAFF).cell(form.row(STAFF, "officials"), 12).value = 201


REQUESTS = [key for key in CLEAN if key[0] in (GROUPS, PERSONS)]
PRESENT = (STAFF, "officials", "present")
WOMEN = (STAFF, "officials", "women")
COLLEGE, SHORT = (GROUPS, "degree/college", "people"), (GROUPS, "new/short", "people")
HARMFUL: dict[Callable[[FilledForm], None], tuple[list[Told], list[Key]]] = {
    more_women: ([(*WOMEN, "within")], [PRESENT, WOMEN]),
    more_reached: ([(NEEDS, "degree", "reached", "within")], [PRESENT, (NEEDS, "degree", "reached")]),
    more_proposed: (
        [(NEEDS, "degree", "proposed_women", "within")],
        [(NEEDS, "degree", "proposed"), (NEEDS, "degree", "proposed_women")],
    ),
    closed_cell: ([(NEEDS, "new", "reached", "closed")], []),
    merged_numbers: ([(*COLLEGE, "merged")], [COLLEGE]),
    unknown_row: ([(GROUPS, "degree/doctor", "people", "row_unknown")], []),
    unknown_priority: ([(GROUPS, "degree/college", "priority", "choice")], []),
    unknown_pair: ([(PERSONS, "1", "pair", "choice")], [(PERSONS, "degree/college", "people")]),
    misspelt_pair: ([(PERSONS, "1", "pair", "choice_near")], [(PERSONS, "degree/college", "people")]),
    no_pair: ([(PERSONS, "1", "pair", "pair_missing")], [(PERSONS, "degree/college", "people")]),
    requested_overtyped: ([(NEEDS, "degree", "requested", "overtyped")], []),
    present_overtyped: ([(NEEDS, "new", "present", "overtyped")], []),
    column_deleted: ([(STAFF, "", "", "column_missing")], [WOMEN]),
}


@pytest.mark.parametrize("do", HARMFUL, ids=lambda do: do.__name__)
def test_what_is_wrong_is_told_with_its_cell_and_nothing_else(
    do: Callable[[FilledForm], None], filled: FilledForm, plan: Plan, tmp_path: Path
) -> None:
    do(filled)
    check(filled, *HARMFUL[do], plan, tmp_path)


def test_a_row_twice_with_other_numbers_is_told_where_it_stands_again(
    filled: FilledForm, plan: Plan, tmp_path: Path
) -> None:
    row_copied_with_other_number(filled)
    filled.save(tmp_path / FILE)
    survey = collect(plan, tmp_path)
    row = filled.row(GROUPS, "new/short") + 1
    assert told_of(survey) == [(FILE, filled.sheet(GROUPS).title, f"F{row}", "row_twice")]
    assert people_of(survey) == {key: people for key, people in CLEAN.items() if key != SHORT}


def test_a_sheet_copied_with_other_numbers_is_not_taken(filled: FilledForm, plan: Plan, tmp_path: Path) -> None:
    other_copy(filled)
    filled.save(tmp_path / FILE)
    survey = collect(plan, tmp_path)
    assert told_of(survey) == [(FILE, "Bản sao", "", "sheet_twice")]
    assert people_of(survey) == {key: people for key, people in CLEAN.items() if key[0] != GROUPS}


def test_a_column_copied_with_other_numbers_is_told(filled: FilledForm, plan: Plan, tmp_path: Path) -> None:
    column_copied_with_other_number(filled)
    filled.save(tmp_path / FILE)
    survey = collect(plan, tmp_path)
    row = filled.row(STAFF, "officials")
    assert told_of(survey) == [(FILE, filled.sheet(STAFF).title, f"L{row}", "column_twice")]
    assert people_of(survey) == {key: people for key, people in CLEAN.items() if key != WOMEN}


def test_a_person_twice_for_one_course_counts_once(filled: FilledForm, plan: Plan, tmp_path: Path) -> None:
    person_twice(filled)
    cell = filled.cell(PERSONS, "3", "pair").coordinate
    filled.save(tmp_path / FILE)
    survey = collect(plan, tmp_path)
    assert told_of(survey) == [(FILE, filled.sheet(PERSONS).title, cell, "person_twice")]
    assert people_of(survey) == {**CLEAN, (PERSONS, "degree/evening", "people"): 1}


def test_nobody_is_asked_for_of_whom_nobody_is_there(filled: FilledForm, plan: Plan, tmp_path: Path) -> None:
    nobody_there(filled)
    filled.save(tmp_path / FILE)
    survey = collect(plan, tmp_path)
    assert {doubt.code for doubt in survey.doubts} == {"nobody_there"} and len(survey.doubts) == len(REQUESTS)
    assert not set(REQUESTS) & set(people_of(survey)) and people_of(survey)[PRESENT] == 0


def test_a_blank_form_and_one_that_says_nothing_are_no_answer(
    plan: Plan, forms: dict[str, bytes], tmp_path: Path
) -> None:
    (tmp_path / "south.xlsx").write_bytes(forms["south"])
    form = FilledForm(plan, "north", YEAR, forms["north"])
    form.set(STAFF, "officials", present="–")
    form.save(tmp_path / "north.xlsx")
    survey = collect(plan, tmp_path)
    assert not survey.answers and not survey.doubts
    assert survey.blank == {"north": "north.xlsx", "south": "south.xlsx"}


# ------------------------------------------------------------------------------------------------- what comes of files


def test_a_form_is_known_whatever_its_file_is_called(filled: FilledForm, plan: Plan, tmp_path: Path) -> None:
    filled.save(tmp_path / "phieu (1) gui lai.xlsx")
    assert people_of(collect(plan, tmp_path)) == CLEAN


def without_its_hidden_sheet(filled: FilledForm) -> FilledForm:
    del filled.book[filled.form.names[FORM]]
    return filled


def test_without_its_hidden_sheet_a_form_is_known_by_the_name_of_its_file(
    filled: FilledForm, plan: Plan, tmp_path: Path
) -> None:
    without_its_hidden_sheet(filled).save(tmp_path / "Phieu-north_2022.xlsx")
    filled.save(tmp_path / "Huyện Nam.xlsx")
    survey = collect(plan, tmp_path)
    assert people_of(survey) == CLEAN and people_of(survey, "south") == CLEAN


def test_a_file_of_which_nothing_says_whose_it_is_is_told(
    filled: FilledForm, plan: Plan, forms: dict[str, bytes], tmp_path: Path
) -> None:
    for copy in ("a", "b"):
        (tmp_path / f"{copy}.xlsx").write_bytes(forms["south"])
    without_its_hidden_sheet(filled).save(tmp_path / "phieu.xlsx")
    filled.save(tmp_path / "north 2023.xlsx")
    survey = collect(plan, tmp_path)
    assert told_of(survey) == [("north 2023.xlsx", "", "", "other_year"), ("phieu.xlsx", "", "", "unit_unknown")]
    assert not survey.answers


@pytest.mark.parametrize(
    ("key", "value", "code"),
    [
        *(("plan", "ke_hoach_khac", "other_plan"), ("version", 0, "other_plan"), ("unit", "west", "unit_unknown")),
        *(("year", 2019, "year_unknown"), ("year", 2023, "other_year")),
    ],
)
def test_a_form_of_another_plan_unit_or_year_is_told(
    key: str, value: object, code: str, filled: FilledForm, plan: Plan, forms: dict[str, bytes], tmp_path: Path
) -> None:
    hidden = filled.book[filled.form.names[FORM]]
    next(row for row in hidden.iter_rows() if row[0].value == key)[1].value = value
    filled.save(tmp_path / FILE)
    for copy in ("a", "b"):
        (tmp_path / f"{copy}.xlsx").write_bytes(forms["south"])
    survey = collect(plan, tmp_path)
    assert told_of(survey) == [(FILE, "", "", code)] and survey.year == YEAR and not survey.answers


def test_a_form_sent_twice_counts_once_and_not_at_all_where_the_two_differ(
    filled: FilledForm, plan: Plan, tmp_path: Path
) -> None:
    filled.save(tmp_path / "a.xlsx")
    filled.save(tmp_path / "b.xlsx")
    assert people_of(collect(plan, tmp_path)) == CLEAN and not collect(plan, tmp_path).doubts
    filled.set(GROUPS, "new/short", people=5)
    filled.save(tmp_path / "c.xlsx")
    survey = collect(plan, tmp_path)
    assert told_of(survey) == [("a.xlsx", "", "", "form_twice"), ("c.xlsx", "", "", "form_twice")]
    assert people_of(survey) == {} and survey.units == {"north"}


def damaged(content: bytes) -> bytes:
    return content[: len(content) // 2]


def with_a_password(_: bytes) -> bytes:
    """How Excel keeps a workbook with a password: as a stream of an OLE file."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1016) + "EncryptedPackage".encode("utf-16-le")


def far_away(content: bytes) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(content))
    for sheet in book.worksheets:
        sheet.cell(900_000, 3).value = "x"
    new = io.BytesIO()
    book.save(new)
    return new.getvalue()


def repeated(columns: int, rows: int) -> bytes:
    """A sheet as LibreOffice saves it, with one cell that is repeated so often, and the blank rest of the sheet."""
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    cell = f'<table:table-cell office:value-type="string" table:number-columns-repeated="{columns}"><text:p>x</text:p>'
    row = f'<table:table-row table:number-rows-repeated="{rows}">{cell}</table:table-cell></table:table-row>'
    rest = (
        '<table:table-row table:number-rows-repeated="1048000"><table:table-cell'
        ' table:number-columns-repeated="16384"/></table:table-row>'
    )
    sheet = f'<office:spreadsheet><table:table table:name="x">{row}{rest}</table:table></office:spreadsheet>'
    new = io.BytesIO()
    with zipfile.ZipFile(new, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        body = f"<office:body>{sheet}</office:body>"
        archive.writestr("content.xml", f"<office:document-content {spaces}>{body}</office:document-content>")
    return new.getvalue()


def test_cells_of_libreoffice_are_read_as_often_as_they_are_repeated(tmp_path: Path) -> None:
    (tmp_path / "x.ods").write_bytes(repeated(3, 2))
    (sheet,) = read_sheets(tmp_path / "x.ods", "x.ods")
    assert isinstance(sheet, RawSheet) and len(sheet.cells) == 6


BROKEN: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "damaged.xlsx": (damaged, "damaged"),
    "damaged.xls": (lambda _: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "damaged"),
    "text.xlsx": (lambda _: "Kính gửi Sở Nội vụ".encode(), "damaged"),
    "nothing.xlsx": (lambda _: b"", "damaged"),
    "locked.xlsx": (with_a_password, "locked"),
    "scan.pdf": (lambda _: b"%PDF-1.4", "no_workbook"),
    "old.csv": (lambda _: "Đội ngũ;Số người".encode("cp1258", "replace"), "old_encoding"),
    "far.xlsx": (far_away, "too_large"),
    "wide.ods": (lambda _: repeated(1_000_000, 1), "file_too_large"),
    "high.ods": (lambda _: repeated(1, 1_000_000), "file_too_large"),
    "all.ods": (lambda _: repeated(1_000_000, 1_000_000), "file_too_large"),
    "full.ods": (lambda _: repeated(500, 20_000), "file_too_large"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_file_that_cannot_be_read_is_told(
    name: str, filled: FilledForm, plan: Plan, forms: dict[str, bytes], tmp_path: Path
) -> None:
    filled.save(tmp_path / FILE)
    spoil, code = BROKEN[name]
    (tmp_path / name).write_bytes(spoil(forms["south"]))
    survey = collect(plan, tmp_path)
    assert {(doubt.file, doubt.code) for doubt in survey.doubts} == {(name, code)}
    assert people_of(survey) == CLEAN and survey.units == {"north"}


@needs_office
def test_a_file_that_ends_the_process_of_its_reader_is_told(
    filled: FilledForm, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    whole = convert(filled.save(tmp_path / "back" / FILE), "xls", tmp_path)
    (tmp_path / "back" / "old.xls").write_bytes(whole.read_bytes()[:-100])
    assert run_collect(tmp_path / "back", tmp_path / "out") == 0
    assert [(row["file"], row["cell"]) for row in rows_of(tmp_path / "out", "doubtful")] == [("old.xls", "")]
    assert len(rows_of(tmp_path / "out", "requests")) == 3 and "panick" not in capfd.readouterr().err


def test_files_of_programs_and_those_written_before_are_passed_over(
    filled: FilledForm, plan: Plan, tmp_path: Path
) -> None:
    filled.save(tmp_path / "sub" / FILE)
    for name in ("~$north.xlsx", ".DS_Store", "Thumbs.db", "out/doubtful.xlsx", "out/deeper/requests.csv"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    assert [path.name for path in returned_files(tmp_path, tmp_path / "out")] == [FILE]


@pytest.mark.parametrize("locale", ["en-US", "vi-VN"])
@needs_office
def test_sheets_saved_as_csv_are_one_form_together(locale: str, filled: FilledForm, plan: Plan, tmp_path: Path) -> None:
    book = filled.save(tmp_path / "north.xlsx")
    (tmp_path / "csv").mkdir()
    for sheet, path in sheets_as_csv(book, tmp_path / "csv", locale).items():
        if sheet not in {table.name for table in filled.form.tables.values()}:
            path.unlink()
    survey = collect(plan, tmp_path / "csv")
    assert people_of(survey) == CLEAN and not survey.doubts


@pytest.mark.parametrize("kind", ["xlsx", "xls", "ods"])
@needs_office
def test_a_form_saved_by_an_office_program_is_read_and_its_formulas_agree(
    kind: str, filled: FilledForm, plan: Plan, tmp_path: Path
) -> None:
    (tmp_path / "saved").mkdir()
    path = convert(filled.save(tmp_path / FILE), kind, tmp_path / "saved")
    survey = collect(plan, tmp_path / "saved")
    assert people_of(survey) == CLEAN and not survey.doubts
    needs = next(sheet for sheet in read_sheets(path, "") if getattr(sheet, "name", "") == filled.sheet(NEEDS).title)
    cell = filled.cell(NEEDS, "degree", "requested")
    assert needs.cells[cell.row - 1, cell.column - 1] == 24


def test_an_error_and_a_formula_that_nobody_calculated_are_told(filled: FilledForm, plan: Plan, tmp_path: Path) -> None:
    filled.set(NEEDS, "degree", studying="=1/0", leaving="=12+3")
    filled.cell(NEEDS, "degree", "joining").value = "#REF!"
    studying, leaving, joining = ((NEEDS, "degree", column) for column in ("studying", "leaving", "joining"))
    told = [(*studying, "not_calculated"), (*leaving, "not_calculated"), (*joining, "not_computed")]
    check(filled, told, [studying, leaving, joining], plan, tmp_path)


# ------------------------------------------------------------------------------------------------ what is made of it


def test_the_tables_have_the_rows_of_the_plan_and_those_of_the_survey(
    filled: FilledForm, plan: Plan, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    filled.save(tmp_path / "back" / FILE)
    assert run_collect(tmp_path / "back", tmp_path / "out") == 0
    said = capsys.readouterr().out
    assert "1/2 đơn vị" in said and "units that answered: 1/2" in said
    own = [(row.unit, row.group, f"{row.headcount:g}", "") for row in plan.tables.unit_headcounts]
    found = rows_of(tmp_path / "out", "unit_headcounts")
    assert [(row["unit"], row["group"], row["headcount"], row["as_of"]) for row in found] == [
        *own,
        ("north", "officials", "500", KNOWN),
    ]
    assert all(row["basis"].startswith("statistic: ") for row in found if row["as_of"])
    (baseline,) = rows_of(tmp_path / "out", "unit_baselines")
    assert (baseline["unit"], baseline["objective"], baseline["baseline"]) == ("north", "degree", "0.6")
    shares = {row["attribute"]: float(row["share"]) for row in rows_of(tmp_path / "out", "attributes")}
    assert shares == {"women": 0.4, "young": 0.18, "planned": 0.08, "minority": 0}
    asked = [(row["objective"], row["program"], row["people"]) for row in rows_of(tmp_path / "out", "requests")]
    assert sorted(asked) == [("degree", "college", "22"), ("degree", "evening", "2"), ("new", "short", "6")]
    assert [row["unit"] for row in rows_of(tmp_path / "out", "not_answered")] == ["south"]
    of_degree, of_new = rows_of(tmp_path / "out", "summary")
    assert {column: of_degree[column] for column in NEED_NUMBERS} == {c: str(n) for c, n in NEED_NUMBERS.items()}
    assert of_degree["requested"] == "24" and of_new["requested"] == "6" and of_new["reached"] == ""
    assert int(of_degree["difference"]) == 24 - int(of_degree["model_need"])
    assert rows_of(tmp_path / "out", "doubtful") == [] and not (tmp_path / "out" / "doubtful.xlsx").exists()


def test_the_tables_are_a_further_folder_of_the_plan_and_change_who_is_sent(filled: FilledForm, tmp_path: Path) -> None:
    shutil.copytree(SOUND, tmp_path / "plan")
    filled.set(NEEDS, "degree", reached=450)
    filled.save(tmp_path / "back" / FILE)
    assert run_collect(tmp_path / "back", tmp_path / "out", tmp_path / "plan") == 2  # its forms are of another plan
    shutil.rmtree(tmp_path / "plan")
    shutil.copytree(SOUND, tmp_path / "sound")
    assert run_collect(tmp_path / "back", tmp_path / "out", tmp_path / "sound") == 0
    before = unit_plan(compute(load_plan(tmp_path / "sound")))
    path = tmp_path / "sound" / "plan.yaml"
    path.write_text(path.read_text("utf-8").replace("data: .\n", "data: [., ../out]\n"), "utf-8")
    assert main(["check", str(tmp_path / "sound")]) == 0
    after = unit_plan(compute(load_plan(tmp_path / "sound")))
    assert not before.equals(after)
    degree = "objective == 'degree' and unit == 'north'"
    assert after.query(degree)["learners"].sum() < before.query(degree)["learners"].sum()
    assert unit_plan(compute(load_plan(tmp_path / "sound", as_of="2021-01-01"))).equals(before)
    assert run_collect(tmp_path / "back", tmp_path / "again", tmp_path / "sound", "2021-10-01") == 0
    assert len(rows_of(tmp_path / "again", "unit_headcounts")) == 4
    first = {path.name: path.read_bytes() for path in (tmp_path / "out").glob("*.csv")}
    assert run_collect(tmp_path / "back", tmp_path / "out", tmp_path / "sound") == 0
    tables = ("unit_headcounts", "unit_baselines", "attributes", "requests")
    assert [(tmp_path / "out" / f"{name}.csv").read_bytes() for name in tables] == [
        first[f"{name}.csv"] for name in tables
    ]


def test_what_is_doubtful_is_a_workbook_that_can_be_sent_back(filled: FilledForm, tmp_path: Path) -> None:
    filled.set(STAFF, "officials", young="khoảng 90")
    filled.save(tmp_path / "back" / FILE)
    out = tmp_path / "out"
    assert run_collect(tmp_path / "back", out) == 0
    (row,) = rows_of(out, "doubtful")
    cell = filled.cell(STAFF, "officials", "young").coordinate
    assert (row["file"], row["unit"], row["sheet"], row["cell"]) == (FILE, "north", "Đội ngũ", cell)
    assert row["found"] == "khoảng 90" and "số nguyên" in row["expected"]
    content = (out / "doubtful.xlsx").read_bytes()
    head, told = openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True)
    assert told == (FILE, "Huyện Bắc", "Đội ngũ", cell, "khoảng 90", row["expected"]) and all(head)
    files = {path.name: path.read_bytes() for path in out.iterdir()}
    assert run_collect(tmp_path / "back", out) == 0
    assert {path.name: path.read_bytes() for path in out.iterdir()} == files
    filled.set(STAFF, "officials", young=90)
    filled.save(tmp_path / "back" / FILE)
    assert run_collect(tmp_path / "back", out) == 0 and not (out / "doubtful.xlsx").exists()


def test_no_name_of_a_person_is_in_any_output(
    filled: FilledForm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "log.txt"
    monkeypatch.setenv("TRAINPLAN_LOG", str(log))
    filled.person(3, "degree/evening", name=NAMES[1], born=1972)  # twice
    filled.person(4, NAMES[0], name=NAMES[2])
    filled.person(5, f"{filled.form.choices['pair']['degree/college']} {NAMES[2]}", name=NAMES[2])
    filled.set(STAFF, "officials", women=NAMES[0], young=f"{NAMES[1]} 1979", note=NAMES[2])
    filled.set(GROUPS, "degree/evening", people=NAMES[1].upper() + " 2", quarter=NAMES[1], opinion=NAMES[2])
    filled.set(NEEDS, "degree", leaving=f'="{NAMES[1]}"&1')
    filled.save(tmp_path / "back" / FILE)
    assert run_collect(tmp_path / "back", tmp_path / "out") == 0
    said = "".join(capfd.readouterr())
    texts = [said, log.read_text("utf-8") if log.exists() else ""]
    for path in (tmp_path / "out").iterdir():
        content = path.read_bytes()
        parts = zipfile.ZipFile(io.BytesIO(content)) if path.suffix == ".xlsx" else None
        texts += (
            [parts.read(name).decode("utf-8", "replace") for name in parts.namelist()] if parts else [content.decode()]
        )
    assert len(rows_of(tmp_path / "out", "doubtful")) == 8
    for name in NAMES:
        assert not any(
            part in text for text in texts for part in (name, name.upper(), unicodedata.normalize("NFD", name))
        )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere"], "no such folder"),
        (["empty"], "no file in the folder"),
        (["bad"], "a.xlsx: "),
        (["bad", "--as-of", "2021-13-01"], "2021-13-01"),
        (["bad", "--output", "."], "the folder of the output cannot be"),
    ],
)
def test_where_nothing_can_be_read_one_message_says_why_and_nothing_is_written(
    arguments: list[str],
    words: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "bad").mkdir()
    for name in ("a.xlsx", "b.csv"):
        (tmp_path / "bad" / name).write_bytes(b"x")
    monkeypatch.chdir(tmp_path)
    folder, *others = arguments
    options = {"--as-of": KNOWN, "--output": "out", **dict(zip(others[::2], others[1::2], strict=True))}
    line = ["survey", "collect", str(SOUND), folder, *(word for option in options.items() for word in option)]
    assert main(line) == 2
    error = capsys.readouterr().err
    assert words in error and "Traceback" not in error and not (tmp_path / "out").exists()
