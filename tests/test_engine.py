"""The engine: papermill finds it by its name, the stock one gives the same pages, and a process runs one notebook."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from test_papermill import errors, papermill
from test_run import DRAW, notebook
from trainplan.storage.store import FOLDER

ROOT = Path(__file__).resolve().parents[1]
SOUND = Path(__file__).parent / "broken" / "sound"
FRAME = "import pandas as pd\nfrom IPython.display import display\ndisplay(pd.DataFrame({'a': [1, 2]}))\nprint(1)\n2"


@pytest.mark.slow
def test_papermill_finds_the_engine(tmp_path: Path) -> None:
    book = ROOT / "notebooks" / "03_budget.ipynb"
    done = papermill(book, tmp_path / "out.ipynb", tmp_path, "--engine", "trainplan", "-p", "language", "en")
    assert done.returncode == 0, done.stderr[-2000:]
    executed = nbformat.read(tmp_path / "out.ipynb", 4)
    assert all(cell.metadata.papermill.status == "completed" for cell in executed.cells)
    assert not errors(executed) and any(cell.get("outputs") for cell in executed.cells)


def test_an_exit_in_a_cell_is_a_failure_of_it_under_papermill_too(tmp_path: Path) -> None:
    book = notebook(tmp_path / "in.ipynb", "import sys\nsys.exit(0)", "1")
    done = papermill(book, tmp_path / "out.ipynb", tmp_path, "--engine", "trainplan")
    assert done.returncode != 0 and "SystemExit" in done.stderr


def test_a_second_notebook_in_a_process_is_refused_in_words(tmp_path: Path) -> None:
    book = notebook(tmp_path / "in.ipynb", "1")
    call = f"papermill.execute_notebook({str(book)!r}, None, engine_name='trainplan', progress_bar=False)\n"
    done = subprocess.run(
        [sys.executable, "-c", f"import papermill\n{call}print('one')\n{call}"],
        capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert done.stdout == "one\n" and "a process runs one notebook with this engine" in done.stderr


def test_both_engines_leave_the_same(tmp_path: Path) -> None:
    plan = shutil.copytree(SOUND, tmp_path / "small")
    notebook(tmp_path / "library" / "00_one.ipynb", DRAW, FRAME)
    left = {}
    for engine in ("trainplan", "papermill"):
        output = tmp_path / engine
        request = f"Request({str(plan)!r}, library=Path({str(tmp_path / 'library')!r}), output=Path({str(output)!r})"
        code = (
            f"from pathlib import Path\nfrom trainplan.run.run import Request, run\nrun({request}, engine={engine!r}))"
        )
        # in a process of its own: what other tests have set for drawings would go along with a fork
        environment = {**os.environ, "MPLBACKEND": "agg"}  # as the command line does
        subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, env=environment)
        files = [path for path in sorted(output.rglob("*")) if path.is_file()]
        kept = output / FOLDER  # which holds what took long, and so depends on how busy the machine is
        left[engine] = {
            path.relative_to(output).as_posix(): path.read_bytes() for path in files if not path.is_relative_to(kept)
        }
    own = ("/notebooks/", "/.runs/", "manifest.json")
    ours, stock = ({n: b for n, b in of.items() if not any(word in n for word in own)} for of in left.values())
    assert [name for name in {*ours, *stock} if ours.get(name) != stock.get(name)] == []
    assert set(left["trainplan"]) == set(left["papermill"])
