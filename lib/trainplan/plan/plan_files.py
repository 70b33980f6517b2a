"""The input of a plan as its files hold it, for what makes, copies or converts plans: raw cells and texts."""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from trainplan.plan.find import PROJECT, find_plan
from trainplan.plan.plan import _last_with as last_with
from trainplan.plan.reading import Files, RawTable
from trainplan.plan.schema import NUMBER, TABLES
from trainplan.text.problems import PlanError, Problem

PLAN, SCENARIOS = "plan.yaml", "scenarios"
DECISION = "decision.txt"  # the text of the decision, beside the tables
TEXT_FILE = re.compile(rf"{re.escape(PLAN)}|{re.escape(DECISION)}|{SCENARIOS}/[^/\\:]+\.yaml")


@dataclass(frozen=True)
class PlanFiles:
    """What a plan is made from: its tables by name, and every other file by its path from the plan's folder.

    `texts` has `plan.yaml` and `scenarios/<name>.yaml`; files beside the tables, such as `decision.txt`, are in
    `beside`.
    """

    tables: dict[str, RawTable]
    texts: dict[str, str]
    beside: dict[str, str] = field(default_factory=dict)


def plan_folders(reference: str) -> tuple[Path, Path]:
    """(folder of plan.yaml, folder of the tables) for a new plan: by a name in params/ and data/, or all at a path."""
    if Path(reference).name == reference:
        return PROJECT / "params" / reference, PROJECT / "data" / reference
    folder = Path.cwd() / reference
    return folder, folder / "data"


def read_plan_files(reference: str | Path) -> PlanFiles:
    """All that the files of a plan hold, of every vintage and in further columns too; nothing in it is judged.

    PlanError where a file is missing or is no table at all.
    """
    path = find_plan(reference)
    files = Files(path.parent)
    choices = files.yaml(path)
    if choices is None:
        raise PlanError(files.problems)
    folders = [path.parent / str(folder) for folder in as_list(choices.get("data", ""))]
    found = {name: files.table(last_with(f"{name}.csv", folders), table) for name, table in TABLES.items()}
    scenarios = sorted((path.parent / SCENARIOS).glob("*.yaml"))
    texts = {PLAN: files.text(path), **{f"{SCENARIOS}/{file.name}": files.text(file) for file in scenarios}}
    decision = last_with(DECISION, folders)
    beside = {DECISION: files.text(decision)} if decision.exists() else {}
    if files.problems:
        raise PlanError(files.problems)
    return PlanFiles(
        {name: table for name, table in found.items() if table is not None},
        {name: text for name, text in texts.items() if text is not None},
        {name: text for name, text in beside.items() if text is not None},
    )


def files_to_write(files: PlanFiles, reference: str) -> dict[Path, str]:
    """The texts of a new plan's files by their paths, plan.yaml last; its `data` names the folder of the tables.

    A table without rows gets no file unless every plan needs it. PlanError where a plan stands there already.
    """
    folder, data = plan_folders(reference)
    taken = [place for place in (folder / PLAN, data) if place.is_file() or (place.is_dir() and any(place.iterdir()))]
    if taken:
        raise PlanError([Problem("PLAN", "plan_exists", reference, values={"place": taken[0]})])
    tables = {name: table for name, table in files.tables.items() if table.rows or TABLES[name].required}
    tables_as_text = {data / f"{name}.csv": table_text(table) for name, table in tables.items()}
    beside = {data / name: text for name, text in files.beside.items()}
    texts = {folder / name: text for name, text in files.texts.items() if name != PLAN}
    where = Path(os.path.relpath(data, folder)).as_posix()
    return {**tables_as_text, **beside, **texts, folder / PLAN: with_data(files.texts[PLAN], where)}


def with_data(text: str, data: str) -> str:
    """The text of a plan.yaml with `data` in place of what it says there; every other letter stays."""
    root = YAML().compose(text)
    for key, value in root.value:
        if key.value == "data":
            last = value.value[-1] if isinstance(value.value, list) and value.value else value
            end = value.end_mark.index if getattr(value, "flow_style", True) else last.end_mark.index
            return f"{text[: key.end_mark.index]}: {data}{text[end:]}"
    return f"{text}data: {data}\n"


def table_text(table: RawTable) -> str:
    """A table as its CSV file holds it."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(table.columns)
    writer.writerows([cell_text(cells.get(column)) for column in table.columns] for cells in table.rows)
    return text.getvalue()


def cell_text(value: object) -> str:
    """A raw cell as a CSV file holds it: a number by its shortest exact form, such as 3850 or 0.04."""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return "" if value is None else str(value)


def as_list(value: Any) -> list[Any]:
    """A list as it is, anything else as the only one."""
    return value if isinstance(value, list) and value else [value]
