"""Results in Excel: totals are formulas that give what the model says, in any plan, and equal results equal bytes."""

from __future__ import annotations

import csv
import re
import shutil
import zipfile
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import openpyxl
import pytest
import xlsxwriter
from openpyxl.utils.cell import range_boundaries

from office import convert, needs_office
from trainplan.cli import main
from trainplan.plan.plan import load_plan
from trainplan.report.excel import share_format, sheet_columns, write_excel
from trainplan.report.index import run_links
from trainplan.results.registry import RESULTS
from trainplan.results.tables import Results, compute
from trainplan.run.manifest import Manifest
from trainplan.run.run import Request, run
from trainplan.sheets.workbook import sheet_name
from trainplan.text.catalog import LANGUAGES, say

HERE = Path(__file__).parent
SOUND = HERE / "broken" / "sound"
LAST = 2045  # of the plan of 25 years
SUMMARIES = ("excel.by_year", "excel.by_source", "excel.people")
SUM = re.compile(r"=SUM\(([A-Z]+\d+(:[A-Z]+\d+)?)\)")


def lengthened(folder: Path) -> Path:
    """A copy, in `folder`, of the sound plan that runs on to LAST with the prices and ceilings of its last year."""
    copy = Path(shutil.copytree(SOUND, folder / "long"))
    (copy / "plan.yaml").write_text((copy / "plan.yaml").read_text("utf-8").replace("2024", str(LAST)), "utf-8")
    for name in ("ceilings", "prices"):
        with (copy / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        more = [{**row, "year": year} for row in rows if row["year"] == "2024" for year in range(2025, LAST + 1)]
        with (copy / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows([*rows, *more])
    return copy


@pytest.fixture(params=["an_giang", "one_year", "25_years", "no_ceilings"])
def results(request: pytest.FixtureRequest, tmp_path: Path) -> Results:
    plans = {
        "an_giang": "an_giang_2011_2015",
        "one_year": str(HERE / "plans" / "one_year"),
        "no_ceilings": str(HERE / "plans" / "worked_example"),
    }
    return compute(load_plan(plans.get(request.param) or lengthened(tmp_path)))


@cache
def sound() -> Results:
    return compute(load_plan(SOUND))


def model_totals(results: Results) -> set[int]:
    """What the model says that all years come to: money of all sources in đồng, people and classes of all programs."""
    classes = results.over_years("classes")
    people = {round(classes[name].sum()) for name in ("new_learners", "new_classes")}
    limited = (results.funded_vnd, results.lacking_vnd) if results.plan.has_ceilings else ()
    return people | {round(value) for value in (results.requirement_vnd, *limited)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_totals_are_formulas_with_what_the_model_says(results: Results, language: str, tmp_path: Path) -> None:
    path = write_excel(results, tmp_path / "a.xlsx", language)
    book, values = openpyxl.load_workbook(path), openpyxl.load_workbook(path, data_only=True)
    found: set[int] = set()
    for key in SUMMARIES:
        sheet, said = book[say(key, language)], values[say(key, language)]
        total = say("word.total", language)
        headings = [cell.value for cell in sheet[1]]
        for row in sheet.iter_rows(min_row=2):
            is_total = total in [cell.value for cell in row[:2]]
            for cell in row[1 if key == "excel.by_year" else 2 :]:
                if not (is_total or headings[cell.column - 1] == total) or cell.value is None:
                    continue
                matched = SUM.fullmatch(str(cell.value))
                assert matched, f"{key} {cell.coordinate} is no formula: {cell.value}"
                left, top, right, bottom = range_boundaries(matched[1])
                parts = said.iter_rows(top, bottom, left, right, values_only=True)
                added = sum(part or 0 for line in parts for part in line)
                assert said[cell.coordinate].value == pytest.approx(added, abs=0.5)
                found.add(round(said[cell.coordinate].value))
    assert model_totals(results) <= found
    others = [sheet for sheet in book if sheet.title not in [say(key, language) for key in SUMMARIES]]
    assert not [cell for sheet in others for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]


@needs_office
def test_an_office_program_that_recalculates_finds_the_same_totals(results: Results, tmp_path: Path) -> None:
    path = write_excel(results, tmp_path / "a.xlsx", "vi")
    written, formulas = openpyxl.load_workbook(path, data_only=True), openpyxl.load_workbook(path)
    again = openpyxl.load_workbook(convert(path, "xlsx", tmp_path / "again"), data_only=True)
    sums = [
        (sheet.title, cell.coordinate)
        for sheet in formulas
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f"
    ]
    assert len(sums) > 5
    for sheet, cell in sums:
        assert round(again[sheet][cell].value) == round(written[sheet][cell].value), (sheet, cell)


@needs_office
def test_the_office_program_recalculates(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(tmp_path / "a.xlsx")
    sheet = book.add_worksheet("one")
    sheet.write_row(0, 0, ["Năm", 1.5])
    sheet.write_formula(1, 1, "=B1*2", None, 99)
    book.close()
    again = convert(tmp_path / "a.xlsx", "xlsx", tmp_path / "again")
    assert openpyxl.load_workbook(again, data_only=True)["one"]["B2"].value == 3
    assert convert(tmp_path / "a.xlsx", "csv", tmp_path / "again", "vi-VN").read_text("utf-8") == "Năm;1,5\n;3\n"


@pytest.mark.parametrize("language", LANGUAGES)
def test_sheets_come_in_order_and_none_is_empty(results: Results, language: str, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(write_excel(results, tmp_path / "a.xlsx", language))
    first = [say(f"excel.{key}", language) for key in ("cover", "by_year", "by_source", "people", "charts", "targets")]
    tables = [RESULTS[stem].title(language) for stem, frame in results.tables.items() if len(frame)]
    assert book.sheetnames == [*first, *tables, say("excel.register", language)]
    assert all(sheet.max_row > 1 for sheet in book if sheet.title != say("excel.charts", language))
    assert all(int(sheet.page_setup.paperSize) == 9 and sheet.sheet_properties.pageSetUpPr.fitToPage for sheet in book)
    pages = book[first[2]].page_setup.fitToWidth or 1
    assert (pages > 1) == (len(results.plan.years) > 20), "what is too small to be read goes over several pages"
    headings = {cell.value for sheet in book for cell in sheet[1]}
    ceiling = RESULTS["budget"].heading("ceiling_vnd", language)
    items = {cell.value for cell in book[say("excel.by_source", language)]["A"]}
    assert (ceiling in headings, ceiling in items) == (results.plan.has_ceilings, results.plan.has_ceilings)


def test_names_stand_before_ids_and_ids_last() -> None:
    columns = sheet_columns(sound(), "enrollment", "en")
    assert [column.heading for column in columns[:3]] == ["Year", "Target", "Program"]
    assert [column.heading for column in columns[-2:]] == ["Target (id)", "Program (id)"]


def test_people_are_whole(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(write_excel(sound(), tmp_path / "a.xlsx", "vi"), data_only=True)
    numbers = [c.value for row in book["Lượt người theo chương trình"].iter_rows(2, min_col=3) for c in row]
    assert sum(numbers) > 0 and all(number == int(number) for number in numbers)


@pytest.mark.parametrize("words", ["=1+1", "@SUM(A1)", "+84 296", "-1"])
def test_what_a_person_wrote_begins_no_formula(words: str, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(SOUND, tmp_path / "plan"))
    with (copy / "plan.yaml").open("a", encoding="utf-8") as file:
        file.write(f"\nowner: '{words}'\n")
    results = compute(load_plan(copy, "base", {"groups.officials.leave_rate": {"scale": 1, "reason": words}}))
    book = openpyxl.load_workbook(write_excel(results, tmp_path / "a.xlsx", "vi", title=words))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert sum(cell.value == words for cell in cells) == 3
    assert all(SUM.fullmatch(cell.value) for cell in cells if cell.data_type == "f")


@pytest.mark.parametrize("language", LANGUAGES)
def test_charts_draw_the_rows_that_they_name(language: str, tmp_path: Path) -> None:
    path = write_excel(compute(load_plan("an_giang_2011_2015")), tmp_path / "a.xlsx", language)
    names = {"c": "http://schemas.openxmlformats.org/drawingml/2006/chart"}
    with zipfile.ZipFile(path) as file:
        money, people = (ElementTree.fromstring(file.read(f"xl/charts/chart{n}.xml")) for n in (1, 2))
    values = openpyxl.load_workbook(path, data_only=True)
    for chart, key in ((money, "excel.by_source"), (people, "excel.people")):
        assert len(chart.findall(".//c:barChart/c:ser", names)) > 4
        for reference in chart.findall(".//c:ser/c:val/c:numRef", names):
            sheet, _, place = str(reference.findtext("c:f", "", names)).rpartition("!")
            assert sheet.strip("'") == say(key, language)
            drawn = [float(point.text or 0) for point in reference.findall(".//c:v", names)]
            (row,) = values[sheet.strip("'")][place.replace("$", "")]
            assert drawn == [cell.value for cell in row]
    assert len(money.findall(".//c:lineChart/c:ser", names)) == 1
    assert not people.findall(".//c:lineChart", names)


def test_equal_results_give_equal_bytes(tmp_path: Path) -> None:
    for language in LANGUAGES:
        files = [write_excel(sound(), tmp_path / f"{n}.xlsx", language).read_bytes() for n in "ab"]
        assert files[0] == files[1]


def test_what_is_missed_never_looks_reached() -> None:
    assert share_format(0.951, None) == "0.0%" and share_format(0.99996, 1.0) == "0.000%"


def test_a_sheet_has_a_name_that_excel_takes() -> None:
    long = "Một tên dài hơn hẳn ba mươi mốt chữ cái"
    assert sheet_name(long, []) == long[:31]
    assert sheet_name(long, [long[:31].upper()]) == long[:27] + " (2)"
    assert sheet_name("'Kinh phí [2011/2015]: a*b?'", []) == "Kinh phí (2011-2015)- a-b-"


# --- from the command line


def folder_of_run(request: Request) -> Path:
    return request.output / "plan" / "base"


def test_a_run_writes_links_and_renews_workbooks(tmp_path: Path) -> None:
    plan, books = Path(shutil.copytree(SOUND, tmp_path / "plan")), tmp_path / "notebooks"
    books.mkdir()
    request = Request(str(plan), library=books, output=tmp_path / "out", excel=True)
    assert run(request) == 0
    files = {name: folder_of_run(request) / f"plan_base.{name}.xlsx" for name in LANGUAGES}
    before = {name: file.read_bytes() for name, file in files.items()}
    assert '"plan_base.vi.xlsx"' in (folder_of_run(request) / "manifest.json").read_text("utf-8")
    for language in LANGUAGES:
        links = run_links(request.output / "plan", Manifest(folder_of_run(request)).summarize(None), language)
        assert links["files"][0]["href"] == f"base/plan_base.{language}.xlsx"
    assert run(request) == 0 and {name: file.read_bytes() for name, file in files.items()} == before
    text = (plan / "plan.yaml").read_text("utf-8")
    (plan / "plan.yaml").write_text(text.replace("Kế hoạch mẫu", "Kế hoạch khác"), "utf-8")
    assert run(Request(str(plan), library=books, output=tmp_path / "out")) == 0
    assert files["vi"].read_bytes() != before["vi"], "what an earlier run left is not of earlier numbers"


def test_a_run_without_the_option_writes_none(tmp_path: Path) -> None:
    (tmp_path / "notebooks").mkdir()
    request = Request(str(SOUND), library=tmp_path / "notebooks", output=tmp_path / "out")
    assert run(request) == 0 and not list(tmp_path.rglob("*.xlsx"))


def test_tables_writes_one_workbook_a_language(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tables", str(SOUND), "--output", str(tmp_path), "--excel"]) == 0
    names = {path.name for path in tmp_path.glob("*.xlsx")}
    assert names == {"sound_base.vi.xlsx", "sound_base.en.xlsx"} and "sound_base.vi.xlsx" in capsys.readouterr().out
    assert (tmp_path / "budget.csv").is_file()
