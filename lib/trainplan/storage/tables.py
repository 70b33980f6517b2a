"""Result tables to files: tidy CSV, UTF-8, unrounded, the same bytes for the same inputs (method.md, section 10)."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from trainplan.results.tables import Results
from trainplan.storage.files import write_text


def write_tables(results: Results, folder: Path) -> list[Path]:
    """Writes every result table into `folder`; returns the files."""
    return [write_table(frame, folder / f"{stem}.csv") for stem, frame in results.tables.items()]


def write_table(frame: pd.DataFrame, path: Path) -> Path:
    """One table; truth is written `true` and `false`, what is not there as nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_text(path, frame.map(_cell).to_csv(index=False, lineterminator="\n"))
    return path


def _cell(value: object) -> object:
    """A cell as text: the shortest digits that give the number back, whole numbers without a fraction."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None or value is pd.NA or value != value:
        return ""
    if isinstance(value, float):
        return str(int(value)) if value == int(value) and abs(value) < 2**53 else repr(float(value))
    return value
