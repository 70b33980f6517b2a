"""`lab PLAN` and `desk PLAN`: notebooks whose parameters cell names the plan, and the desk served on it."""

from __future__ import annotations

import re
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest

from servers import ROOT, TOKEN, free_port, served
from test_desk_server import ALONE, ask, with_token
from trainplan.cli import main, split_plan, stray_words
from trainplan.plan.find import DEFAULT_PLAN, OUTPUTS
from trainplan.plan.plan import load_plan
from trainplan.report.parameters import assigned
from trainplan.run.plan_notebooks import FOLDER, NOTEBOOKS, notebook_of, parameters_of, tables_lacking


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Path]:
    """A plan of a name that no other run uses; what it leaves among the outputs is taken away."""
    folder = tmp_path / f"province_{uuid.uuid4().hex[:8]}"
    yield Path(shutil.copytree(ROOT / "tests" / "plans" / "new_province", folder))
    shutil.rmtree(OUTPUTS / folder.name, ignore_errors=True)


def parameters(notebook: Path) -> dict[str, object]:
    source = parameters_of(nbformat.read(notebook, as_version=4))
    values: dict[str, object] = {}
    exec(source, values)
    return {name: values[name] for name in assigned(source, annotated=True)}


def test_the_default_plan_is_opened_where_its_notebooks_are() -> None:
    assert notebook_of("planner.ipynb") == notebook_of("planner.ipynb", DEFAULT_PLAN) == NOTEBOOKS / "planner.ipynb"


def test_every_notebook_is_copied_with_the_plan_and_its_language_in_the_parameters_cell(other: Path) -> None:
    start = notebook_of("00_start.ipynb", str(other))
    assert start == OUTPUTS / other.name / FOLDER / "00_start.ipynb"
    for original in sorted(NOTEBOOKS.glob("*.ipynb")):
        if tables_lacking(original, load_plan(other)):
            assert not (start.parent / original.name).exists()
            continue
        expected = {"plan": (other / "plan.yaml").as_posix(), "language": load_plan(other).choices.language}
        assert parameters(start.parent / original.name) == parameters(original) | expected


def test_what_a_person_wrote_in_a_copy_stays_and_a_copy_for_another_plan_does_not(other: Path) -> None:
    copy = notebook_of("01_baseline.ipynb", str(other))
    content = nbformat.read(copy, as_version=4)
    content.cells.append(nbformat.v4.new_markdown_cell("Ghi chú"))
    nbformat.write(content, copy)
    assert notebook_of("01_baseline.ipynb", str(other)) == copy
    assert nbformat.read(copy, as_version=4).cells[-1].source == "Ghi chú"
    copy.write_text(copy.read_text("utf-8").replace(other.as_posix(), "/elsewhere"), "utf-8")
    notebook_of("01_baseline.ipynb", str(other))
    assert parameters(copy)["plan"] == (other / "plan.yaml").as_posix()


@pytest.mark.parametrize(
    ("words", "plan", "stray"),
    [
        ([], None, []),
        (["x"], "x", []),
        (["x", "--port", "8899", "--no-browser"], "x", []),
        (["--port=8899", "x"], None, ["x"]),
        (["x", "y"], "x", ["y"]),
        (["--port", "8899", "y"], None, ["y"]),
    ],
)
def test_the_plan_stands_first_and_no_word_is_without_effect(words: list[str], plan: str, stray: list[str]) -> None:
    found, options = split_plan(words)
    assert found == plan and stray_words(options) == stray


@pytest.mark.parametrize("command", ["desk", "lab"])
@pytest.mark.parametrize("line", [["an_giang"], ["--port=1", DEFAULT_PLAN], [DEFAULT_PLAN, "more"]])
def test_a_wrong_line_ends_before_anything_is_served(
    command: str, line: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([command, *line]) == 2
    said = capsys.readouterr().err
    assert "Traceback" not in said and line[-1] in said


def test_the_desk_opens_on_the_plan_that_is_named(other: Path, tmp_path: Path) -> None:
    port = free_port()
    command = [*ALONE, "desk", str(other), f"--port={port}", "--no-browser", "--Voila.port_retries=0"]
    with served(command, tmp_path, f"http://127.0.0.1:{port}/api", tmp_path / "desk.log", {"JUPYTER_TOKEN": TOKEN}):
        page = ask(port, with_token("/"))[2]
    assert "tp-desk" in page and load_plan(other).title(load_plan(other).choices.language) in page
    assert not re.search("An Giang|2415", page)
