"""The input of a plan as its files hold it, for what makes, copies or converts plans: raw cells and texts."""

from __future__ import annotations

import csv
import io
import json
import os
import re
from dataclasses import dataclass, field
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import CollectionNode, MappingNode

from trainplan.plan.data import data_folders, last_with, read_data, stated_places
from trainplan.plan.find import PROJECT, find_plan
from trainplan.plan.given_files import files_in, is_given
from trainplan.plan.reading import Files, RawTable
from trainplan.plan.schema import TABLES
from trainplan.text.problems import PlanError

PLAN, SCENARIOS, FORMS = "plan.yaml", "scenarios", "forms"
PLAIN = re.compile(r"[\w.][\w./-]*")  # a text that YAML takes as it stands
DECISION = "decision.txt"  # the text of the decision, beside the tables


@dataclass(frozen=True)
class PlanFiles:
    """What a plan is made from: its tables by name, and every other file by its path from the plan's folder.

    `texts` has `plan.yaml`, `scenarios/<name>.yaml` and `forms/<form>.yaml`; files beside the tables, such as
    `decision.txt`, are in `beside`.
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
    """All that the files of a plan hold, of every vintage and in further columns too; no cell of it is judged.

    PlanError where a file cannot be read, or is no table.
    """
    path = find_plan(reference)
    files = Files(path.parent)
    choices = files.yaml(path)
    tables = {} if choices is None else read_data(files, path, choices)
    decision = last_with(DECISION, data_folders(path, stated_places((choices or {}).get("data", ""))))
    texts = {PLAN: files.text(path) or "", **_texts_in(files, path, SCENARIOS), **_texts_in(files, path, FORMS)}
    beside = {DECISION: files.text(decision) or ""} if is_given(decision) else {}
    if files.problems:
        raise PlanError(files.problems)
    return PlanFiles(tables, texts, beside)


def form_texts(path: Path) -> dict[str, str]:
    """The forms of its own that the plan at `path` has, as in `PlanFiles.texts`; PlanError where one is no text."""
    files = Files(path.parent)
    texts = _texts_in(files, path, FORMS)
    if files.problems:
        raise PlanError(files.problems)
    return texts


def _texts_in(files: Files, path: Path, folder: str) -> dict[str, str]:
    return {f"{folder}/{file.name}": files.text(file) or "" for file in files_in(path.parent / folder, ".yaml")}


def files_to_write(files: PlanFiles, reference: str) -> dict[Path, str]:
    """The texts of a new plan's files by their paths, plan.yaml last; its `data` names the folder of the tables.

    A table without rows has no file unless every plan needs it.
    """
    folder, data = plan_folders(reference)
    tables = {name: table for name, table in files.tables.items() if table.rows or TABLES[name].required}
    tables_as_text = {data / f"{name}.csv": table_text(table) for name, table in tables.items()}
    beside = {data / name: text for name, text in files.beside.items()}
    texts = {folder / name: text for name, text in files.texts.items() if name != PLAN}
    where = Path(os.path.relpath(data, folder)).as_posix()
    return {**tables_as_text, **beside, **texts, folder / PLAN: with_data(files.texts[PLAN], where)}


def with_data(text: str, data: str) -> str:
    """The text of a plan.yaml that names `data` as the place of its tables; every other letter stays as it is.

    What is no map is returned unchanged.
    """
    try:
        root = YAML().compose(text)
    except YAMLError:
        return text
    if not isinstance(root, MappingNode):
        return text
    said = f"data: {data if PLAIN.fullmatch(data) else json.dumps(data, ensure_ascii=False)}"
    for key, value in root.value:
        if key.value == "data":
            block = isinstance(value, CollectionNode) and not value.flow_style
            end = value.value[-1].end_mark if block else value.end_mark
            return text[: key.start_mark.index] + said + text[end.index :]
    return f"{text.rstrip()}\n{said}\n"


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
