"""The input of a plan as its files hold it, for what makes, copies or converts plans: raw cells and texts."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from pathlib import Path

from trainplan.plan.find import PROJECT
from trainplan.plan.reading import RawTable


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


def table_text(table: RawTable) -> str:
    """A table as its CSV file holds it."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(table.columns)
    writer.writerows([cells.get(column, "") for column in table.columns] for cells in table.rows)
    return text.getvalue()
