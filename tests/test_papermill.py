"""Every notebook under plain papermill, as somebody without our command line runs it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))
pytestmark = pytest.mark.slow


def papermill(book: Path | str, output: Path, folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "papermill", "--no-progress-bar", *options, str(book), str(output)]
    return subprocess.run(command, cwd=folder, capture_output=True, encoding="utf-8", errors="replace", check=False)


def errors(book: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    return [output for cell in book.cells for output in cell.get("outputs", []) if output.output_type == "error"]


def test_there_are_notebooks() -> None:
    assert len(NOTEBOOKS) >= 6


@pytest.mark.parametrize("folder", [ROOT, ROOT / "notebooks"], ids=["root", "notebooks"])
@pytest.mark.parametrize("book", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_runs_from_either_folder_and_writes_nothing_else(book: Path, folder: Path, tmp_path: Path) -> None:
    done = papermill(book.relative_to(folder), tmp_path / "out.ipynb", folder, "-p", "language", "en")
    assert done.returncode == 0, done.stderr[-2000:]
    executed = nbformat.read(tmp_path / "out.ipynb", 4)
    assert all(cell.metadata.papermill.status == "completed" for cell in executed.cells)
    assert not errors(executed)
    warnings = [o.text for c in executed.cells for o in c.get("outputs", []) if o.get("name") == "stderr"]
    assert not warnings
    assert {path.name for path in tmp_path.iterdir()} == {"out.ipynb"}


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("plan", "an_giang_2011_2105", ["'an_giang_2011_2105'", "'an_giang_2011_2015'"]),
        ("scenario", "bse", ["'bse'", "'base'"]),
        ("language", "vn", ["'vn'"]),
        ("langage", "vi", ["'langage'", "'language'"]),
    ],
)
@pytest.mark.parametrize("book", NOTEBOOKS[:1] + NOTEBOOKS[-1:], ids=lambda path: path.stem)
def test_what_is_misspelt_stops_it_in_its_first_cell(
    book: Path, name: str, value: str, words: list[str], tmp_path: Path
) -> None:
    done = papermill(book, tmp_path / "out.ipynb", ROOT, "-p", name, value)
    assert done.returncode != 0
    executed = nbformat.read(tmp_path / "out.ipynb", 4)
    (error,) = errors(executed)
    assert all(word in error.evalue for word in words), error.evalue
    assert "Traceback" not in "\n".join(error.traceback)
    ran = [cell for cell in executed.cells if cell.cell_type == "code" and cell.execution_count]
    assert error in ran[-1].outputs and len(ran) <= 3, "parameters, those given, and the cell that sets up"


def test_papermill_explains_the_parameters(tmp_path: Path) -> None:
    for book in NOTEBOOKS:
        done = papermill(book, tmp_path / "x.ipynb", ROOT, "--help-notebook")
        for name in ("plan", "scenario", "overrides", "language", "output_dir"):
            lines = [line for line in done.stdout.splitlines() if line.strip().startswith(f"{name}:")]
            assert lines and "Unknown type" not in lines[0], f"{book.name}: {name}\n{done.stdout}"
