"""Plans whose data are a workbook: the same as CSV, and every mistake told with its sheet and cell."""

from __future__ import annotations

import csv
import datetime
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from office import convert, needs_office
from strategies import plans, write_plan
from trainplan.cli import main
from trainplan.plan.plan import load_plan
from trainplan.plan.schema import NUMBER, TABLES
from trainplan.results.tables import compute
from trainplan.text.catalog import say
from trainplan.text.problems import PlanError

SOUND = Path(__file__).parent / "broken" / "sound"
BOOK = "so_lieu.xlsx"


def csv_cells(file: Path) -> list[list[Any]]:
    """The cells of a CSV file as a person types them: numbers as numbers, nothing where nothing stands."""
    with file.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.reader(lines))
    return [rows[0], *([float(c) if NUMBER.fullmatch(c) else c or None for c in row] for row in rows[1:])]


def workbook_of(folder: Path) -> Workbook:
    """The CSV files of a folder as sheets."""
    book = Workbook()
    book.remove(book.active)
    for name in TABLES:
        if (folder / f"{name}.csv").exists():
            sheet = book.create_sheet(name)
            for row in csv_cells(folder / f"{name}.csv"):
                sheet.append(row)
    return book


def with_data(plan: Path, data: str) -> None:
    """Writes what `data` of a plan file names."""
    text = (plan / "plan.yaml").read_text("utf-8")
    (plan / "plan.yaml").write_text(text.replace("data: .\n", f"data: {data}\n"), "utf-8")


def plan_of_workbook(folder: Path, change: Callable[[Workbook], object] = lambda book: None) -> Path:
    """The sound plan with its data in one changed workbook."""
    plan = folder / "plan"
    plan.mkdir(parents=True)
    shutil.copy(SOUND / "plan.yaml", plan)
    with_data(plan, BOOK)
    book = workbook_of(SOUND)
    change(book)
    book.save(plan / BOOK)
    return plan


def cell(sheet: str, place: str, value: Any) -> Callable[[Workbook], object]:
    """A mistake: a value written into a cell."""
    return lambda book: book[sheet].__setitem__(place, value)


def merge(sheet: str, cells: str) -> Callable[[Workbook], object]:
    """A mistake: cells merged."""
    return lambda book: book[sheet].merge_cells(cells)


def rename(sheet: str, name: str) -> Callable[[Workbook], object]:
    """A mistake: a sheet of another name."""
    return lambda book: setattr(book[sheet], "title", name)


def drop(sheet: str) -> Callable[[Workbook], object]:
    """A mistake: a sheet deleted."""
    return lambda book: book.remove(book[sheet])


def add_row(sheet: str, *row: Any) -> Callable[[Workbook], object]:
    """A mistake: a further row."""
    return lambda book: book[sheet].append(row)


def copy_row(sheet: str, number: int) -> Callable[[Workbook], object]:
    """A mistake: a row once more at the end."""
    return lambda book: book[sheet].append([c.value for c in book[sheet][number]])


def delete_column(sheet: str, number: int) -> Callable[[Workbook], object]:
    """A mistake: a column deleted."""
    return lambda book: book[sheet].delete_cols(number)


def push_down(sheet: str, number: int) -> Callable[[Workbook], object]:
    """A mistake: a head that stands too far down."""
    return lambda book: book[sheet].insert_rows(1, number)


def add_sheet(name: str, *rows: Sequence[Any]) -> Callable[[Workbook], object]:
    """A mistake: a further sheet."""

    def change(book: Workbook) -> None:
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)

    return change


MAY = datetime.datetime(2011, 5, 3)
MISTAKES: list[tuple[Callable[[Workbook], object], str]] = [
    (cell("groups", "E2", "tám trăm"), "sheet groups | cell E2 (officials) | column headcount | 'tám trăm' | a number"),
    (cell("groups", "E2", -5), "sheet groups | cell E2 (officials) | column headcount | '-5' | at least 0"),
    (cell("groups", "E2", None), "sheet groups | cell E2 (officials) | column headcount | a value is needed"),
    (cell("groups", "E2", MAY), "sheet groups | cell E2 (officials) | '2011-05-03' | made a date"),
    (cell("groups", "E2", datetime.time(3, 5)), "sheet groups | cell E2 (officials) | '03:05:00' | made a date"),
    (cell("groups", "E2", datetime.timedelta(hours=30)), "sheet groups | cell E2 | made a date"),
    (cell("groups", "E2", True), "sheet groups | cell E2 (officials) | 'TRUE' | truth value"),
    (cell("groups", "E2", "#N/A"), "sheet groups | cell E2 (officials) | '#N/A' | could not compute"),
    (cell("groups", "E2", "=1+"), "sheet groups | cell E2 (officials) | '=1+' | open the file in Excel or LibreOffice"),
    (cell("groups", "E2", "=B9"), "sheet groups | cell E2 (officials) | column headcount | '=B9' | has calculated"),
    (cell("groups", "E2", "3.850"), "sheet groups | cell E2 (officials) | '3.850' | 3850"),
    (cell("groups", "E2", "3 850"), "sheet groups | cell E2 (officials) | '3 850' | without thousands separators"),
    (cell("groups", "F2", "0,01"), "sheet groups | cell F2 (officials) | column growth | '0,01' | as a point"),
    (cell("groups", "G2", "4,5 %"), "sheet groups | cell G2 (officials) | '4,5 %' | as a point"),
    (cell("groups", "G2", 4), "sheet groups | cell G2 (officials) | column leave_rate | '4' | a share is 0 to 1"),
    (cell("groups", "G2", "104 %"), "sheet groups | cell G2 (officials) | a share is 0 to 1"),
    (cell("groups", "E2", "80 %"), "sheet groups | cell E2 (officials) | '80 %' | a number is expected"),
    (cell("groups", "A2", "of ficials"), "sheet groups | cell A2 (of ficials) | column id | an id has no spaces"),
    (cell("groups", "A2", MAY), "sheet groups | cell A2 | column id | '2011-05-03' | made a date"),
    (cell("groups", "A2", True), "sheet groups | cell A2 | column id | 'TRUE' | truth value"),
    (cell("groups", "A2", "=1+1"), "sheet groups | cell A2 | column id | '=1+1' | has calculated"),
    (
        lambda book: [cell("groups", place, "=1+1")(book) for place in ("X1", "Y1")],
        "sheet groups | cell X1 | column =1+1 | stands twice",
    ),
    (cell("groups", "A2", 3.5), "sheet groups | cell A2 (3.5) | column id | '3.5' | an id has no spaces"),
    (cell("groups", "B2", MAY), "sheet groups | cell B2 (officials) | column name_vi | made a date"),
    (cell("groups", "B2", False), "sheet groups | cell B2 (officials) | column name_vi | 'FALSE' | truth value"),
    (
        cell("groups", "B2", "#REF!"),
        "sheet groups | cell B2 (officials) | '#REF!' | could not compute",
    ),
    (cell("groups", "B2", "a\u200bb"), "sheet groups | cell B2 (officials) | U+200B | cannot be seen"),
    (cell("groups", "I3", "officals"), "sheet groups | cell I3 (leaders) | column part_of | Nearest: 'officials'"),
    (cell("groups", "J2", "round"), "sheet groups | cell J2 (officials) | column basis | a basis begins with"),
    (cell("groups", "J2", MAY), "sheet groups | cell J2 (officials) | column basis | made a date"),
    (cell("objectives", "B3", "delegate"), "sheet objectives | cell B3 (yearly) | group | Nearest: 'delegates'"),
    (
        cell("objectives", "C2", "atainment"),
        "sheet objectives | cell C2 (degree) | kind | Nearest: 'attainment'",
    ),
    (cell("objectives", "F2", "#DIV/0!"), "sheet objectives | cell F2 (degree) | column baseline | could not compute"),
    (cell("objectives", "G2", 80), "sheet objectives | cell G2 (degree) | column target_low | '80' | 0 to 1"),
    (cell("objectives", "H2", 0.5), "sheet objectives | cell H2 (degree) | target_high must not be below"),
    (cell("objectives", "I2", datetime.datetime(2012, 6, 1)), "sheet objectives | cell I2 (degree) | write 2012-06"),
    (cell("objectives", "I2", MAY), "sheet objectives | cell I2 (degree) | '2011-05-03' | a year and month"),
    (cell("objectives", "I2", 2012.06), "sheet objectives | cell I2 (degree) | '2012.06' | a year and month"),
    (cell("objectives", "I2", 40909), "sheet objectives | cell I2 (degree) | '40909' | write 2012-01"),
    (cell("objectives", "I2", 2031), "sheet objectives | cell I2 (degree) | column due | '2031' | 2021 to 2024"),
    (cell("objectives", "L2", "linaer"), "sheet objectives | cell L2 (degree) | column pacing | linear, front, back"),
    (cell("objectives", "M2", 1.5), "sheet objectives | cell M2 (degree) | column priority | a whole number"),
    (cell("programs", "E2", "hai"), "sheet programs | cell E2 (college) | column years | a number is expected"),
    (cell("programs", "G4", None), "sheet programs | cell J4 (short) | without a class_size"),
    (cell("programs", "K2", "cpj"), "sheet programs | cell K2 (college) | no such index in 'prices' | Nearest: 'cpi'"),
    (cell("prices", "B3", 2022.5), "sheet prices | cell B3 (cpi/2022.5) | column year | a whole number"),
    (cell("prices", "B3", MAY), "sheet prices | cell B3 (cpi/2011-05-03) | column year | made a date"),
    (cell("prices", "C3", 0), "sheet prices | cell C3 (cpi/2022) | column value | a number of at least 0.001"),
    (cell("pipeline", "C2", 1999), "sheet pipeline | cell C2 (degree/college/1999) | column started | '1999'"),
    (cell("ceilings", "C2", "1.500.000.000"), "sheet ceilings | cell C2 (2021/total) | without thousands separators"),
    (cell("ceilings", "B2", "totall"), "sheet ceilings | cell B2 (2021/totall) | no such row in 'sources'"),
    (cell("routes", "C2", 0.5), "sheet routes | line 2 (degree) | column share | add up to 0.8"),
    (cell("funding", "C2", 0.5), "sheet funding | line 2 (college) | column share | they add up to 0.7"),
    (cell("turnover", "A2", "delegate"), "sheet turnover | cell A2 (delegate/2021) | Nearest: 'delegates'"),
    (copy_row("groups", 2), "sheet groups | cell A5 (officials) | column id | it stands 2 times"),
    (copy_row("routes", 3), "sheet routes | cell A8 (degree/evening) | it stands 2 times"),
    (
        add_row("groups", "Tổng cộng", None, None, None, 1320),
        "sheet groups | line 5 (Tổng cộng) | this row lacks name_vi, growth",
    ),
    (merge("prices", "A2:A4"), "sheet prices | cell A2 (cpi/2021) | column index | 'A2:A4' | merged"),
    (merge("groups", "D2:D4"), "sheet groups | cell D2 (officials) | column level | 'D2:D4' | merged"),
    (cell("groups", "E1", "head-count"), "sheet groups | column headcount | this column is missing | 'head-count'"),
    (cell("groups", "E1", "HEADCOUNT"), "sheet groups | cell E1 | 'HEADCOUNT' | 'headcount'"),
    (cell("groups", "H1", "apointment_rate"), "sheet groups | cell H1 | column apointment_rate | misspelt"),
    (cell("groups", "F1", "headcount"), "sheet groups | column headcount | stands twice"),
    (delete_column("groups", 5), "sheet groups | column headcount | this column is missing"),
    (push_down("groups", 30), "sheet groups | none of the first 20 rows names the columns"),
    (drop("groups"), "no sheet 'groups'"),
    (rename("groups", "group"), "sheet group: | looks like a misspelt one | Nearest: 'groups'"),
    (rename("turnover", "turn over 2"), "sheet turn over 2: | looks like a misspelt one | Nearest: 'turnover'"),
    (add_sheet("Groups ", ["id"], ["x"]), "sheet Groups : | two sheets are the table 'groups'"),
]


def problems_of(plan: Path) -> list[str]:
    """The lines of the message that a plan is refused with."""
    with pytest.raises(PlanError) as caught:
        load_plan(plan)
    return str(caught.value).splitlines()[1:]


def test_a_workbook_is_read(tmp_path: Path) -> None:
    """The same plan; nothing of it is remembered but what the file holds."""
    plan, same = load_plan(plan_of_workbook(tmp_path)), load_plan(SOUND)
    assert plan.content_hash == same.content_hash
    assert plan.warnings == same.warnings == []
    assert BOOK in plan.input_hashes
    assert plan.data_file("decision.txt") == plan.path.parent / "decision.txt"
    assert load_plan(plan.path, overrides={"groups.officials.headcount": 900}).tables.groups[0].headcount == 900
    assert load_plan(plan.path).tables.groups[0].headcount == 800, "the workbook is remembered as it was changed"


@pytest.mark.parametrize(("change", "words"), MISTAKES, ids=[words for _, words in MISTAKES])
def test_a_mistake_is_told_with_its_cell(
    change: Callable[[Workbook], object], words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", str(plan_of_workbook(tmp_path, change))]) == 2
    said = capsys.readouterr()
    lines = said.err.splitlines()
    assert said.out == ""
    assert "Traceback" not in said.err
    assert lines[0].endswith("in the input:")
    found = [line for line in lines if all(word in line for word in [BOOK, *words.split(" | ")])]
    assert len(found) == 1, f"{words} not once in:\n{said.err}"
    assert len(lines) == 2 or words in SEVERAL, f"one mistake is told as several:\n{said.err}"
    assert all(BOOK in line for line in lines[1:])


SEVERAL = {  # mistakes that are wrong in more than one way
    words
    for _, words in MISTAKES
    for part in ("no spaces", "'head-count'", "stands twice", "cell A8", "'80'", "cell H1", "totall")
    if part in words
}


def sheet_in_workbook(change: Callable[[Workbook], object], folder: Path) -> list[str]:
    """What is worth a look in the sound plan with a changed workbook."""
    return load_plan(plan_of_workbook(folder, change)).warnings


def hide(book: Workbook) -> None:
    book["groups"].row_dimensions[3].hidden = True
    book["groups"].column_dimensions.group("F", "G", hidden=True)
    book["units"].sheet_state = "hidden"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            hide,
            ["sheet groups: | hidden rows are read: 3", "hidden columns are read: F, G", "sheet units: | hidden sheet"],
        ),
        (add_sheet("Ghi chú", ["x"]), ["sheet Ghi chú: | is not read"]),
        (add_sheet("units_old", ["x"]), ["sheet units_old: | is not read"]),
        (cell("groups", "L3", "xem lại"), ["sheet groups: | cell L3"]),
        (add_sheet("files", ["file", "text"], ["plan.yaml", "name: x"]), ["sheet files: | only import"]),
    ],
    ids=["hidden", "remarks", "old", "beside", "files"],
)
def test_what_is_not_seen_is_noted(change: Callable[[Workbook], object], words: list[str], tmp_path: Path) -> None:
    notes = sheet_in_workbook(change, tmp_path)
    assert len(notes) == len(words)
    for wanted in words:
        assert any(all(word in note for word in wanted.split(" | ")) for note in notes), notes


def test_what_says_nothing_is_not_noted(tmp_path: Path) -> None:
    def change(book: Workbook) -> None:
        add_sheet("guide", ["read this"])(book)
        add_sheet("Sheet9")(book)
        add_sheet("observations", ["year", "objective", "base", "reached", "basis"])(book)
        rows = (SOUND / "plan.yaml").read_text("utf-8").replace("data: .", "data: data").splitlines()
        add_sheet("files", ["file", "text"], *(["plan.yaml", row] for row in rows))(book)
        merge("groups", "L5:M9")(book)

    assert sheet_in_workbook(change, tmp_path) == []


def test_cells_are_what_their_column_expects(tmp_path: Path) -> None:
    def change(book: Workbook) -> None:
        groups, units = book["groups"], book["units"]
        groups["G2"], groups["G3"], groups["G4"] = "4 %", "\u00a06%\u202f", 0.05
        groups["G4"].number_format = "0%"
        groups["B2"] = "\u00a0Ca\u0301n bộ công chức \u00a0"
        groups["K1"], groups["K2"] = "as_of", datetime.datetime(2011, 12, 30)
        units["A2"], book["unit_headcounts"]["A2"] = 2011.0, 2011
        groups["E2"] = 800.125

    plan = load_plan(plan_of_workbook(tmp_path, change))
    assert plan.tables.groups[0].headcount == 800.125
    assert [row.leave_rate for row in plan.tables.groups] == [0.04, 0.06, 0.05]
    assert plan.tables.groups[0].name_vi == "Cán bộ công chức"
    assert plan.tables.units[0].id == plan.tables.unit_headcounts[0].unit == "2011"


def test_a_percentage_is_a_share_in_csv_too_and_for_changes(tmp_path: Path) -> None:
    plan = Path(shutil.copytree(SOUND, tmp_path / "plan"))
    text = (plan / "groups.csv").read_text("utf-8").replace("0.01,0.04", "0.01,4 %")
    (plan / "groups.csv").write_text(text, "utf-8")
    scaled = load_plan(plan, overrides={"groups.officials.leave_rate": {"scale": 0.5}})
    assert scaled.tables.groups[0].leave_rate == 0.02


@needs_office
def test_formulas_count_with_what_they_came_to(tmp_path: Path) -> None:
    def change(book: Workbook) -> None:
        book["groups"]["E2"] = "=500+300"
        book["groups"]["I3"] = '=A2&""'
        book["groups"]["I4"] = '=IF(E2>0,"","officials")'
        book["prices"]["C2"] = "=10^2"

    plan = plan_of_workbook(tmp_path, change)
    assert {"cell E2", "cell I3", "cell I4", "cell C2"} == {
        f"cell {line.split('cell ')[1].split(' ')[0]}" for line in problems_of(plan)
    }
    calculated = convert(plan / BOOK, "xlsx", tmp_path / "calculated")
    shutil.copy(calculated, plan / BOOK)
    assert load_plan(plan).content_hash == load_plan(SOUND).content_hash


@pytest.mark.parametrize(
    ("name", "stated", "content", "words"),
    [
        ("x.xls", "x.xls", b"", "column data | 'x.xls' | save"),
        ("x.ods", "x.ods", b"PK", "column data | 'x.ods' | save"),
        ("x.xlsb", "x.xlsb", b"", "column data | 'x.xlsb' | save"),
        ("x.xlsm", "x.xlsm", b"", "column data | 'x.xlsm' | save"),
        ("groups.csv", "groups.csv", b"id\n", "column data | 'groups.csv' | a folder of CSV files or a workbook"),
        ("~$x.xlsx", "~$x.xlsx", b"", "column data | '~$x.xlsx' | name the workbook itself: x.xlsx"),
        (
            "so_lieu.xlsx",
            "so_liu.xlsx",
            b"",
            "column data | 'so_liu.xlsx' | no such workbook | 'so_lieu.xlsx'",
        ),
        ("x.xlsx", "x.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "x.xlsx: | a password"),
        ("x.xlsx", "x.xlsx", b"", "x.xlsx: | is damaged"),
        ("x.xlsx", "x.xlsx", b"id,name\n", "x.xlsx: | is damaged"),
        ("x.xlsx", "x.xlsx", b"PK\x03\x04 cut", "x.xlsx: | is damaged"),
    ],
)
def test_a_file_that_is_no_workbook_is_told(name: str, stated: str, content: bytes, words: str, tmp_path: Path) -> None:
    plan = plan_of_workbook(tmp_path)
    (plan / BOOK).unlink()
    (plan / name).write_bytes(content)
    text = (plan / "plan.yaml").read_text("utf-8").replace(BOOK, f'"{stated}"')
    (plan / "plan.yaml").write_text(text, "utf-8")
    lines = problems_of(plan)
    assert len(lines) == 1
    assert all(word in lines[0] for word in words.split(" | ")), lines


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("so_leu.xlsx", "'so_leu.xlsx' | no such workbook"),
        ("nowhere", "'nowhere' | the data folder does not exist"),
        ("damaged.xlsx", "damaged.xlsx: | is damaged"),
        ("without.xlsx", "without.xlsx: | no sheet 'groups'"),
        ("misspelt.xlsx", "sheet ceilingz: | Nearest: 'ceilings'"),
    ],
)
def test_what_is_lost_is_told_once_and_not_by_every_lever(data: str, words: str, tmp_path: Path) -> None:
    plan = plan_of_workbook(tmp_path)
    text = (plan / "plan.yaml").read_text("utf-8").replace(BOOK, data)
    label = "label: {vi: a, en: b}, group: money, unit: share, low: 0.5, high: 1.5, step: 0.1, change: scale"
    levers = f"levers: [{{id: one, address: groups.*.leave_rate, {label}}}, " + (
        f"{{id: two, address: ceilings.2021/total.ceiling_vnd, {label}}}]\n"
    )
    (plan / "plan.yaml").write_text(text + levers, "utf-8")
    (plan / "damaged.xlsx").write_bytes(b"PK")
    for name, change in (("without", drop("groups")), ("misspelt", rename("ceilings", "ceilingz"))):
        book = workbook_of(SOUND)
        change(book)
        book.save(plan / f"{name}.xlsx")
    with pytest.raises(PlanError) as caught:
        load_plan(plan, overrides={"ceilings.2021/total.ceiling_vnd": {"scale": 2}})
    lines = str(caught.value).splitlines()[1:]
    assert len(lines) == 1, lines
    assert all(word in lines[0] for word in words.split(" | "))


def test_a_workbook_of_the_strict_kind_is_told(tmp_path: Path) -> None:
    plan = plan_of_workbook(tmp_path)
    with zipfile.ZipFile(plan / BOOK) as whole:
        parts = {name: whole.read(name) for name in whole.namelist()}
    with zipfile.ZipFile(plan / BOOK, "w") as strict:
        for name, part in parts.items():
            strict.writestr(name, part.replace(b"http://schemas.openxmlformats.org/", b"http://purl.oclc.org/ooxml/"))
    lines = problems_of(plan)
    assert len(lines) == 1
    assert "save it as .xlsx" in lines[0]


@pytest.mark.parametrize("number", ["1e999", "-1e999"])
def test_a_number_that_is_none_is_told(number: str, tmp_path: Path) -> None:
    plan = plan_of_workbook(tmp_path)
    with zipfile.ZipFile(plan / BOOK) as whole:
        parts = {name: whole.read(name) for name in whole.namelist()}
    with zipfile.ZipFile(plan / BOOK, "w") as changed:
        for name, part in parts.items():
            changed.writestr(name, part.replace(b"<v>800</v>", f"<v>{number}</v>".encode()))
    lines = problems_of(plan)
    assert len(lines) == 1
    assert "cell E2 (officials)" in lines[0]
    assert "a finite number" in lines[0]


@pytest.mark.parametrize("cut", range(100, 6000, 700))
def test_a_workbook_cut_short_is_told(cut: int, tmp_path: Path) -> None:
    plan = plan_of_workbook(tmp_path)
    whole = (plan / BOOK).read_bytes()
    (plan / BOOK).write_bytes(whole[:cut])
    assert len(problems_of(plan)) == 1
    (plan / BOOK).write_bytes(whole[:cut] + b"\0" * 40 + whole[cut + 40 :])
    try:
        load_plan(plan)
    except PlanError as error:
        assert BOOK in str(error)


def test_a_later_place_counts(tmp_path: Path) -> None:
    def keep_groups(book: Workbook) -> None:
        for name in set(book.sheetnames) - {"groups"}:
            del book[name]
        book["groups"]["E2"] = 900

    plan = plan_of_workbook(tmp_path, keep_groups)
    shutil.copytree(SOUND, plan / "csv", ignore=shutil.ignore_patterns("*.yaml"))
    text = (plan / "plan.yaml").read_text("utf-8")
    for data, people in ((f"[csv, {BOOK}]", 900), (f"[{BOOK}, csv]", 800)):
        (plan / "plan.yaml").write_text(text.replace(BOOK, data), "utf-8")
        assert load_plan(plan).tables.groups[0].headcount == people
        assert load_plan(plan).data_file("decision.txt") == plan.resolve() / "csv" / "decision.txt"


@pytest.mark.parametrize("name", ["groups.xlsx", "Groups.XLS", "units.ods", "objectives.xlsm"])
def test_a_workbook_in_a_data_folder_is_told(name: str, tmp_path: Path) -> None:
    plan = Path(shutil.copytree(SOUND, tmp_path / "plan"))
    (plan / name).write_bytes(b"")
    (plan / f"~${name}").write_bytes(b"")
    assert [line.split(":")[0] for line in problems_of(plan)] == [f"  - {name}"]
    (plan / name).rename(plan / "bao_cao.xlsx")
    assert [note.split(":")[0] for note in load_plan(plan).warnings] == ["bao_cao.xlsx"]
    (plan / "routes.csv").unlink()
    assert [line.split(":")[0] for line in problems_of(plan)] == ["  - routes.csv", "  - bao_cao.xlsx"]


def test_rows_to_the_end_of_a_sheet_hold_nothing(tmp_path: Path) -> None:
    """A blank at the very end of the sheet, and a merged range down to it, add no row."""
    plan = plan_of_workbook(tmp_path, cell("groups", "XFD1048576", " "))
    assert load_plan(plan).warnings == []
    lines = problems_of(plan_of_workbook(tmp_path / "merged", merge("groups", "D2:D99999")))
    assert len(lines) == 1
    assert "'D2:D99999'" in lines[0]
    (line,) = problems_of(plan_of_workbook(tmp_path / "longest", merge("groups", "D2:D1048576")))
    assert say("problem.workbook_too_large", "vi") in line


@st.composite
def layouts(draw: st.DrawFn) -> Callable[[Path], Workbook]:
    """How a person lays out sheets: heads in lines, columns moved, rows and columns left free, a title above."""
    seed = draw(st.randoms(use_true_random=False))

    def lay_out(folder: Path) -> Workbook:
        book = Workbook()
        book.remove(book.active)
        files = sorted(folder.glob("*.csv"))
        seed.shuffle(files)
        for file in files:
            sheet = book.create_sheet(seed.choice([file.stem, file.stem.title(), f" {file.stem.replace('_', ' ')} "]))
            head, *rows = csv_cells(file)
            order = seed.sample(range(len(head)), len(head))
            for c in seed.sample(range(len(head) + 1), seed.randrange(2)):
                order.insert(c, -1)
            for _ in range(seed.randrange(4)):
                sheet.append([])
            sheet.append(["Bảng số liệu"] * seed.randrange(2))
            ways = ["{}", "Tên cột\nColumn\n[{}]", "Tên (người)\n{}", "Số liệu [{}]", " {} "]
            sheet.append([seed.choice(ways).format(head[c]) if c >= 0 else None for c in order])
            for row in rows:
                for _ in range(seed.randrange(3) // 2):
                    sheet.append([None, "  "])
                sheet.append([row[c] if c >= 0 else None for c in order])
        return book

    return lay_out


@given(plans(), layouts())
@settings(max_examples=25, deadline=None)
def test_a_workbook_gives_what_its_csv_files_give(drawn: Any, lay_out: Callable[[Path], Workbook]) -> None:
    assume(drawn[1]["objectives"])
    with tempfile.TemporaryDirectory() as folder:
        plan = write_plan(Path(folder) / "plan", *drawn)
        expected = load_plan(plan)
        lay_out(plan).save(plan / "book.xlsx")
        for file in plan.glob("*.csv"):
            file.unlink()
        with_data(plan, "book.xlsx")
        found = load_plan(plan)
    assert found.content_hash == expected.content_hash
    assert found.warnings == expected.warnings
    tables, others = compute(found).tables, compute(expected).tables
    assert tables.keys() == others.keys()
    for name, frame in tables.items():
        pd.testing.assert_frame_equal(frame, others[name])
