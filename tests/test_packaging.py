"""One list of dependencies: environment.yml, the lock and the files of the project agree with pyproject.toml."""

from __future__ import annotations

import ast
import importlib
import re
import stat
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parents[1]
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
PROJECT = SETTINGS["project"]
NEEDED = [*PROJECT["dependencies"], *(one for extra in PROJECT["optional-dependencies"].values() for one in extra)]


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def name_of(requirement: str) -> str:
    return normal(re.split(r"[\s<>=!~;\[]", requirement, maxsplit=1)[0])


def lock_lines() -> list[str]:
    """A line for each package, without the hashes under it."""
    lines = (ROOT / "requirements.lock").read_text("utf-8").splitlines()
    return [line.removesuffix(" \\") for line in lines if not line.startswith(" ")]


def test_conda_users_get_the_same_packages() -> None:
    listed = YAML(typ="safe").load(ROOT / "environment.yml")["dependencies"]
    pip = next(entry["pip"] for entry in listed if isinstance(entry, dict))
    packages = [entry for entry in [*listed, *pip] if isinstance(entry, str) and not entry.startswith("-e")]
    packages = [entry for entry in packages if entry != "pip"]
    assert sorted(packages) == sorted([*NEEDED, f"python{PROJECT['requires-python']}"])
    assert "-e ." in pip, "the workbook itself has to be installed too"


def test_the_lock_has_every_package_at_a_version_that_is_allowed() -> None:
    locked = {name_of(line): line for line in lock_lines()}
    for requirement in NEEDED:
        assert name_of(requirement) in locked, f"{requirement}: make requirements.lock anew (CONTRIBUTING)"
        least = [int(part) for part in requirement.split(">=")[1].split(".")]
        version = re.search(r"==([\d.]+)", locked[name_of(requirement)])
        assert version, locked[name_of(requirement)]
        assert [int(part) for part in version[1].strip(".").split(".")] >= least


def test_the_lock_pins_and_names_no_address() -> None:
    for line in lock_lines():
        assert re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.+!]+( ; [^/@\\]+)?", line), line


def test_every_package_of_the_lock_is_known_by_the_hashes_of_its_files() -> None:
    blocks = re.split(r"\n(?! )", (ROOT / "requirements.lock").read_text("utf-8").rstrip())
    for block in blocks:
        package, *hashes = block.split(" \\\n")
        assert hashes and all(re.fullmatch(r" +--hash=sha256:[0-9a-f]{64}", one) for one in hashes), package
    assert '"--require-hashes"' in (ROOT / "workbook.py").read_text("utf-8")


def test_every_dependency_is_listed_with_what_it_is_for_and_who_keeps_it_up() -> None:
    text = (ROOT / "docs" / "dependencies.md").read_text("utf-8")
    rows = [
        [cell.strip(" `") for cell in line.strip("|").split("|")] for line in text.splitlines() if line[:3] == "| `"
    ]
    direct, brought = [row for row in rows if len(row) == 3], [row for row in rows if len(row) == 2]
    assert all(all(row) for row in rows)
    assert [row[0] for row in direct] == sorted(name_of(requirement) for requirement in NEEDED)
    assert [row[0] for row in brought] == sorted({name_of(line) for line in lock_lines()} - {row[0] for row in direct})


def test_the_packages_in_use_are_those_of_the_lock() -> None:
    """Only where the environment was made from the lock, as `python workbook.py test` makes it."""
    if not (Path(sys.prefix) / "made-from.sha256").exists():
        pytest.skip("this environment was not made by workbook.py")
    from importlib.metadata import version

    for line in map(Requirement, lock_lines()):
        if line.marker is None or line.marker.evaluate():
            assert version(line.name) in line.specifier, line


def test_a_wheel_holds_every_file_that_the_library_reads() -> None:
    library, globs = ROOT / "lib" / "trainplan", SETTINGS["tool"]["setuptools"]["package-data"]["trainplan"]
    packed = {path for pattern in globs for path in library.glob(pattern)}
    read = {path for path in library.rglob("*") if path.is_file() and path.suffix not in (".py", ".pyc")}
    assert sorted(read - packed) == []
    assert all(any(library.glob(pattern)) for pattern in globs), "a pattern that finds nothing"


def text_files() -> list[Path]:
    folders = [
        ROOT / name for name in (".ci", "benchmarks", "docs", "examples", "lib", "notebooks", "params", "data", "tests")
    ]
    kinds = {".py", ".md", ".yml", ".yaml", ".toml", ".csv", ".ipynb", ".j2", ".css", ".js", ".txt", ".lock", ""}
    files = [path for folder in folders for path in folder.rglob("*") if path.suffix in kinds]
    files += [path for path in ROOT.glob("*") if path.suffix in kinds and path.name != ".git"]
    left_out = {"__pycache__", "outputs.egg-info", ".ipynb_checkpoints", "trainplan.egg-info"}
    return [path for path in files if path.is_file() and not left_out & set(path.parts[len(ROOT.parts) :][:2])]


def test_no_file_knows_the_machine_it_was_written_on() -> None:
    home = re.compile(
        rb"/(?:home|Users)/[a-z]\w+/|/(?:wo" + rb"rk|tmp)/[a-z]|[A-Z]:\\Users\\|files\.python" + rb"hosted"
    )
    for path in text_files():
        found = home.search(path.read_bytes())
        assert not found or path == Path(__file__), f"{path.relative_to(ROOT)}: {found[0]!r}"


def test_the_ci_script_can_be_started() -> None:
    script = ROOT / ".ci" / "run"
    assert script.read_text("utf-8").startswith("#!/usr/bin/env bash\n")
    if sys.platform != "win32":
        assert script.stat().st_mode & stat.S_IXUSR


@pytest.mark.parametrize("path", sorted((ROOT / "benchmarks").glob("*.py")), ids=lambda path: path.stem)
def test_what_benchmarks_take_from_the_library_is_there(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and str(node.module).split(".")[0] == "trainplan":
            module = importlib.import_module(str(node.module))
            missing = [alias.name for alias in node.names if not hasattr(module, alias.name)]
            assert not missing, f"{node.module}: {missing}"


def test_the_file_to_double_click_calls_workbook_py_and_keeps_its_window_open() -> None:
    """As Windows reads it: lines that end as its own, letters that no code page changes, one call either way."""
    data = (ROOT / "trainplan.bat").read_bytes()
    assert data.count(b"\n") == data.count(b"\r\n") and data.isascii()
    lines = [line.strip() for line in data.decode("ascii").splitlines()]
    assert [line for line in lines if line.startswith("py ")] == ["py -3 workbook.py run", "py -3 workbook.py %*"]
    assert lines[-2:] == ["pause", "exit /b %status%"] and 'cd /d "%~dp0"' in lines


FOLDERS = {".ci", ".github", "benchmarks", "data", "docs", "examples", "lib", "notebooks", "outputs", "params", "tests"}


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="only the repository says which files are kept")
def test_no_folder_of_outputs_is_kept() -> None:
    kept = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    assert {path.partition("/")[0] for path in kept if "/" in path} == FOLDERS
    assert [path for path in kept if path.startswith("outputs/")] == ["outputs/.gitkeep"]
