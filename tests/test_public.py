"""What is promised to notebooks and scripts: the names of `trainplan`, where they are told, and who uses no others."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import nbformat
import pytest

import trainplan

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
PROSE = re.compile("[a-zà-ỹ]{2,} [a-zà-ỹ]{2,}", re.IGNORECASE)


def code_cells(notebook: Path) -> Iterator[ast.Module]:
    """The code of a notebook, but for the cell of its parameters."""
    for cell in nbformat.read(notebook, 4).cells:
        if cell.cell_type == "code" and "parameters" not in cell.metadata.get("tags", []):
            yield ast.parse(cell.source)


def imported(tree: ast.Module) -> set[str]:
    """What is imported of our library, as module.name; the public names without their module."""
    froms = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    found = {f"{node.module}.{alias.name}" for node in froms for alias in node.names}
    found |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    return {name.removeprefix("trainplan.") for name in found if name.split(".")[0] == "trainplan"}


@pytest.mark.parametrize("name", trainplan.__all__)
def test_a_public_name_is_there_and_documented(name: str) -> None:
    value = getattr(trainplan, name)
    assert isinstance(value, ModuleType) or callable(value)
    assert len(value.__doc__ or "") > 30
    assert name in dir(trainplan)


def test_the_readme_tells_of_every_public_name_and_no_other() -> None:
    section = (ROOT / "README.md").read_text("utf-8").split("## From Python")[1].split("\n## ")[0]
    rows = re.findall(r"^\| (`.+?`) \|", section, re.MULTILINE)
    told = [name for row in rows for name in re.findall(r"`(\w+)", row)]
    assert sorted(told) == trainplan.__all__


def test_what_is_not_public_is_not_found() -> None:
    with pytest.raises(AttributeError, match="no attribute 'boook'"):
        trainplan.boook  # noqa: B018


def test_the_lines_of_its_own_documentation_run() -> None:
    code = textwrap.dedent("\n".join(re.findall(r"^    .*$", trainplan.__doc__ or "", re.MULTILINE)))
    assert len(code.splitlines()) == 3
    names: dict[str, Any] = {}
    exec(code, names)
    assert names["results"].plan.scenario == "proportional_rule"


def test_to_import_it_takes_nothing_else_along() -> None:
    """Which keeps `trainplan check --help` quick."""
    code = "import sys, trainplan; print(sorted({'pandas', 'numpy', 'matplotlib', 'IPython'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_calls_public_names_and_neither_defines_nor_repeats_nor_tells(notebook: Path) -> None:
    cells = list(code_cells(notebook))
    assert cells and set().union(*map(imported, cells)) <= set(trainplan.__all__)
    kept_out = (ast.FunctionDef, ast.Lambda, ast.ClassDef, ast.For, ast.While, ast.comprehension)
    for node in (node for cell in cells for node in ast.walk(cell)):
        assert not isinstance(node, kept_out), ast.unparse(node)
        assert not (isinstance(node, ast.Constant) and PROSE.search(str(node.value))), ast.unparse(node)


def test_there_are_examples() -> None:
    assert len(EXAMPLES) >= 2


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_is_short_keeps_to_public_names_and_runs(example: Path, tmp_path: Path) -> None:
    source = example.read_text("utf-8")
    assert len(source.splitlines()) < 30
    assert imported(ast.parse(source)) <= set(trainplan.__all__)
    done = subprocess.run([sys.executable, example], cwd=tmp_path, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0 and done.stdout.strip() and not done.stderr, done.stderr


def test_the_example_of_budgets_finds_more_targets_met_with_more_money(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(ROOT / "examples")
    from many_budgets import targets_by_ceiling

    met = (targets_by_ceiling("an_giang_2011_2015", [12, 18]) == "met").sum()
    assert met["18"] > met["12"]
