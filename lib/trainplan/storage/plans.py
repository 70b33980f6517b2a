"""New plans on the disk: where one may stand, and its files, all of them or none."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from trainplan.plan.find import folder_name
from trainplan.plan.given_files import files_in
from trainplan.plan.plan import load_plan
from trainplan.plan.plan_files import PLAN, PlanFiles, files_to_write, plan_folders, table_text, with_data
from trainplan.storage.files import check_output, write_bytes, write_text
from trainplan.text.problems import PlanError, Problem


def check_place(reference: str) -> None:
    """PlanError where no new plan can stand: its name is no name of a folder, or there are files already."""
    name = Path(reference).name
    if name in ("", "..") or folder_name(name) != name:
        raise PlanError([Problem("PLAN", "folder_name", reference, values={"written": folder_name(name or "plan")})])
    for folder in plan_folders(reference):
        check_output("PLAN", folder)
        if files_in(folder):
            raise PlanError([Problem("PLAN", "folder_in_use", str(folder))])


def write_plan(reference: str, files: PlanFiles, workbook: bytes | None = None) -> list[Path]:
    """Writes a new plan, its tables as CSV or as the workbook given; returns the files, plan.yaml the last.

    Its plan.yaml names the place of the tables. PlanError, and nothing written, where `check_place` or the check of
    the plan says so; OutputError, and nothing left, where the system refuses a file.
    """
    check_place(reference)
    _check_tables(files)
    contents = {path: text.encode() for path, text in files_to_write(files, reference).items()}
    if workbook is not None:
        folder, data = plan_folders(reference)
        book = data / f"{folder.name}.xlsx"
        text = with_data(files.texts[PLAN], Path(os.path.relpath(book, folder)).as_posix())
        beside = {folder / name: own.encode() for name, own in files.texts.items() if name != PLAN}
        contents = {book: workbook, **beside, folder / PLAN: text.encode()}
    write_new(contents)
    return list(contents)


def write_new(contents: Mapping[Path, bytes]) -> None:
    """Writes files that are not there yet; where one cannot be written, none is left. OutputError as `write_bytes`."""
    try:
        for path, content in contents.items():
            write_bytes(path, content)
    except BaseException:
        for path in contents:
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)
                path.parent.rmdir()
        raise


def _check_tables(files: PlanFiles) -> None:
    """PlanError where a plan of these tables is wrong."""
    with tempfile.TemporaryDirectory() as folder:
        for name, table in files.tables.items():
            write_text(Path(folder, f"{name}.csv"), table_text(table))
        write_text(Path(folder, PLAN), files.texts[PLAN])
        load_plan(folder)
