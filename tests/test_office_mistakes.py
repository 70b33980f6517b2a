"""What people do to a workbook or a CSV file in an office: one mistake is one problem, told where it is."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import Workbook

from test_workbook_plans import (
    BOOK,
    SOUND,
    add_row,
    cell,
    plan_of_workbook,
    problems_of,
    rename,
    sheet_in_workbook,
    with_data,
)
from trainplan.cli import main
from trainplan.plan.plan import load_plan
from trainplan.text.problems import PlanError, problem_of_file

LEVERS = """
levers:
- {id: people, address: groups.*.headcount, change: scale, label: {vi: a}, group: people, unit: times,
   low: 0.5, high: 1.5, step: 0.1}
- {id: leave, address: groups.officials.leave_rate, label: {vi: a}, group: people, unit: share,
   low: 0, high: 0.5, step: 0.1}
uncertain:
- {address: groups.*.headcount, form: scale, distribution: uniform, low: 0.9, high: 1.1, name: {vi: a}, reason: {vi: a}}
"""
REMARKS = [
    (add_row("groups", "Ghi chú: số liệu của Sở Nội vụ"), "sheet groups | line 5 | this row lacks name_vi, headcount"),
    (add_row("groups", None, "Ghi chú"), "sheet groups | line 5 | this row lacks id, "),
    (add_row("groups", "Tổng cộng", None, None, None, 1320), "sheet groups | line 5 (Tổng cộng) | a total"),
    (add_row("ceilings", "Cộng", None, 9_000_000_000), "sheet ceilings | this row lacks source, basis"),
    (add_row("objectives", None, None, None, None, None, "Người lập biểu"), "sheet objectives | this row lacks id"),
    (add_row("routes", "Đơn vị: %"), "sheet routes | this row lacks program, share"),
]
RENAMED = [
    (rename("groups", "Nhóm"), "sheet Nhóm | give it the name of its table | Nearest: 'groups'"),
    (rename("ceilings", "Hạn mức"), "sheet Hạn mức | give it the name of its table | Nearest: 'ceilings'"),
    (rename("prices", "Sheet3"), "sheet Sheet3 | give it the name of its table | Nearest: 'prices'"),
]
CELLS = [
    (cell("groups", "E2", "800 người"), "cell E2 (officials) | column headcount | a number is expected"),
    (cell("groups", "E2", "8,00"), "cell E2 (officials) | column headcount"),
    (cell("groups", "E2", None), "cell E2 (officials) | column headcount | a value is needed"),
    (cell("groups", "G2", "bốn"), "cell G2 (officials) | column leave_rate | a number is expected"),
    (cell("groups", "G2", 4), "cell G2 (officials) | column leave_rate | write 85 percent as 85% or 0.85"),
    (cell("objectives", "C2", "tỷ lệ"), "column kind | cho phép: 'attainment', 'annual', 'appointment', 'count'."),
]
MISTAKES = [*REMARKS, *RENAMED, *CELLS]


@pytest.mark.parametrize(("change", "words"), MISTAKES, ids=[words for _, words in MISTAKES])
def test_one_mistake_is_one_problem(change: Callable[[Workbook], object], words: str, tmp_path: Path) -> None:
    """Whatever levers and ranges name the cell."""
    plan = plan_of_workbook(tmp_path, change)
    with (plan / "plan.yaml").open("a", encoding="utf-8") as file:
        file.write(LEVERS)
    lines = problems_of(plan)
    assert len(lines) == 1, lines
    assert all(word in lines[0] for word in [BOOK, *words.split(" | ")]), lines[0]


def test_a_change_of_a_cell_that_is_refused_is_not_told_as_well(tmp_path: Path) -> None:
    plan = plan_of_workbook(tmp_path, cell("groups", "E2", "800 người"))
    with pytest.raises(PlanError) as caught:
        load_plan(plan, overrides={"groups.*.headcount": {"scale": 1.2}})
    assert [problem.cell for problem in caught.value.problems] == ["E2"]


def test_a_remark_under_a_csv_table_is_one_problem(tmp_path: Path) -> None:
    plan = Path(shutil.copytree(SOUND, tmp_path / "plan"))
    with (plan / "groups.csv").open("a", encoding="utf-8") as file:
        file.write("Ghi chú: số liệu tạm\n")
    assert [line.split(":")[0] for line in problems_of(plan)] == ["  - groups.csv, dòng / line 5 (Ghi chú"]


def test_a_copy_of_a_sheet_is_only_noted(tmp_path: Path) -> None:
    def copy(book: Workbook) -> None:
        book.copy_worksheet(book["groups"]).title = "groups (2)"

    assert ["sheet groups (2)" in note for note in sheet_in_workbook(copy, tmp_path)] == [True]


def test_a_folder_with_all_tables_in_a_workbook_is_one_problem(tmp_path: Path) -> None:
    plan = plan_of_workbook(tmp_path)
    with_data(plan, ".")
    (plan / "plan.yaml").write_text((plan / "plan.yaml").read_text("utf-8").replace(BOOK, "."), "utf-8")
    assert [line.split(":")[0] for line in problems_of(plan)] == [f"  - {BOOK}"]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("nothing.xlsx", "không có tệp này"),
        ("folder.xlsx", "đây là thư mục"),
        ("~$a.xlsx", "a.xlsx"),
        ("a.xls", ".xlsx"),
    ],
)
def test_what_cannot_be_imported_is_told_in_vietnamese(
    name: str, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "folder.xlsx").mkdir()
    for file in ("~$a.xlsx", "a.xls"):
        (tmp_path / file).write_bytes(b"x")
    assert main(["import", str(tmp_path / name), str(tmp_path / "copy")]) == 2
    [line] = capsys.readouterr().err.splitlines()[1:]
    assert words in line.rpartition(name)[2] and not (tmp_path / "copy").exists()


def test_a_file_that_another_program_holds_is_told() -> None:
    assert "đóng lại" in str(problem_of_file("a.xlsx", PermissionError(13, "Permission denied")))
