"""A plan as a workbook to fill in, and back: nothing is lost on the way, and nothing wrong comes in."""

from __future__ import annotations

import io
import shutil
import unicodedata
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from office import convert, needs_office
from trainplan.cli import main
from trainplan.plan.find import DEFAULT_PLAN, PROJECT, scenario_names
from trainplan.plan.input_book import FORMATS, input_workbook
from trainplan.plan.plan import load_plan
from trainplan.plan.plan_files import PlanFiles, read_plan_files, table_text, with_data
from trainplan.plan.reading import RawTable
from trainplan.plan.schema import OR_TOTAL, TABLES, Column
from trainplan.plan.workbook import read_book
from trainplan.results.tables import compute
from trainplan.text.catalog import LANGUAGES, say, term
from trainplan.text.problems import PlanError

TESTS = Path(__file__).parent
SOUND = TESTS / "broken" / "sound"
PLANS = [SOUND, *sorted(path.parent for path in (TESTS / "plans").glob("*/plan.yaml"))]
ALL = [PROJECT / "params" / DEFAULT_PLAN, *PLANS]


def export(plan: Path, folder: Path) -> Path:
    book = folder / "book.xlsx"
    assert main(["export", str(plan), "--output", str(book)]) == 0
    return book


def import_(book: Path, folder: Path) -> Path:
    assert main(["import", str(book), str(folder)]) == 0
    return folder


def results(plan: Path) -> dict[str, str]:
    return {stem: table.to_csv() for stem, table in compute(load_plan(plan)).tables.items()}


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def head(sheet: Any, column: str) -> Any:
    """The head cell of a column."""
    return next(cell for cell in sheet[1] if f"[{column}]" in str(cell.value))


def changed(book: Path, sheet: str, column: str, row: int, value: object) -> Path:
    """The workbook with another value in a cell, saved by another program."""
    opened = openpyxl.load_workbook(book)
    opened[sheet].cell(row, head(opened[sheet], column).column, value)
    opened.save(book)
    return book


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return export(PROJECT / "params" / DEFAULT_PLAN, tmp_path_factory.mktemp("exported"))


# --- there and back


@pytest.mark.parametrize("plan", ALL, ids=lambda path: path.name)
def test_a_plan_comes_back_with_the_same_results_and_is_exported_the_same(plan: Path, tmp_path: Path) -> None:
    book = export(plan, tmp_path)
    copy = import_(book, tmp_path / "copy")
    assert results(copy) == results(plan)
    for scenario in scenario_names(plan / "plan.yaml"):
        assert load_plan(copy, scenario).content_hash == load_plan(plan, scenario).content_hash
    assert export(copy, copy).read_bytes() == book.read_bytes()


def test_all_that_a_plan_has_comes_back(exported: Path, tmp_path: Path) -> None:
    copy, first = read_plan_files(import_(exported, tmp_path / "copy")), read_plan_files(DEFAULT_PLAN)
    assert list(copy.texts) == list(first.texts) and list(copy.tables) == list(first.tables)
    for name, text in first.texts.items():
        assert copy.texts[name] == with_data(text, "data") if name == "plan.yaml" else text
    for name, table in first.tables.items():
        assert [{k: v for k, v in row.items() if v} for row in copy.tables[name].rows] == [
            {k: v for k, v in row.items() if v} for row in table.rows
        ]
    assert [line.rstrip() for line in copy.beside["decision.txt"].split("\n")] == [
        line.rstrip() for line in first.beside["decision.txt"].split("\n")
    ]


def test_every_vintage_and_further_column_travels(tmp_path: Path) -> None:
    plan = Path(shutil.copytree(SOUND, tmp_path / "plan"))
    lines = (plan / "groups.csv").read_text("utf-8").splitlines()
    rows = [f"{lines[0]},as_of,note", *(f"{line},," for line in lines[1:]), f"{lines[1]},2021-03-01,=1+1"]
    (plan / "groups.csv").write_text("\n".join(rows) + "\n", "utf-8")
    copy = import_(export(plan, tmp_path), tmp_path / "copy")
    assert (copy / "data" / "groups.csv").read_text("utf-8").splitlines()[-1].endswith(",2021-03-01,=1+1")


@needs_office
@pytest.mark.parametrize("plan", [PROJECT / "params" / DEFAULT_PLAN, SOUND], ids=["an_giang", "sound"])
def test_a_workbook_that_libreoffice_saved_gives_the_same_files(plan: Path, tmp_path: Path) -> None:
    book = export(plan, tmp_path)
    straight = import_(book, tmp_path / "straight")
    (tmp_path / "saved").mkdir()
    through = import_(convert(book, "xlsx", tmp_path / "saved", "vi-VN"), tmp_path / "through")
    assert contents(through) == contents(straight)


ODD = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Co", "Cn"]), max_size=30)
STARTS = st.sampled_from(["", "=", "+", "-", "@", "'", '"', "=1+1", "{=", "http://", "1/2", "2012-06", "0123", "1e5"])
TEXT = st.builds("{}{}{}".format, STARTS, ODD, st.sampled_from(["", "\nx", '"', "  y", ", ộ", "_x0041_"]))


@settings(
    max_examples=15,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
)
@given(st.lists(TEXT, min_size=1, max_size=4), TEXT)
def test_odd_texts_stay_what_they_are(texts: list[str], line: str) -> None:
    """In names, in a further column, and in a line of a file with its leading blanks."""
    cells = [unicodedata.normalize("NFC", text).strip() for text in texts]
    line = "    # " + unicodedata.normalize("NFC", line).replace("\n", " ").strip() + "."
    rows = [{"id": f"g{n}", "name_vi": cell, "mine": cell} for n, cell in enumerate(cells)]
    files = PlanFiles(
        {"groups": RawTable("groups.csv", ["id", "name_vi", "mine"], rows, list(range(2, 2 + len(rows))))},
        {"plan.yaml": f"data: .\n{line}\n"},
    )
    book = read_book(input_workbook(files), "b.xlsx")
    found = book.tables["groups"].rows if any(cells) or rows else []
    assert [(row["id"], row["name_vi"], row["mine"]) for row in found] == [
        (row["id"], row["name_vi"], row["mine"]) for row in rows
    ]
    assert book.files["plan.yaml"].split("\n")[1] == line


@pytest.mark.parametrize("text", ["3850", "0.04", "1e9", "-0.5", "0.1234567890123456", "3.850", "abc", "1E+09"])
def test_a_number_is_the_same_number_and_what_is_none_stays_text(text: str) -> None:
    rows = [{"id": "g", "headcount": text}]
    files = PlanFiles({"groups": RawTable("groups.csv", ["id", "headcount"], rows, [2])}, {"plan.yaml": "data: .\n"})
    found = read_book(input_workbook(files), "b.xlsx").tables["groups"].rows[0]["headcount"]
    try:
        same = float(found) == float(text) and (text != "3.850" or found == text)
    except ValueError:
        same = found == text
    assert same


# --- what the workbook offers


def columns_of(book: Path) -> list[tuple[str, Column, Any, Any]]:
    opened = openpyxl.load_workbook(book)
    return [
        (name, column, opened[name], head(opened[name], column.name))
        for name, table in TABLES.items()
        for column in table.columns.values()
    ]


def test_every_head_has_names_in_both_languages_and_a_note(exported: Path) -> None:
    for name, column, _, cell in columns_of(exported):
        first, second, id = cell.value.split("\n")
        assert (first, second) != (column.name, column.name) and id == f"[{column.name}]", (name, column.name)
        vietnamese, english = cell.comment.text.split("\n\n")
        for language, note in zip(LANGUAGES, (vietnamese, english), strict=True):
            empty = say(f"empty.{column.empty}", language) if column.empty else say("input_book.needed", language)
            assert empty in note and len(note.splitlines()) >= 2, (name, column.name, language)


def test_cells_offer_ids_and_choices_and_warn_of_bounds(exported: Path) -> None:
    for name, column, sheet, cell in columns_of(exported):
        found = [v for v in sheet.data_validations.dataValidation if f"{cell.column_letter}2" in v.sqref]
        if column.refers or column.unit in ("choice", "pacing"):
            assert [v.type for v in found] == ["list"], (name, column.name)
            assert column.refers.removesuffix(OR_TOTAL) in str(found[0].formula1)
        elif column.unit in FORMATS and column.measure.low > float("-inf"):
            assert [v.errorStyle for v in found] == ["warning"], (name, column.name)
            assert term("column", column.name, "en") and len(found[0].error) < 256
        assert all(v.errorStyle == "warning" or not v.showErrorMessage for v in found)


def test_heads_are_protected_and_cells_are_not(exported: Path) -> None:
    for name, column, sheet, cell in columns_of(exported):
        below = sheet.cell(2, cell.column)
        dimensions = sheet.column_dimensions.values()
        whole = next(one for one in dimensions if one.min <= cell.column <= one.max)
        assert sheet.protection.sheet and cell.protection.locked, (name, column.name)
        assert not (below if below.value is not None else whole).protection.locked
        assert not sheet.protection.sort and not sheet.protection.insertRows and not sheet.protection.deleteRows


def test_what_excel_would_make_a_date_is_text(exported: Path) -> None:
    sheet = openpyxl.load_workbook(exported)["objectives"]
    due = head(sheet, "due").column
    cells = [sheet.cell(row, due) for row in range(2, sheet.max_row + 1)]
    assert {cell.number_format for cell in cells} == {"@"} and {cell.data_type for cell in cells} == {"s"}
    assert any(cell.value == "2012-06" for cell in cells)


def test_the_guide_names_every_sheet_and_each_kind_of_basis_in_both_languages(exported: Path) -> None:
    opened = openpyxl.load_workbook(exported)
    assert opened.sheetnames == ["guide", *TABLES, "files", "choices"]
    labels = [row[0].value for row in opened["guide"].iter_rows() if row[0].value]
    for word in (*TABLES, "clause:", "law:", "statistic:", "assumption:"):
        assert labels.count(word) == 2, word
    assert [labels[0], labels[len(labels) // 2]] == [say("input_book.title", language) for language in LANGUAGES]


def test_a_workbook_beside_plan_yaml_says_nothing_of_the_sheet_files() -> None:
    book = openpyxl.load_workbook(io.BytesIO(input_workbook(PlanFiles(read_plan_files(SOUND).tables, {}))))
    assert "files" not in book.sheetnames
    guide = " ".join(str(cell.value) for row in book["guide"].iter_rows() for cell in row)
    assert "trainplan check" in guide and "trainplan import" not in guide and "plan.yaml" not in guide


def test_a_choice_of_a_source_offers_total_and_every_source(exported: Path) -> None:
    sheet = openpyxl.load_workbook(exported, data_only=True)["choices"]
    offered = [cell.value for cell in sheet["A"] if cell.value]
    assert offered == ["total", *(row.id for row in load_plan(DEFAULT_PLAN).tables.sources)]


# --- what does not come in


@pytest.mark.parametrize(
    ("sheet", "column", "row", "value"),
    [
        ("groups", "headcount", 2, "nhiều"),
        ("groups", "leave_rate", 3, 4),
        ("objectives", "group", 2, "nobody"),
        ("programs", "years", 4, 2.5),
    ],
)
def test_a_wrong_cell_is_named_and_nothing_is_written(
    sheet: str, column: str, row: int, value: object, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = changed(export(SOUND, tmp_path), sheet, column, row, value)
    cell = f"{head(openpyxl.load_workbook(book)[sheet], column).column_letter}{row}"
    assert main(["import", str(book), str(tmp_path / "copy")]) == 2
    said = capsys.readouterr().err
    assert f"book.xlsx, trang / sheet {sheet}, ô / cell {cell} " in said and f"'{value}'" in said
    assert not (tmp_path / "copy").exists()


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("pacing: linear", "pacing: sideways", "pacing"),
        ("first: ", "first: [", "(plan.yaml)"),
        ("plan.yaml", "../plan.yaml", "scenarios/"),
        ("plan.yaml", "scenarios/a.yaml", "plan.yaml"),
    ],
)
def test_a_wrong_line_of_a_file_is_named_by_its_cell(
    old: str, new: str, says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = export(SOUND, tmp_path)
    opened = openpyxl.load_workbook(book)
    for row in opened["files"].iter_rows():
        for cell in row:
            if old in str(cell.value):
                cell.value = str(cell.value).replace(old, new)
    opened.save(book)
    assert main(["import", str(book), str(tmp_path / "copy")]) == 2
    said = capsys.readouterr().err
    assert says in said and "book.xlsx" in said and "Traceback" not in said
    assert not (tmp_path / "copy").exists()


def test_an_existing_plan_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    copy = import_(export(SOUND, tmp_path), tmp_path / "copy")
    before = contents(copy)
    assert main(["import", str(tmp_path / "book.xlsx"), str(copy)]) == 2
    assert str(copy) in capsys.readouterr().err and contents(copy) == before


@pytest.mark.parametrize("content", [None, b"", b"PK\x03\x04 no archive"])
def test_what_is_no_workbook_is_said(content: bytes | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    if content is not None:
        (tmp_path / "book.xlsx").write_bytes(content)
    assert main(["import", str(tmp_path / "book.xlsx"), str(tmp_path / "copy")]) == 2
    assert "book.xlsx" in capsys.readouterr().err and not (tmp_path / "copy").exists()


@pytest.mark.parametrize("name", ["book.xls", "taken.xlsx"])
def test_a_file_that_cannot_be_written_is_said_in_a_sentence(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "taken.xlsx").mkdir()
    assert main(["export", str(SOUND), "--output", str(tmp_path / name)]) == 2
    said = capsys.readouterr().err
    assert name in said and "Traceback" not in said and "Is a directory" not in said
    assert [path.name for path in tmp_path.iterdir()] == ["taken.xlsx"]


@pytest.mark.parametrize("text", ["a" * 32_768, "bell\x07"])
def test_a_text_that_no_cell_can_hold_is_refused_with_its_place(text: str) -> None:
    files = read_plan_files(SOUND)
    files.tables["groups"].rows[1]["basis"] = text
    with pytest.raises(PlanError, match=r"groups\.csv, .* 3, .*basis"):
        input_workbook(files)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("first: 1\ndata: ../x  # there\nlast: 2\n", "first: 1\ndata: d  # there\nlast: 2\n"),
        ("data:\n  - a\n  - b  # two\n# end\nlast: 2\n", "data: d  # two\n# end\nlast: 2\n"),
        ('data: [a, "b"]\nlast: 2\n', "data: d\nlast: 2\n"),
        ('last: 2\ndata: "x y"', "last: 2\ndata: d"),
        ("last: 2\n", "last: 2\ndata: d\n"),
        ("name: {data: x}\ndata: y\n", "name: {data: x}\ndata: d\n"),
    ],
)
def test_only_the_place_of_the_tables_changes(text: str, expected: str) -> None:
    assert with_data(text, "d") == expected


def test_a_table_is_written_as_its_file_holds_it() -> None:
    table = RawTable("t", ["id", "n"], [{"id": 'a "b", c', "n": 3850.0}, {"id": "x", "n": 0.1}, {"id": "y", "n": None}])
    assert table_text(table) == 'id,n\n"a ""b"", c",3850\nx,0.1\ny,\n'
