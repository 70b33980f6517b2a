"""The habits of the project: license and citation agree with pyproject.toml, hooks with `workbook.py test`."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
HOOKS = YAML(typ="safe").load(ROOT / ".pre-commit-config.yaml")["repos"]
IN_ENVIRONMENT = "python workbook.py python "


def workbook_checks() -> list[list[str]]:
    """What `workbook.py test` gives the environment's Python, check by check; without the notebooks' paths."""
    sys.path.insert(0, str(ROOT))
    try:
        from workbook import CHECKS
    finally:
        sys.path.remove(str(ROOT))
    return [["-P", *(argument for argument in command if ".ipynb" not in argument)] for _, command in CHECKS]


def hooks() -> list[dict[str, Any]]:
    return [hook for repository in HOOKS for hook in repository["hooks"]]


def test_the_citation_names_the_version_and_the_license_of_the_project() -> None:
    citation = YAML(typ="safe").load(ROOT / "CITATION.cff")
    assert citation["version"] == PROJECT["version"]
    assert citation["license"] == PROJECT["license"] == "MIT"
    assert (ROOT / "LICENSE").read_text("utf-8").startswith("MIT License\n")


def test_hooks_download_nothing_and_call_the_environment() -> None:
    assert [repository["repo"] for repository in HOOKS] == ["local"]
    for hook in hooks():
        assert hook["language"] == "system", hook["id"]
        assert hook["entry"].startswith(IN_ENVIRONMENT), hook["id"]


def test_a_hook_runs_what_the_checks_run() -> None:
    ours = {hook["id"]: shlex.split(hook["entry"].removeprefix(IN_ENVIRONMENT)) for hook in hooks()}
    alone = ours.pop("no-large-files")
    checks = workbook_checks()
    assert alone not in checks and len(ours) == 4
    for name, command in ours.items():
        assert command in checks, name


def test_every_hook_passes_on_every_file(tmp_path: Path) -> None:
    if not shutil.which("git") or not (ROOT / ".git").exists():
        pytest.skip("hooks need git, and a project that git keeps")
    if not (Path(sys.prefix) / "made-from.sha256").exists():
        pytest.skip("this environment was not made by workbook.py, which the hooks call")
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    run = subprocess.run(
        [sys.executable, "-m", "pre_commit", "run", "--all-files", "--color", "never"],
        cwd=ROOT,
        env={**os.environ, "PATH": path, "PRE_COMMIT_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert run.stdout.count("Passed") == len(hooks()), run.stdout
