"""What a notebook must not do: each time it is named with the reason, the others finish, and no process is left."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from test_interrupts import runs
from test_run import manifest, notebook, written
from trainplan.run.run import Request, run
from trainplan.run.workers import Limits
from trainplan.text.catalog import both

SOUND = Path(__file__).parent / "broken" / "sound"
BAD, GOOD = ("00_bad.en", "05_good.en")
UNIX = pytest.mark.skipif(os.name == "nt", reason="Unix signals and sessions")
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="what has lost its parent is found on Linux alone")
SLEEP = "import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', 'import time; time.sleep(300)']"
HANG = "import time\ntime.sleep(300)"
ORPHAN = """
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        time.sleep(300)
    os._exit(0)
os.wait()
"""
BUSY = ORPHAN + f"{SLEEP})\nimport signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nwhile True:\n    pass"
THREADS = "import threading, time\nfor _ in range(200):\n    threading.Thread(target=time.sleep, args=[300]).start()"
EAT = "held = []\nwhile True:\n    held.append(bytearray(10_000_000))"
KILL = "import os, signal\nos.kill(os.getpid(), signal.{})"


def below(own: psutil.Process) -> set[psutil.Process]:
    """What runs below a process."""
    return {process for process in own.children(recursive=True) if runs(process)}


@pytest.fixture
def request_(tmp_path: Path) -> Iterator[Request]:
    """A small plan with a notebook to spoil and a sound one; afterwards nothing runs that did not before."""
    before = below(psutil.Process())
    plan = Path(shutil.copytree(SOUND, tmp_path / "small"))
    notebook(tmp_path / "library" / f"{GOOD[:-3]}.ipynb", "1 + 1")
    yield Request(str(plan), language="en", output=tmp_path / "out", library=tmp_path / "library", limits=Limits(60))
    assert below(psutil.Process()) - before == set()


def spoiled(request: Request, cell: str) -> Request:
    notebook(request.library / f"{BAD[:-3]}.ipynb", cell, "print('after')")
    return request


def expect_failure(request: Request, reason: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The spoiled notebook fails for a reason, on screen and in the manifest, and is done once it is mended."""
    assert run(request) == 1
    entries, err = manifest(request)["notebooks"], capsys.readouterr().err
    assert entries[GOOD]["status"] == "done" and entries[BAD]["status"] == "failed"
    assert reason in str(entries[BAD]["error"]) and reason in err and f"base/{BAD}" in err and "Traceback" not in err
    assert set(written(request)) == {f"{GOOD}.html"} and not list(request.output.rglob("*.partial*"))
    assert run(spoiled(request, "1")) == 0
    assert set(written(request)) == {f"{GOOD}.html", f"{BAD}.html"}


@pytest.mark.parametrize(("engine", "cell"), [("trainplan", HANG), ("trainplan", BUSY), ("papermill", BUSY)])
@UNIX
def test_what_takes_too_long_is_ended(
    engine: str, cell: str, request_: Request, capsys: pytest.CaptureFixture[str]
) -> None:
    limited = replace(spoiled(request_, cell), engine=engine, limits=Limits(8))
    expect_failure(limited, both("run.took_too_long", seconds="8"), capsys)


@pytest.mark.parametrize("engine", ["trainplan", "papermill"])
def test_what_takes_too_much_memory_is_ended(
    engine: str, request_: Request, capsys: pytest.CaptureFixture[str]
) -> None:
    most = psutil.Process().memory_info().rss // 2**20 + 700  # forked from this process, which has run other tests
    limited = replace(spoiled(request_, EAT), engine=engine, limits=Limits(60, most))
    expect_failure(limited, both("run.took_too_much_memory", memory=f"{most}"), capsys)


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("import sys\nsys.exit(0)", "SystemExit: sys.exit(0)"),
        ("import os\nos._exit(0)", both("run.process_died", code=0)),
        pytest.param(KILL.format("SIGKILL"), both("run.process_killed", signal="SIGKILL"), marks=UNIX),
        pytest.param(KILL.format("SIGSEGV"), both("run.process_killed", signal="SIGSEGV"), marks=UNIX),
        (f"{SLEEP})", "it left behind what still ran, and was ended: python"),
        (f"{SLEEP}, start_new_session=True)", "it left behind what still ran, and was ended: python"),
        pytest.param(ORPHAN, "it left behind what still ran, and was ended: python", marks=LINUX),
        pytest.param(ORPHAN + "os._exit(3)", both("run.process_died", code=3), marks=LINUX),
        (f"{SLEEP})\n1 / 0", "ZeroDivisionError"),
    ],
)
def test_what_ends_or_does_not_end_as_it_should_is_named(
    cell: str, reason: str, request_: Request, capsys: pytest.CaptureFixture[str]
) -> None:
    expect_failure(spoiled(request_, cell), reason, capsys)


def test_threads_that_go_on_are_ended(
    request_: Request, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trainplan.run.workers.PATIENCE", 3)
    expect_failure(spoiled(request_, THREADS), both("run.threads_go_on"), capsys)


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("import sys\nsys.exit(0)", "did not run to its end"),
        ("import os\nos._exit(0)", "DeadKernelError"),
        pytest.param(KILL.format("SIGSEGV"), "DeadKernelError", marks=UNIX),
        pytest.param(ORPHAN, "it left behind what still ran, and was ended: python", marks=LINUX),
    ],
)
def test_a_kernel_is_watched_as_well(
    cell: str, reason: str, request_: Request, capsys: pytest.CaptureFixture[str]
) -> None:
    expect_failure(replace(spoiled(request_, cell), engine="papermill"), reason, capsys)
