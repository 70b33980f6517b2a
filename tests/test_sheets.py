"""Workbooks: what is written is what is read, as text or as a number, and the same bytes again."""

from __future__ import annotations

import io
from collections.abc import Sequence

import openpyxl
import pytest

from trainplan.results.registry import RESULTS
from trainplan.sheets.formats import GENERAL, NUMBER_FORMATS, number_format
from trainplan.sheets.workbook import LONGEST_NAME, NARROWEST, WIDEST, Cell, SheetColumn, Workbook
from trainplan.text.catalog import LANGUAGES

LIKE_FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "{=1}", "https://example.org", "007", ""]


def content(name: str, columns: Sequence[SheetColumn]) -> bytes:
    workbook = Workbook("=Title")
    cover = workbook.add_page("Cover", (20, 30, 30))
    cover.add_title("=Title")
    cover.add_line("=Label", "=Text")
    cover.add_table("=Table", [SheetColumn("=Heading", ["=1+1"])])
    cover.add_line("after", "the table")
    workbook.add_table(name, columns)
    return workbook.content()


def read(content: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(content))


def test_text_is_never_a_formula_a_link_or_a_number() -> None:
    book = read(content("Names", [SheetColumn("=Heading", LIKE_FORMULAS)]))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s"} and not any(cell.hyperlink for cell in cells)
    assert [cell.value or "" for cell in book["Names"]["A"]] == ["=Heading", *LIKE_FORMULAS]


@pytest.mark.parametrize("unit", NUMBER_FORMATS)
def test_numbers_are_whole_and_shown_by_their_unit(unit: str) -> None:
    cells: list[Cell] = [1 / 3, None, 1.5e11]
    sheet = read(content("Numbers", [SheetColumn("n", cells, number_format(unit))]))["Numbers"]
    assert [cell.value for cell in sheet["A"]][1:] == [pytest.approx(1 / 3, rel=1e-15), None, 1.5e11]
    assert sheet["A2"].number_format == NUMBER_FORMATS[unit]
    assert sheet["A3"].data_type == "n" and number_format("text") == GENERAL


def test_a_table_is_wide_enough_and_its_headings_stay() -> None:
    texts = ["a" * 7, "b" * 33, "c" * 400]
    sheet = read(content("Widths", [SheetColumn("h", [text]) for text in texts]))["Widths"]
    assert sheet.freeze_panes == "A2" and sheet.auto_filter.ref == "A1:C2" and sheet.print_title_rows == "$1:$1"
    assert [round(sheet.column_dimensions[c].width) for c in "ABC"] == [NARROWEST + 1, 35, WIDEST + 1]


def test_a_table_without_rows_is_its_headings() -> None:
    sheet = read(content("Empty", [SheetColumn("h", [])]))["Empty"]
    assert [cell.value for cell in sheet[1]] == ["h"] and sheet.max_row == 1 and sheet.auto_filter.ref is None


def test_a_page_is_written_from_top_to_bottom() -> None:
    rows = [[cell.value for cell in row] for row in read(content("n", []))["Cover"].iter_rows(max_col=2)]
    assert rows == [
        ["=Title", None],
        [None, None],
        ["=Label", "=Text"],
        [None, None],
        ["=Table", None],
        ["=Heading", None],
        ["=1+1", None],
        ["after", "the table"],
    ]


def test_equal_content_gives_equal_bytes_and_a_long_name_is_cut() -> None:
    name = "Một tên dài hơn hẳn ba mươi mốt chữ cái"
    first, second = (content(name, [SheetColumn("h", ["a", 1.5])]) for _ in range(2))
    assert first == second and read(first).sheetnames == ["Cover", name[:LONGEST_NAME]]


@pytest.mark.parametrize("language", LANGUAGES)
def test_titles_of_result_tables_are_names_that_excel_takes(language: str) -> None:
    titles = [table.title(language) for table in RESULTS.values()]
    assert len({title.casefold() for title in titles}) == len(titles)
    assert all(len(title) <= LONGEST_NAME and not set(title) & set("[]:*?/\\'") for title in titles)
