"""A workbook that was filled in, as the files of a plan, checked where they stand."""

from __future__ import annotations

import re
import tempfile
from dataclasses import replace
from pathlib import Path

from trainplan.plan.data import LOCK, WORKBOOK
from trainplan.plan.find import every_scenario
from trainplan.plan.input_book import FILE_COLUMNS, FILES
from trainplan.plan.plan import load_plans
from trainplan.plan.plan_files import DECISION, FORMS, PLAN, SCENARIOS, PlanFiles, with_data
from trainplan.plan.reading import RawTable
from trainplan.plan.schema import TABLES
from trainplan.plan.workbook import SheetsRead, place_of, read_book
from trainplan.text.problems import PlanError, Problem

BESIDE_PLAN = re.compile(rf"({SCENARIOS}|{FORMS})/[^/\\:]+\.yaml")


def files_of_workbook(data: bytes, name: str) -> PlanFiles:
    """The files of the plan that a workbook called `name` holds; columns without a cell that need not be are left out.

    PlanError, with the cells of the workbook, where it cannot be read or is no sound plan in one of its scenarios.
    """
    if name.startswith(LOCK):
        raise PlanError([Problem(name, "workbook_lock", values={"file": name.removeprefix(LOCK)})])
    if Path(name).suffix.casefold() != WORKBOOK:
        raise PlanError([Problem(name, "not_an_excel_name")])
    book = read_book(data, name)
    texts = {path: f"{text}\n" for path, text in book.files.items() if path not in ("", FILE_COLUMNS[0])}
    problems = [
        Problem(place_of(name, FILES), "file_not_of_a_plan", path, line=book.file_rows[path][0])
        for path in texts
        if path not in (PLAN, DECISION) and not BESIDE_PLAN.fullmatch(path)
    ]
    if PLAN not in texts and not any(problem.where == name for problem in book.problems):
        problems.append(Problem(name, "no_plan_file"))
    if problems or PLAN not in texts:
        raise PlanError([*book.problems, *problems])
    beside = {DECISION: texts.pop(DECISION)} if DECISION in texts else {}
    _check_in_place(data, name, texts, book)
    return PlanFiles({table: _filled_columns(table, raw) for table, raw in book.tables.items()}, texts, beside)


def _check_in_place(data: bytes, name: str, texts: dict[str, str], book: SheetsRead) -> None:
    """Loads the plan, in every scenario, with the workbook itself as its tables, so that problems name its cells."""
    with tempfile.TemporaryDirectory() as folder:
        for beside in (SCENARIOS, FORMS):
            Path(folder, beside).mkdir()
        Path(folder, name).write_bytes(data)
        for path, text in texts.items():
            Path(folder, path).write_bytes(text.encode())
        Path(folder, PLAN).write_bytes(with_data(texts[PLAN], name).encode())
        try:
            load_plans(folder, every_scenario(folder))
        except PlanError as error:
            raise PlanError([_in_workbook(problem, name, book) for problem in error.problems]) from None


def _in_workbook(problem: Problem, name: str, book: SheetsRead) -> Problem:
    """A problem of one of the files, with the cell in which its line stands."""
    if problem.where not in book.file_rows:
        return problem
    rows = book.file_rows[problem.where]
    row = rows[min(problem.line, len(rows)) - 1] if problem.line else 0
    where = f"{place_of(name, FILES)} ({problem.where})"
    return replace(problem, where=where, line=row, cell=f"B{row}" if row else "")


def _filled_columns(table: str, raw: RawTable) -> RawTable:
    needed = TABLES[table].needed_columns
    columns = [c for c in raw.columns if c and (c in needed or any(cells.get(c) for cells in raw.rows))]
    return replace(raw, columns=columns)
