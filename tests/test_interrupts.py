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


def alive(group: int) -> list[psutil.Process]:
    """The processes of a group that still run."""
    found = []
    for process in psutil.process_iter():
        try:
            if os.getpgid(process.pid) == group and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except (psutil.NoSuchProcess, ProcessLookupError):
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


def test_two_interrupts_are_one(line: list[str]) -> None:
    process = begun([sys.executable, "-m", "trainplan", *line])
    time.sleep(1)
    for _ in range(5):
        os.killpg(process.pid, signal.SIGINT)
        time.sleep(0.01)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 1 and err.count("Stopped") == 1 and "Traceback" not in err
    assert alive(process.pid) == []
