"""workbook.py sets up an environment, believed only when it is whole. Here with a small project and no network."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

# A build backend within the project, so that the installation needs nothing from outside.
BACKEND = """
import zipfile, pathlib
INFO = "trainplan-1.0.dist-info"
def build_editable(wheel_directory, config_settings=None, metadata_directory=None):
    name = "trainplan-1.0-py3-none-any.whl"
    with zipfile.ZipFile(pathlib.Path(wheel_directory, name), "w") as wheel:
        wheel.writestr("trainplan.pth", str(pathlib.Path.cwd() / "lib"))
        wheel.writestr(f"{INFO}/METADATA", "Metadata-Version: 2.1\\nName: trainplan\\nVersion: 1.0\\n")
        wheel.writestr(f"{INFO}/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr(f"{INFO}/RECORD", "")
    return name
"""
PROJECT = (
    '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n[project]\nname = "trainplan"\n'
)
MAIN = """
import os, signal, sys, time
print(sys.argv[1:], os.getcwd(), flush=True)
if "wait" in sys.argv:
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT, signal.SIGTERM})
    time.sleep(60)
sys.exit(3 if "fail" in sys.argv else 0)
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "sổ tính"
    package = folder / "lib" / "trainplan"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "__main__.py").write_text(MAIN)
    (folder / "backend.py").write_text(BACKEND)
    (folder / "pyproject.toml").write_text(PROJECT + 'version = "1.0"\n')
    (folder / "requirements.lock").write_text("# nothing\n")
    shutil.copy(ROOT / "workbook.py", folder)
    return folder


def workbook(project: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs workbook.py as a person does, from another folder, where nothing can be downloaded."""
    offline = {**os.environ, "PIP_INDEX_URL": "http://127.0.0.1:9/", "PIP_CONFIG_FILE": os.devnull, **environment}
    return subprocess.run(
        [sys.executable, project / "workbook.py", *arguments],
        cwd=project.parent,
        env=offline,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


@pytest.mark.slow
def test_it_makes_the_environment_once_and_hands_the_command_on(project: Path) -> None:
    first = workbook(project, "run", "--scenario", "x y")
    assert first.returncode == 0, first.stderr
    assert "['run', '--scenario', 'x y']" in first.stdout and str(project.parent) in first.stdout
    assert "Installing" in first.stderr
    again = workbook(project, "fail")
    assert again.returncode == 3, "the exit status is that of the command"
    assert again.stderr == ""

    (project / "requirements.lock").write_text("# changed\n")
    assert "Installing" in workbook(project, "check").stderr, "a lock that has changed is followed"

    (project / ".venv" / "made-from.sha256").unlink()
    (project / ".venv" / "rest").touch()
    assert workbook(project, "check").returncode == 0
    assert not (project / ".venv" / "rest").exists(), "an environment that was not finished is made anew"


@pytest.mark.slow
def test_another_python_of_the_same_name_gets_the_packages_of_its_own(project: Path) -> None:
    """The lock has packages that depend on the last digit of the version, too."""
    assert workbook(project, "check").returncode == 0
    packages = next((project / ".venv").rglob("site-packages"))
    version = f"{sys.version_info[0]}.{sys.version_info[1]}.999"
    (packages / "other.pth").write_text(f"import platform; platform.python_version = lambda: '{version}'\n")
    assert "Installing" in workbook(project, "check").stderr
    assert workbook(project, "check").stderr == ""


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="signals of a terminal are those of Unix")
def test_an_interrupt_reaches_what_it_runs(project: Path) -> None:
    """Ctrl+C goes to all that the terminal runs, an end asked for to the first process alone."""
    assert workbook(project, "check").returncode == 0
    for send, number in ((os.killpg, signal.SIGINT), (os.kill, signal.SIGTERM)):
        process = subprocess.Popen(
            [sys.executable, project / "workbook.py", "wait"], stdout=subprocess.PIPE, start_new_session=True
        )
        assert process.stdout is not None and b"wait" in process.stdout.readline()
        send(process.pid, number)
        process.communicate(timeout=30)  # the output ends with the last process that holds it
        assert process.returncode == 1


@pytest.mark.slow
def test_without_a_network_it_says_so(project: Path) -> None:
    (project / "requirements.lock").write_text(f"a-package-of-some-kind==1.0 --hash=sha256:{'0' * 64}\n")
    done = workbook(project, "run")
    assert done.returncode == 1
    assert "mạng" in done.stderr and "network" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (project / ".venv" / "made-from.sha256").exists()


def test_without_a_command_it_says_what_there_is() -> None:
    done = subprocess.run([sys.executable, ROOT / "workbook.py"], capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0
    assert "workbook.py run" in done.stdout and "workbook.py test" in done.stdout


def test_it_needs_nothing_but_the_standard_library() -> None:
    import ast

    tree = ast.parse((ROOT / "workbook.py").read_text("utf-8"))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.split(".")[0] for name in imported} <= set(sys.stdlib_module_names)
