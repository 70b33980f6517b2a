"""Ctrl+C and an end asked for, at many moments of a run: it ends with status 1, alone and without a traceback."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from test_run import notebook, wait_until

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals of a terminal are those of Unix")

SOUND = Path(__file__).parent / "broken" / "sound"
MOMENTS = 10  # for each of the two signals
HELD = (signal.SIGINT, signal.SIGTERM) if os.name != "nt" else ()


@pytest.fixture
def line(tmp_path: Path) -> list[str]:
    """The command line of a cheap run."""
    plan = shutil.copytree(SOUND, tmp_path / "small")
    return ["run", str(plan), "--notebook", "0", "--language", "en", "--output", str(tmp_path / "out")]


def begun(command: list[str]) -> subprocess.Popen[str]:
    """A process that leads a group of its own; it takes signals when it can answer them, as those of workbook.py do."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, HELD)
    try:
        return subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8", start_new_session=True
        )
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def runs(process: psutil.Process) -> bool:
    """Whether a process has not ended."""
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def alive(group: int) -> list[psutil.Process]:
    """The processes of a group that still run."""
    found = []
    for process in psutil.process_iter():
        try:
            if os.getpgid(process.pid) == group and runs(process):
                found.append(process)
        except ProcessLookupError:
            continue
    return found


def ended(command: list[str], moment: float, number: signal.Signals) -> tuple[int, str]:
    """Status and words of a process that gets a signal: Ctrl+C goes to all of its group, an end asked for to it."""
    process = begun(command)
    time.sleep(moment)
    try:
        (os.killpg if number == signal.SIGINT else os.kill)(process.pid, number)
        _, err = process.communicate(timeout=60)
        assert alive(process.pid) == []
    finally:
        for left in alive(process.pid):
            left.kill()
    return process.returncode, err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_ends_a_run_whenever_it_lands(line: list[str], number: signal.Signals) -> None:
    command, output = [sys.executable, "-m", "trainplan", *line], Path(line[-1])
    start = time.monotonic()
    assert begun(command).wait() == 0
    whole = time.monotonic() - start
    for k in range(MOMENTS):
        shutil.rmtree(output, ignore_errors=True)
        status, err = ended(command, whole * 1.05 * k / (MOMENTS - 1), number)
        assert status == 1 or (status == 0 and (output / "small" / "index.html").exists()), (k, status, err)
        assert "Traceback" not in err and "Exception ignored" not in err, (k, err)
        assert status == 0 or "Stopped" in err
        assert status == 1 or k > 0
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
    assert not list(output.rglob("*.partial*"))


BUSY = """
import ctypes, os, signal, subprocess, sys, time
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(number, signal.SIG_IGN)
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)"], start_new_session=True)
open(os.path.join(output_dir, "begun"), "w").close()
ctypes.PyDLL(None).sleep(300)  # with the lock of the interpreter
"""
RUN = (
    "import sys; from pathlib import Path; from trainplan.run import interrupts; interrupts.end_from_now();"
    "from trainplan.cli import exit_status; from trainplan.run.run import Request, run;"
    "plan, output, library, engine = sys.argv[1:];"
    "request = Request(plan, language='en', output=Path(output), library=Path(library), engine=engine);"
    "sys.exit(exit_status(lambda: run(request)))"
)


@pytest.mark.parametrize("engine", ["trainplan", "papermill"])
@pytest.mark.parametrize("number", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_run_ends_whatever_a_cell_does(number: str, engine: str, tmp_path: Path) -> None:
    shutil.copytree(SOUND, tmp_path / "small")
    notebook(tmp_path / "library" / "00_busy.ipynb", BUSY)
    places = [str(tmp_path / name) for name in ("small", "out", "library")]
    process = begun([sys.executable, "-c", RUN, *places, engine])
    wait_until(lambda: bool(list(tmp_path.rglob("begun"))), process)
    started = psutil.Process(process.pid).children(recursive=True)
    (os.kill if number == "SIGTERM" else os.killpg)(process.pid, getattr(signal, number))
    _, err = process.communicate(timeout=60)
    assert process.returncode == 1 and "Stopped" in err and "Traceback" not in err
    assert len(started) >= 2 and not any(map(runs, started))


@pytest.mark.skipif(sys.platform != "linux", reason="Linux alone tells a process that its parent has been killed")
def test_what_a_killed_run_has_started_ends_with_it(tmp_path: Path) -> None:
    shutil.copytree(SOUND, tmp_path / "small")
    wait = "import pathlib, time\npathlib.Path(output_dir, 'begun').touch()\ntime.sleep(300)"
    notebook(tmp_path / "library" / "00_long.ipynb", wait)
    places = [str(tmp_path / name) for name in ("small", "out", "library")]
    process = begun([sys.executable, "-c", RUN, *places, "trainplan"])
    wait_until(lambda: bool(list(tmp_path.rglob("begun"))), process)
    started = psutil.Process(process.pid).children(recursive=True)
    process.kill()
    process.communicate(timeout=60)
    assert started and not any(map(runs, psutil.wait_procs(started, timeout=30)[1]))


def test_nohup_keeps_a_run_alive(line: list[str]) -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        process = begun([sys.executable, "-m", "trainplan", *line])
    finally:
        signal.signal(signal.SIGHUP, before)
    for _ in range(20):
        time.sleep(0.1)
        os.killpg(process.pid, signal.SIGHUP)
    assert process.wait(timeout=60) == 0


def test_two_interrupts_are_one(line: list[str]) -> None:
    process = begun([sys.executable, "-m", "trainplan", *line])
    time.sleep(1)
    for _ in range(5):
        os.killpg(process.pid, signal.SIGINT)
        time.sleep(0.01)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 1 and err.count("Stopped") == 1 and "Traceback" not in err
    assert alive(process.pid) == []
