"""The notebooks for one plan: copies whose parameters cell names it, for the lab and the desk."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from nbformat import read, writes

from trainplan.plan.find import DEFAULT_PLAN, OUTPUTS, PROJECT, find_plan
from trainplan.plan.plan import Plan, load_plan
from trainplan.storage.files import write_text

NOTEBOOKS = PROJECT / "notebooks"
FOLDER = "lab"  # of the plan's outputs


def notebook_of(name: str, plan: str | None = None) -> Path:
    """The notebook as it stands where no plan or the default one is meant; for another plan its copy in the outputs.

    All notebooks are copied together; a copy for this plan that is there already stays as a person left it. PlanError
    lists what is wrong with the plan.
    """
    if plan is None or find_plan(plan) == find_plan(DEFAULT_PLAN):
        return NOTEBOOKS / name
    loaded = load_plan(plan)
    folder = OUTPUTS / loaded.key / FOLDER
    for notebook in sorted(NOTEBOOKS.glob("*.ipynb")):
        if tables_lacking(notebook, loaded):
            continue
        copy, content = folder / notebook.name, read(notebook, as_version=4)
        wanted = set_parameters(content, plan=plan_name(loaded), language=loaded.choices.language)
        if not (copy.exists() and wanted["plan"] in parameters_of(read(copy, as_version=4))):
            write_text(copy, writes(content) + "\n")
    return folder / name


def tables_lacking(notebook: Path, plan: Plan) -> list[str]:
    """Of the optional tables that a notebook declares it needs, those that the plan has no rows in.

    It declares them in its metadata: `"trainplan": {"tables": ["requests"]}`. What happened counts in closed years.
    """
    declared = json.loads(notebook.read_text(encoding="utf-8"))["metadata"].get("trainplan", {})
    there = {table: plan.tables[table] for table in declared.get("tables", ())}
    if "actuals" in there:
        there["actuals"] = tuple(row for row in plan.tables.actuals if row.year in plan.closed_years)
    return [table for table, rows in there.items() if not rows]


def plan_name(plan: Plan) -> str:
    """What a notebook is to call the plan by: its name in params/, or its path."""
    return plan.key if plan.path.parent == PROJECT / "params" / plan.key else plan.path.as_posix()


def parameters_of(notebook: Any) -> str:
    """The source of the cell that declares the parameters; empty where there is none."""
    return "".join(cell.source for cell in notebook.cells if "parameters" in cell.metadata.get("tags", []))


def set_parameters(notebook: Any, **values: str) -> dict[str, str]:
    """Puts other values in the parameters cell of the notebook; returns the lines' beginnings as they now stand."""
    lines = {name: f"{name}: str = {json.dumps(value, ensure_ascii=False)}" for name, value in values.items()}
    for cell in notebook.cells:
        if "parameters" in cell.metadata.get("tags", []):
            for name, line in lines.items():
                literal = line.replace("\\", r"\\")
                cell.source = re.sub(rf'^{name}: str = "[^"]*"', literal, cell.source, flags=re.MULTILINE)
    return lines
