"""A batch that is killed, starved or doubled: the same command finishes it, and its folder is as if left in peace."""

from __future__ import annotations

import ctypes
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pandas as pd
import psutil
import pytest

from test_interrupts import alive
from test_run import DRAW, PARAMETERS, notebook
from trainplan.cli import exit_status, main
from trainplan.run import interrupts
from trainplan.run.batch import BatchRequest, run_batch
from trainplan.run.workers import Limits
from trainplan.text.catalog import both

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="process groups, file systems and users of Linux")

SOUND = Path(__file__).parent / "broken" / "sound"
SEED = 2415
PR_CAPBSET_DROP, CAP_DAC_OVERRIDE = 24, 1  # of Linux's prctl
WITH_CHANGES = PARAMETERS + "\noverrides: dict = {}"
KILLS = {"whole": 18, "one process": 10, "asked to end": 7, "renamed": 10, "renamed, alone": 5}  # fifty
BATCH = """runs:
- {plan: small, scenarios: [base, costs_up], notebooks: ['00', '01'], languages: [vi, en]}
- {plan: [small, other], scenarios: [base, costs_up], set: {ambition: high},
   grid: {turnover.*.leave_rate: {scale: {from: 0.5, to: 1, by: 0.02}}}}
"""
RUN = (
    "import sys; from pathlib import Path; from trainplan.run import interrupts; interrupts.end_from_now();"
    "from trainplan.cli import exit_status, main; from trainplan.run.batch import BatchRequest, run_batch;"
    "request = BatchRequest(Path('batch.yaml'), output=Path('out'), library=Path('library'), workers=2);"
    "sys.exit(exit_status(lambda: run_batch(request)))"
)
ON_A_SMALL_DISK = """
mkdir out && mount -t tmpfs -o size=$1 tmpfs out || exit 77
"$2" -P -c "$3" 2> said
status=$?
cp -r out full
mount -o remount,size=200m out
"$2" -P -c "$3" && cp -r out after && exit $status
"""


def prepare(folder: Path) -> BatchRequest:
    """The command's request, for two small plans and two notebooks in a folder."""
    for name in ("small", "other"):
        shutil.copytree(SOUND, folder / name)
    notebook(folder / "library" / "00_one.ipynb", DRAW, "print(scenario, overrides)", parameters=WITH_CHANGES)
    notebook(folder / "library" / "01_two.ipynb", "print(language)", parameters=WITH_CHANGES)
    (folder / "batch.yaml").write_text(BATCH, "utf-8")
    return BatchRequest(folder / "batch.yaml", output=folder / "out", library=folder / "library", workers=2)


def left(output: Path) -> dict[str, bytes]:
    """Every file in the folder of a batch, by its path; what is stored for the sake of speed is no result."""
    found = {path.relative_to(output).as_posix(): path for path in output.rglob("*") if path.is_file()}
    return {name: path.read_bytes() for name, path in found.items() if not name.startswith(".store/")}


@dataclass
class Undisturbed:
    """A batch that nobody disturbs: its request, what it leaves, its seconds, and how many files it renames."""

    request: BatchRequest
    files: dict[str, bytes]
    seconds: float
    renamed: int

    def expect_finished(self, output: Path | None = None) -> None:
        """What is in the folder, or one like it, is what is left when nothing happens."""
        there = left(output or self.output)
        assert [*there] and sorted(there) == sorted(self.files)
        assert [name for name in there if there[name] != self.files[name]] == []

    def expect_whole(self, output: Path | None = None) -> None:
        """What looks finished is: executed notebooks, and tables of runs that have a folder of their own."""
        for name, content in left(output or self.output).items():
            parts = Path(name).parts
            if len(parts) > 3 and parts[-2] in ("notebooks", "tables") and not parts[-1].startswith("."):
                assert name in self.files or ".failed." in name or ".partial" in name, name
                assert content == self.files.get(name, content), name

    @property
    def output(self) -> Path:
        assert self.request.output
        return self.request.output


class Counter:
    """Counts files that are renamed, in all processes; right after the last one of `until` a signal kills."""

    def __init__(self, until: int = 0, alone: bool = False) -> None:
        self.count = get_context("fork").Value("i", 0)
        self.until, self.alone, self.due = until, alone, False

    def watch(self, event: str, _: object) -> None:
        """Hears of every rename before it is done, and of whatever comes next before that."""
        if self.due:
            (os.kill if self.alone else os.killpg)(os.getpid() if self.alone else 0, signal.SIGKILL)
        if event == "os.rename":
            with self.count.get_lock():
                self.count.value += 1
                self.due = self.count.value == self.until


def command(request: BatchRequest, counter: Counter | None) -> None:
    """The command, in a process of its own that leads a group."""
    os.setsid()
    os.chdir(request.file.parent)
    os.environ |= {"OPENBLAS_NUM_THREADS": "1", "MPLBACKEND": "agg"}
    with request.file.with_name("said").open("w", encoding="utf-8") as said:
        sys.stdout = sys.stderr = said
        interrupts.end_from_now()
        if counter:
            sys.addaudithook(counter.watch)
        status = exit_status(lambda: run_batch(request))
    os._exit(status)


def begin(request: BatchRequest, counter: Counter | None = None) -> Any:
    process = get_context("fork").Process(target=command, args=(request, counter))
    process.start()
    return process


def said(request: BatchRequest) -> str:
    """What the command has said; never a traceback."""
    text = request.file.with_name("said").read_text("utf-8")
    assert "Traceback" not in text, text
    return text


def wait_for(process: Any) -> int:
    """The exit status; nothing of its group goes on."""
    process.join(120)
    try:
        psutil.wait_procs(alive(process.pid), timeout=10)
        assert alive(process.pid) == []
    finally:
        for one in alive(process.pid):
            one.kill()
    return int(process.exitcode)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    request = prepare(tmp_path_factory.mktemp("undisturbed"))
    counter, start = Counter(), time.monotonic()
    assert wait_for(begin(request, counter)) == 0, said(request)
    seconds = time.monotonic() - start
    assert request.output
    return Undisturbed(request, left(request.output), seconds, counter.count.value)


def kill_whole(process: Any, chance: random.Random) -> bool:
    os.killpg(process.pid, signal.SIGKILL)
    return True


def kill_one(process: Any, chance: random.Random) -> bool:
    below = psutil.Process(process.pid).children()
    if below:
        chance.choice(below).kill()
    return bool(below)


def ask_to_end(process: Any, chance: random.Random) -> bool:
    os.kill(process.pid, signal.SIGTERM)
    return True


AT_A_MOMENT: dict[str, Callable[[Any, random.Random], bool]] = {
    "whole": kill_whole,
    "one process": kill_one,
    "asked to end": ask_to_end,
}


def disturb(way: str, whole: Undisturbed, chance: random.Random) -> tuple[bool, int]:
    """Gives the command and kills it, or a process of it, at a random moment; whether that came in time, the status."""
    if way in AT_A_MOMENT:
        process = begin(whole.request)
        time.sleep(chance.uniform(0, whole.seconds))
        landed = False
        with suppress(psutil.NoSuchProcess, ProcessLookupError):
            landed = process.is_alive() and AT_A_MOMENT[way](process, chance)
        return landed, wait_for(process)
    counter = Counter(chance.randint(1, whole.renamed), alone="alone" in way)
    status = wait_for(begin(whole.request, counter))
    return counter.count.value >= counter.until, status


@pytest.mark.parametrize("way", KILLS)
def test_what_is_killed_is_finished_by_the_same_command(way: str, undisturbed: Undisturbed) -> None:
    chance, killed = random.Random(f"{SEED} {way}"), 0
    shutil.rmtree(undisturbed.output, ignore_errors=True)
    for _ in range(3 * KILLS[way]):
        landed, status = disturb(way, undisturbed, chance)
        killed += landed
        words = said(undisturbed.request)
        assert status == 0 or landed, words
        undisturbed.expect_whole()
        if status == 0:
            undisturbed.expect_finished()
            shutil.rmtree(undisturbed.output)
        if killed == KILLS[way]:
            break
    assert killed == KILLS[way]
    assert wait_for(begin(undisturbed.request)) == 0, said(undisturbed.request)
    undisturbed.expect_finished()


def test_two_of_one_batch_at_once_leave_what_one_does(undisturbed: Undisturbed) -> None:
    shutil.rmtree(undisturbed.output, ignore_errors=True)
    both_at_once = [begin(undisturbed.request) for _ in range(2)]
    assert [wait_for(process) for process in both_at_once] == [0, 0], said(undisturbed.request)
    undisturbed.expect_finished()


def test_one_goes_on_while_another_one_beside_it_is_killed(undisturbed: Undisturbed) -> None:
    chance = random.Random(SEED)
    for _ in range(3):
        shutil.rmtree(undisturbed.output, ignore_errors=True)
        other, own = begin(undisturbed.request), begin(undisturbed.request)
        time.sleep(chance.uniform(0, undisturbed.seconds))
        kill_whole(other, chance)
        wait_for(other)
        assert wait_for(own) == 0, said(undisturbed.request)
        assert wait_for(begin(undisturbed.request)) == 0, said(undisturbed.request)
        undisturbed.expect_finished()


@pytest.mark.parametrize("share", [0, 0.5, 0.95])
def test_on_a_disk_that_fills_what_is_whole_stays(share: float, undisturbed: Undisturbed) -> None:
    folder = undisturbed.request.file.parent
    for name in ("out", "full", "after"):
        shutil.rmtree(folder / name, ignore_errors=True)
    blocks = sum(-(-len(content) // 4096) for content in undisturbed.files.values())
    size = f"{int(share * blocks) * 4 + 16}k"
    line = ["unshare", "-rm", "sh", "-c", ON_A_SMALL_DISK, "sh", size, sys.executable, RUN]
    try:
        done = subprocess.run(line, cwd=folder, capture_output=True, encoding="utf-8", check=False)
    except FileNotFoundError:
        pytest.skip("there is no unshare")
    if done.returncode == 77 or "unshare" in done.stderr:
        pytest.skip(f"no file system may be mounted here: {done.stderr.strip()}")
    words = said(undisturbed.request)
    assert done.returncode == 1, (words, done.stderr)
    assert both("file.not_writable") in words and "No space left" in words
    undisturbed.expect_whole(folder / "full")
    undisturbed.expect_finished(folder / "after")


def allow(folder: Path, mode: int) -> None:
    """Gives a folder and all below it a mode."""
    for path in [folder, *folder.rglob("*")]:
        if path.is_dir():
            path.chmod(mode)


def begin_unprivileged(request: BatchRequest) -> subprocess.Popen[bytes]:
    """The process that gives the command, for which modes count even where it is that of root."""
    with request.file.with_name("said").open("w") as words:
        return subprocess.Popen(
            [sys.executable, "-P", "-c", RUN],
            cwd=request.file.parent,
            stderr=words,
            start_new_session=True,
            preexec_fn=lambda: ctypes.CDLL(None).prctl(PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, 0, 0, 0),
        )


def test_where_writing_is_forbidden_half_way_what_is_whole_stays(undisturbed: Undisturbed) -> None:
    output, request = undisturbed.output, undisturbed.request
    shutil.rmtree(output, ignore_errors=True)
    process = begin_unprivileged(request)
    while process.poll() is None and not [*output.glob("*/*/notebooks/*.vi.ipynb")]:
        time.sleep(0.01)
    allow(output, 0o555)
    assert process.wait(120) == 1, said(request)
    assert both("file.open_elsewhere") in said(request)
    undisturbed.expect_whole()
    assert 0 < len(left(output)) < len(undisturbed.files)
    allow(output, 0o755)
    assert begin_unprivileged(request).wait(120) == 0, said(request)
    undisturbed.expect_finished()


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> BatchRequest:
    """A batch of a run with notebooks and of one for its tables."""
    request = prepare(tmp_path)
    request.file.write_text("runs:\n- {plan: small, notebooks: [0, 1]}\n- {plan: other}", "utf-8")
    monkeypatch.chdir(tmp_path)
    return request


def test_a_notebook_that_hangs_is_named_and_the_others_are_run(
    small: BatchRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    notebook(small.library / "01_two.ipynb", "import time\ntime.sleep(300)", parameters=WITH_CHANGES)
    assert run_batch(replace(small, limits=Limits(8))) == 1
    reason, err = both("run.took_too_long", seconds="8"), capsys.readouterr().err
    assert small.output
    rows = pd.read_csv(small.output / "summary.csv", index_col="run", keep_default_na=False)
    assert [*rows["status"]] == ["failed", "done"]
    for language in ("vi", "en"):
        assert f"01_two.{language}: {reason}" in rows["reason"]["small/base"] and f"01_two.{language}: {reason}" in err
        assert (small.output / "small" / "base" / "reports" / f"00_one.{language}.html").exists()


def test_a_limit_is_given_on_the_command_line(small: BatchRequest, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["batch", "batch.yaml", "--output", "out", "--memory", "1"]) == 1
    assert both("run.took_too_much_memory", memory="1") in capsys.readouterr().err
