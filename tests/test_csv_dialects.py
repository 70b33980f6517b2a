"""CSV as Excel writes it anywhere: commas, semicolons or tabs, a decimal point or comma, and what leaves doubt."""

from __future__ import annotations

import csv
import io
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from making import copy_province
from office import needs_office, sheets_as_csv
from strategies import plans, write_plan
from test_bad_input import SOUND
from trainplan import compute, load_plan
from trainplan.cli import main
from trainplan.plan.csv_text import MEASURED, read_csv
from trainplan.plan.reading import RawTable
from trainplan.plan.schema import TABLES
from trainplan.text.problems import PlanError, Problem

NAME = "an_giang_2011_2015"
NUMBERS = {name: {c.name for c in t.columns.values() if c.unit in (*MEASURED, "pacing")} for name, t in TABLES.items()}


@dataclass(frozen=True)
class Dialect:
    """How a program writes CSV."""

    delimiter: str = ","
    mark: str = "."  # of decimals
    head: str = ""  # before the first line
    end: str = "\n"
    quoting: int = csv.QUOTE_MINIMAL

    def text(self, rows: list[list[str]], table: str) -> str:
        """A table, its head first, as this program writes it."""
        numeric = [column in NUMBERS[table] for column in rows[0]]
        out = io.StringIO()
        writer = csv.writer(out, delimiter=self.delimiter, lineterminator=self.end, quoting=self.quoting)
        for cells in rows:
            pairs = zip(cells, numeric, strict=True)
            writer.writerow([cell.replace(".", self.mark) if number else cell for cell, number in pairs])
        return self.head + out.getvalue()


EXCEL_VIETNAM = Dialect(";", ",", "\ufeff", "\r\n")
DIALECTS = {
    "program": Dialect(),
    "excel_vietnam": EXCEL_VIETNAM,
    "stated": Dialect(";", ",", "\ufeffsep=;\r\n", "\r\n"),
    "stated_comma": Dialect(",", ".", "sep=,\n"),
    "stated_tab": Dialect("\t", ",", "SEP=\t\r\n", "\r\n"),
    "tabs": Dialect("\t", ",", "\ufeff", "\r\n"),
    "semicolons_and_points": Dialect(";", "."),
    "quoted_commas": Dialect(",", ",", "", "\r\n"),
    "all_quoted": Dialect(";", ",", "", "\r\n", csv.QUOTE_ALL),
    "old_mac": Dialect(";", ",", "sep=;\r", "\r"),
}


def rewrite(folder: Path, dialect: Dialect) -> None:
    """Writes every table of a folder as a program of another place does."""
    for path in folder.glob("*.csv"):
        rows = list(csv.reader(io.StringIO(path.read_text("utf-8"), newline="")))
        path.write_text(dialect.text(rows, path.stem), "utf-8", newline="")


def an_giang(folder: Path) -> Path:
    """A copy of the plan of An Giang; its plan file."""
    return copy_province(folder) / "plan.yaml"


@pytest.mark.parametrize("dialect", DIALECTS)
def test_an_giang_reads_alike_in_every_dialect(dialect: str, tmp_path: Path) -> None:
    plan = an_giang(tmp_path)
    rewrite(tmp_path / "data" / NAME, DIALECTS[dialect])
    again, once = load_plan(plan), load_plan(NAME)
    assert again.tables == once.tables
    tables, expected = compute(again).tables, compute(once).tables
    assert list(tables) == list(expected)
    assert all(tables[name].equals(expected[name]) for name in expected)


@pytest.mark.parametrize("dialect", ["program", "excel_vietnam", "stated", "tabs"])
@pytest.mark.parametrize("title", [[], [["Số liệu, lấy ngày 31/12/2010"], [""]]], ids=["", "title"])
def test_the_heads_of_a_workbook_saved_as_csv_are_read(title: list[list[str]], dialect: str, tmp_path: Path) -> None:
    plan, data = an_giang(tmp_path), tmp_path / "data" / NAME
    lines = load_plan(plan).tables
    for path in data.glob("*.csv"):
        head, *rows = csv.reader(io.StringIO(path.read_text("utf-8"), newline=""))
        text = DIALECTS[dialect].text([head, *rows], path.stem)
        own = DIALECTS[dialect].text([head], path.stem)
        heads = io.StringIO()
        writer = csv.writer(heads, delimiter=DIALECTS[dialect].delimiter, lineterminator=DIALECTS[dialect].end)
        writer.writerows([*title, [f"Tên, đơn vị\nName; unit\n[{column}]" for column in head]])
        path.write_text(DIALECTS[dialect].head + heads.getvalue() + text.removeprefix(own), "utf-8", newline="")
    assert load_plan(plan).tables == lines
    write_wrong(data / "groups.csv", "3850", "nhiều")
    [problem] = problems_of(plan)
    assert (problem.line, problem.column, problem.value) == (
        2 + len(title) + (dialect == "stated"),
        "headcount",
        "nhiều",
    )


def write_wrong(path: Path, cell: str, instead: str) -> None:
    """Another text for a cell of a file."""
    text = path.read_bytes().decode("utf-8")
    assert text.count(cell) == 1
    path.write_bytes(text.replace(cell, instead).encode())


def problems_of(plan: Path) -> list[Problem]:
    """What a plan is refused with."""
    with pytest.raises(PlanError) as caught:
        load_plan(plan)
    return caught.value.problems


@needs_office
def test_an_giang_saved_by_a_vietnamese_office_reads_alike(tmp_path: Path) -> None:
    plan, data = an_giang(tmp_path), tmp_path / "data" / NAME
    book = openpyxl.Workbook()
    for path in sorted(data.glob("*.csv")):
        head, *rows = csv.reader(io.StringIO(path.read_text("utf-8"), newline=""))
        sheet = book.create_sheet(path.stem)
        sheet.append(head)
        for cells in rows:
            pairs = zip(head, cells, strict=True)
            sheet.append([float(v) if v and c in NUMBERS[path.stem] - {"pacing"} else v for c, v in pairs])
        path.unlink()
    del book[book.sheetnames[0]]
    book.save(tmp_path / "book.xlsx")
    saved = sheets_as_csv(tmp_path / "book.xlsx", tmp_path, "vi-VN")
    for name, path in saved.items():
        path.replace(data / f"{name}.csv")
    assert "0,04;" in (data / "groups.csv").read_text("utf-8"), "the office was to write as people there do"
    assert load_plan(plan).tables == load_plan(NAME).tables


@given(drawn=plans(), dialect=st.sampled_from(sorted(DIALECTS)), data=st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_a_number_is_read_as_it_was_meant_or_refused(drawn, dialect: str, data: st.DataObject) -> None:
    choices, tables = drawn
    assume(tables["objectives"])
    for row in tables["prices"]:  # 103.125 is a level to one program, and thousands to another
        row["value"] += data.draw(st.sampled_from([0, 0, 0.5, 0.125, 0.25]))
    with tempfile.TemporaryDirectory() as aside:
        folder = write_plan(Path(aside) / "plan", choices, tables)
        meant = load_plan(folder)
        rewrite(folder, DIALECTS[dialect])
        try:
            assert load_plan(folder).tables == meant.tables
        except PlanError as error:
            assert {(p.code, p.column) for p in error.problems} == {("read_in_two_ways", "value")}
            assert DIALECTS[dialect].delimiter != "," or DIALECTS[dialect].mark == ","


@given(head=st.sampled_from(["", "sep=;\n", "sep=,\r", "SEP=\t\r\n"]), text=st.text(';,\t"\n\r 0159.%-eE+x\u00a0'))
@settings(max_examples=300, deadline=None)
def test_whatever_stands_in_a_file_is_read_or_told(head: str, text: str) -> None:
    raw = RawTable("groups.csv", [])
    told = read_csv(raw, f"{head}id;headcount;leave_rate\na;1;0,5\n{text}", TABLES["groups"])
    assert all(str(problem) for problem in told)
    assert len(raw.rows) == len(raw.lines) and (raw.columns or told)


SEMI, TABS, QUOTED = EXCEL_VIETNAM, DIALECTS["tabs"], DIALECTS["quoted_commas"]
STATED = DIALECTS["stated"]
PLAIN = Dialect()
SLIPS: list[tuple[Dialect, str, str, str, str]] = [  # dialect, table, what stands there, the slip, words of the message
    # thousands, or a fraction
    (SEMI, "groups", ";800;", ";3.850;", "line 2 (officials) | column headcount | '3.850' | two ways | 3850 or 3,8500"),
    (SEMI, "groups", ";800;", ";3,850;", "line 2 (officials) | column headcount | '3,850' | 3850 or 3,8500"),
    (TABS, "groups", "\t800\t", "\t3.850\t", "line 2 | column headcount | '3.850' | hai cách"),
    (QUOTED, "groups", ",800,", ',"3,850",', "line 2 | column headcount | '3,850' | 3850 or 3,8500"),
    (PLAIN, "groups", ",800,", ",3.850,", "line 2 | column headcount | '3.850' | 3850 or 3.8500"),
    (PLAIN, "groups", ",800,", ',"3,850",', "line 2 | column headcount | '3,850' | 3850 or 3.8500"),
    (SEMI, "programs", ";6000000;", ";6.000;", "line 2 (college) | column cost_per_learner_year | '6.000' | 6000 or"),
    (SEMI, "pipeline", ";35;", ";1.035;", "line 2 (degree/college/2020) | column learners | '1.035' | 1035 or 1.0350"),
    (SEMI, "objectives", ";20;30;", ";1.200;30;", "line 5 (abroad_all) | column target_low | '1.200' | 1200 or 1,2000"),
    (SEMI, "prices", ";104;", ";104.125;", "line 3 (cpi/2022) | column value | '104.125' | 104125 or 104.1250"),
    (SEMI, "prices", ";104;", ";104,125;", "line 3 (cpi/2022) | column value | '104,125' | 104125 or 104,1250"),
    (TABS, "prices", "\t104\t", "\t104.125\t", "line 3 (cpi/2022) | column value | '104.125' | two ways"),
    (STATED, "prices", ";104;", ";104.125;", "line 4 (cpi/2022) | column value | '104.125' | two ways"),
    (PLAIN, "prices", ",104,", ',"104,125",', "line 3 (cpi/2022) | column value | '104,125' | 104125 or 104.1250"),
    # thousands that can be nothing else
    (SEMI, "groups", ";800;", ";1.250.000;", "line 2 | column headcount | '1.250.000' | without thousands separators"),
    (SEMI, "groups", ";800;", ";1.250,5;", "line 2 | column headcount | '1.250,5' | without thousands separators"),
    (SEMI, "groups", ";800;", ";3 850;", "line 2 | column headcount | '3 850' | without thousands separators"),
    (SEMI, "groups", ";800;", ";3\u00a0850;", "line 2 | column headcount | without thousands separators | NO-BREAK"),
    (SEMI, "groups", ";800;", ";3\u202f850,5;", "line 2 | column headcount | without thousands separators"),
    (SEMI, "groups", ";800;", ";3'850;", "line 2 | column headcount | '3'850' | without thousands separators"),
    (TABS, "ceilings", "\t1500000000\t", "\t1.500.000.000\t", "line 2 (2021/total) | column ceiling_vnd | thousands"),
    (PLAIN, "ceilings", ",1500000000,", ',"1,500,000,000",', "line 2 (2021/total) | column ceiling_vnd | thousands"),
    (PLAIN, "ceilings", ",1500000000,", ",1 500 000 000,", "line 2 | column ceiling_vnd | '1 500 000 000' | thousands"),
    # two decimal marks
    (SEMI, "groups", ";0,04;", ";0.04;", "line 2 (officials) | column leave_rate | '0.04' | such as 0,01 | in one way"),
    (PLAIN, "groups", ",0.04,", ',"0,04",', "line 2 (officials) | column leave_rate | '0,04' | such as 0.01"),
    (TABS, "routes", "\t0,3", "\t0.3", "line 3 (degree/evening) | column share | '0.3' | write all numbers"),
    (QUOTED, "funding", '"0,8"', "0.8", "line 2 (college/province) | column share | '0.8' | such as 0,2 | (ví dụ 0,2)"),
    (SEMI, "programs", ";0,98;", ";0.98;", "line 4 (short) | column completion_rate | '0.98' | such as 0,85"),
    (SEMI, "objectives", ";front;", ";0.1 0.4 0.9 1;", "line 4 (new) | column pacing | '0.1 0.4 0.9 1' | in one way"),
    # a decimal comma that parts cells
    (PLAIN, "groups", ",0.04,", ",0,04,", "line 2 | '0,04' | 11 cells where the header has 10 | comma of 0,04 cuts"),
    (PLAIN, "routes", ",0.7", ",0,7", "line 2 | '0,7' | 4 cells where the header has 3 | with semicolons between"),
    (PLAIN, "funding", ",0.8,", ",0,8,", "line 2 | '0,8' | 5 cells where the header has 4 | dấu phẩy của 0,8"),
    (PLAIN, "programs", ",0.85,", ",0,85,", "line 2 | '0,85' | cuts the number in two"),
    (PLAIN, "groups", "0.01,0.04,0.1,", "0,01,0,04,0,1,", "line 2 | '0,01, 0,04, 0,1' | 13 cells | comma of 0,01 cuts"),
    (PLAIN, "sources", "Ngân sách", "Ngân, sách", "line 2 | 5 cells where the header has 4 | put quotes"),
    # cells that are not parted, or not closed
    (PLAIN, "routes", "degree,college,0.7", "degree;college;0,7", "line 2 | 'degree;college;0,7' | same separator"),
    (SEMI, "routes", "degree;college;0,7", "degree,college,0.7", "line 2 | 'degree,college,0.7' | same separator"),
    (TABS, "routes", "yearly\tshort\t1", "yearly;short;1", "line 4 | 'yearly;short;1' | cùng một dấu phân cách"),
    (PLAIN, "routes", "objective,program,share", "objective|program|share", "routes.csv, dòng / line 1 | commas, semi"),
    (PLAIN, "routes", "objective,", "sep=;\nobjective,", "line 2 | 'objective,program,share' | says another separator"),
    (PLAIN, "routes", "objective,", "sep=|\nobjective,", "line 1 | 'sep=|' | must be separated by"),
    (PLAIN, "routes", "objective,", 'sep="\nobjective,', "line 1 | 'sep=\"' | must be separated by"),
    (SEMI, "sources", "Ngân sách tỉnh", "Ngân sách; tỉnh", "line 2 | 5 cells where the header has 4 | semicolon, tab"),
    (SEMI, "sources", "Ngân sách", '"Ngân sách', "line 2 | a quote is opened and not closed"),
    (SEMI, "sources", "Người học", '"Người" học', "line 3 | closed before the end of its cell"),
    (STATED, "sources", "Người học", '"Người học', "line 4 | một dấu ngoặc kép mở mà không đóng"),
    # columns and values, in another dialect
    (SEMI, "groups", "leave_rate", "leave_rates", "column leave_rate | Nearest: 'leave_rates'"),
    (STATED, "groups", "headcount", "Headcount", "line 2 | 'Headcount' | small letters"),
    (STATED, "groups", "growth", "headcount", "line 2 | column headcount"),
    (SEMI, "groups", ";0,04;", ";1,2;", "line 2 (officials) | column leave_rate | '1,2' | share"),
    (SEMI, "groups", ";0,04;", ";-0,04;", "line 2 (officials) | column leave_rate | '-0,04'"),
    (SEMI, "groups", ";0,04;", ";0,0,4;", "line 2 (officials) | column leave_rate | '0,0,4' | number"),
    (SEMI, "groups", ";0,04;", ";khoảng 0,04;", "line 2 (officials) | column leave_rate | 'khoảng 0,04' | number"),
    (SEMI, "groups", ";0,04;", ";;", "line 2 (officials) | column leave_rate"),
    (SEMI, "groups", ";800;", ";8,5E+03;", "line 2 (officials) | column headcount | '8,5E+03' | digits are lost"),
    (SEMI, "objectives", ";2024;", ";thg6-24;", "line 2 (degree) | column due | 'thg6-24' | 2024-06"),
    (SEMI, "ceilings", "2021;total", "2,021;total", "line 2 | column year | '2,021' | thousands separators"),
    (SEMI, "routes", "degree;college", "degree;colege", "column program | 'colege' | Nearest: 'college'"),
    (SEMI, "groups", "assumption: round", "asumption: round", "line 2 (officials) | column basis"),
    (SEMI, "groups", ";0,04;", ";#N/A;", "line 2 (officials) | column leave_rate | '#N/A' | could not compute"),
]


@pytest.mark.parametrize(("dialect", "table", "sound", "slip", "words"), SLIPS)
def test_a_slip_is_told_with_its_place(
    dialect: Dialect, table: str, sound: str, slip: str, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = Path(shutil.copytree(SOUND, tmp_path / "plan"))
    rewrite(plan, dialect)
    text = (plan / f"{table}.csv").read_bytes().decode("utf-8")
    assert sound in text
    (plan / f"{table}.csv").write_bytes(text.replace(sound, slip, 1).encode("utf-8"))
    assert main(["check", str(plan)]) == 2
    said = capsys.readouterr().err
    lines = [line for line in said.splitlines() if f"{table}.csv" in line]
    assert any(all(word in line for word in words.split(" | ")) for line in lines), said
    assert "Traceback" not in said


def test_every_decimal_comma_that_cannot_be_thousands_is_read(tmp_path: Path) -> None:
    plan = Path(shutil.copytree(SOUND, tmp_path / "plan"))
    prices = (plan / "prices.csv").read_text("utf-8").replace("cpi,2022,104,", 'cpi,2022,"103,125",')
    (plan / "prices.csv").write_text(prices.replace("cpi,2023,107,", 'cpi,2023,"106,5",'), "utf-8")
    values = [row.value for row in load_plan(plan).tables.prices if row.index == "cpi"]
    assert values == [100, 103.125, 106.5, 111]


def test_more_delimiters_than_columns_are_cells_of_nothing(tmp_path: Path) -> None:
    plan = Path(shutil.copytree(SOUND, tmp_path / "plan"))
    rewrite(plan, EXCEL_VIETNAM)
    for path in plan.glob("*.csv"):
        head, *lines = path.read_bytes().splitlines()
        path.write_bytes(head + b";;\r\n" + b"".join(line + b";;;\r\n" for line in lines))
    assert load_plan(plan).tables == load_plan(SOUND).tables


def test_a_share_has_no_thousands(tmp_path: Path) -> None:
    plan = Path(shutil.copytree(SOUND, tmp_path / "plan"))
    (plan / "turnover.csv").write_text("group;year;leave_rate;basis\ndelegates;2021;1,000;assumption: all\n", "utf-8")
    assert [row.leave_rate for row in load_plan(plan).tables.turnover] == [1]


def test_a_row_of_another_separator_is_told_alone(tmp_path: Path) -> None:
    plan = Path(shutil.copytree(SOUND, tmp_path / "plan"))
    routes = (plan / "routes.csv").read_text("utf-8").replace("yearly,short,1", "yearly;short;1")
    (plan / "routes.csv").write_text(routes, "utf-8")
    with pytest.raises(PlanError) as caught:
        load_plan(plan)
    assert [(problem.code, problem.line) for problem in caught.value.problems] == [("row_not_divided", 4)]
