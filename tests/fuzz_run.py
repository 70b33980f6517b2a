"""Runs inputs of the fuzzer in processes of their own, one after another in each, and ends what takes too long."""

from __future__ import annotations

import contextlib
import faulthandler
import multiprocessing
import os
import shutil
import signal
import sys
import tempfile
import time
import traceback
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

import psutil

from fuzz_checks import Fault, Ran, faults
from fuzz_inputs import make_case, prepare

SECONDS = 10.0  # of the processors, for one command …
LONGER = {"goal": 3, "batch": 30}  # … how many times as long for another: a search with two threads, and many runs …
EACH = 0.03  # … of which a batch may take so long for each
PATIENCE = 30.0  # seconds in which a command that runs sleeps and does nothing
GLANCE = 1.0  # the most seconds that count between two looks: whoever looks may have been stopped, too
MEMORY = 2**30  # bytes beyond those of the process at its start
Target = Callable[[Sequence[str]], int]
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
CHANGES = {"os.mkdir": 0, "os.remove": 0, "os.rmdir": 0, "os.rename": 1, "os.link": 1, "os.symlink": 1}
REACHES = ("socket.connect", "socket.getaddrinfo", "os.system", "os.exec", "webbrowser.open", "ftplib.connect")


@dataclass(frozen=True)
class Outcome:
    """What came of an input."""

    id: str
    command: str
    status: int | None
    seconds: float
    faults: tuple[Fault, ...]
    done: tuple[str, ...] = ()
    stderr: str = ""


class Watch:
    """Notes what the process writes outside of the folders that it may write into, and whom it talks to."""

    def __init__(self, allowed: Sequence[Path]) -> None:
        self.allowed = (*(str(path) for path in allowed), os.devnull)
        self.on = False
        self.seen: list[str] = []
        sys.addaudithook(self._look)

    def _look(self, event: str, words: tuple[Any, ...]) -> None:
        if not self.on:
            return
        if event == "open" and isinstance(words[0], str | bytes) and isinstance(words[2], int) and words[2] & WRITES:
            self._note(words[0])
        elif event in CHANGES and words[-1] == -1:  # else within a folder that is open, and was looked at before
            self._note(words[CHANGES[event]])
        elif event in REACHES:
            self.seen.append(f"{event} {words[1:]}"[:200])

    def _note(self, path: Any) -> None:
        if isinstance(path, str | bytes):
            whole = os.path.abspath(os.fsdecode(path))  # noqa: PTH100 - what is watched itself goes by pathlib
            if not whole.startswith(self.allowed):
                self.seen.append(whole)


def command_line(words: Sequence[str]) -> int:
    """The command line, with what it keeps for itself beside the input and not among the outputs of the project."""
    import trainplan.cli as cli

    cli.OUTPUTS = Path(tempfile.gettempdir())
    return cli.main(words)


def serve(folder: Path, target: Target, inputs: Connection, outcomes: Connection) -> None:
    """Takes ids and sends outcomes, until None comes."""
    if hasattr(os, "setsid"):
        os.setsid()
    case_folder, temporary = folder / "case", folder / "temporary"
    for made in (temporary, folder / "logs"):
        made.mkdir(parents=True, exist_ok=True)
    tempfile.tempdir = str(temporary)
    os.environ |= {"TRAINPLAN_LOG": str(folder / "logs" / "log"), "OPENBLAS_NUM_THREADS": "1", "MPLBACKEND": "agg"}
    os.environ["HOME"] = str(temporary)
    _point_streams(folder)
    hung = (folder / "hung").open("w")
    if hasattr(faulthandler, "register"):
        faulthandler.register(signal.SIGUSR1, hung)
    watch = Watch((case_folder, temporary, folder / "logs"))
    _import_all()
    while (id := inputs.recv()) is not None:
        case, done = make_case(id)
        os.chdir(folder)
        shutil.rmtree(case_folder, ignore_errors=True)
        case_folder.mkdir()
        prepare(case_folder, case)
        os.chdir(case_folder)
        outcomes.send((case.words, done))
        for scrap in temporary.iterdir():  # of a library that gave up while the input was made
            scrap.unlink()
        ran = _run(target, case.words, folder, watch)
        found = faults(ran, case_folder, case.files)
        left = [path.name for path in temporary.rglob("*") if path.is_file() and ".store" not in path.parts]
        found += [Fault("temporary files", "", ", ".join(left))] if left else []
        shutil.rmtree(temporary, ignore_errors=True)
        temporary.mkdir(exist_ok=True)
        outcomes.send(Outcome(id, case.words[0], ran.status, ran.seconds, tuple(found), tuple(done), ran.stderr[:3000]))


def _import_all() -> None:
    """What commands import, so that the first input pays for it no more than the last."""
    import trainplan.analysis.goal_seek
    import trainplan.analysis.monte_carlo
    import trainplan.cycle.survey_tables
    import trainplan.report.sentences
    import trainplan.report.stored
    import trainplan.results.registry  # noqa: F401


def _point_streams(folder: Path) -> None:
    """Sends what is printed, also by libraries that are not Python, into files; nothing is read from the terminal."""
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for number, name in ((1, "stdout"), (2, "stderr")):
        os.dup2(os.open(folder / name, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600), number)
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115


@contextlib.contextmanager
def _little_memory() -> Iterator[None]:
    """Inside the block the process gets so much memory and no more, where the system can see to it."""
    if sys.platform != "linux":
        yield
        return
    import resource

    kept = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (psutil.Process().memory_info().vms + MEMORY, kept[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, kept)


def _run(target: Target, words: Sequence[str], folder: Path, watch: Watch) -> Ran:
    _flush()
    for number in (1, 2):
        os.ftruncate(number, 0)
    log = folder / "logs" / "log"
    log.unlink(missing_ok=True)
    status, escaped = None, ""
    spent = _spent()
    watch.seen = []
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        for kind in (DeprecationWarning, PendingDeprecationWarning, ImportWarning, ResourceWarning):
            warnings.simplefilter("ignore", kind)
        try:
            with _little_memory():
                watch.on = True
                status = target(words)
        except BaseException:
            escaped = traceback.format_exc()
            status = -1
        finally:
            watch.on = False
    seconds = _spent() - spent
    _flush()
    texts = [(folder / name).read_text("utf-8", "replace") for name in ("stdout", "stderr")]
    logged = log.read_text("utf-8", "replace") if log.exists() else ""
    allowed = max(SECONDS, EACH * _count_runs(Path())) if words[0] == "batch" else limit_of(words, SECONDS)
    late = "slow" if seconds > allowed else ""
    return Ran(status, *texts, escaped, logged, tuple(watch.seen), seconds, late)


def limit_of(words: Sequence[str], seconds: float) -> float:
    """How long a command may take, s of the processors, where most may take so many."""
    return seconds * LONGER.get(words[0], 1)


def _count_runs(folder: Path) -> int:
    """How many runs of batches are summed up below a folder."""
    return sum(len(path.read_bytes().splitlines()) - 1 for path in folder.rglob("summary.csv"))


def _spent() -> float:
    """Seconds of the processors of this process and of those that it started and that have ended."""
    return sum(os.times()[:4])


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(ValueError, OSError):
            stream.flush()


# --- the other side


@dataclass
class Worker:
    """A process that runs inputs, and the one that it runs now; only what it does itself counts, or that it sleeps."""

    folder: Path
    target: Target
    seconds: float = SECONDS
    patience: float = PATIENCE
    process: Any = None
    ends: list[Connection] = field(default_factory=list)
    id: str = ""
    said: tuple[list[str], list[str]] | None = None  # the words of the input, once they are made
    begun: float = 0.0  # seconds of the processors
    spent: float = 0.0
    slept: float = 0.0
    looked: float = 0.0

    def start(self) -> None:
        """Begins anew, in an empty folder."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        context = multiprocessing.get_context("spawn")
        theirs, inputs = context.Pipe(duplex=False)
        outcomes, also_theirs = context.Pipe(duplex=False)
        self.process = context.Process(target=serve, args=(self.folder, self.target, theirs, also_theirs))
        self.process.start()
        theirs.close()
        also_theirs.close()
        self.ends = [inputs, outcomes]

    def give(self, id: str) -> None:
        """Gives it an input."""
        if self.process is None or not self.process.is_alive():
            self.start()
        self.id, self.said, self.slept, self.looked = id, None, 0.0, time.monotonic()
        self.ends[0].send(id)

    def look(self) -> Outcome | None:
        """What came of its input; None while it runs. One that takes too long or is dead comes to an end here."""
        try:
            while self.ends[1].poll():
                message = self.ends[1].recv()
                if isinstance(message, Outcome):
                    return message
                self.said = message
                self.begun = self._watch()
        except (EOFError, OSError):
            self.process.join()
            return self._ended(f"died {self.process.exitcode}")
        spent = self._watch()
        long = self.said is not None and spent - self.begun > limit_of(self.said[0], self.seconds)
        return self._ended("hung") if long or self.slept > self.patience else None

    def _watch(self) -> float:
        """The seconds of the processors so far; what passed since the last look was sleep where none were added."""
        spent, asleep = 0.0, True
        with contextlib.suppress(psutil.Error):
            own = psutil.Process(self.process.pid)
            for process in (own, *own.children(recursive=True)):
                spent += sum(process.cpu_times()[:4])
                asleep = asleep and process.status() == psutil.STATUS_SLEEPING
        now = time.monotonic()
        idle = asleep and spent == self.spent
        self.slept = self.slept + min(now - self.looked, GLANCE) if idle else 0.0
        self.spent, self.looked = spent, now
        return spent

    def _ended(self, why: str) -> Outcome:
        words, done = self.said or (["not made"], [])
        if why == "hung" and hasattr(signal, "SIGUSR1"):
            os.kill(self.process.pid, signal.SIGUSR1)
            time.sleep(0.5)
        self.end()
        hung = (self.folder / "hung").read_text()
        at = _in_order(hung)
        errors = (self.folder / "stderr").read_text("utf-8", "replace")
        ran = Ran(None, "", errors, at or errors[-3000:], "", (), self.spent - self.begun, why)
        found = tuple(faults(ran, self.folder / "case", {}))
        return Outcome(self.id, words[0], None, ran.seconds, found, tuple(done), errors[:3000])

    def end(self) -> None:
        """Ends the process and all that it started."""
        if self.process is not None and self.process.is_alive():
            with contextlib.suppress(OSError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.kill()
            self.process.join()
        self.process = None


def _in_order(dump: str) -> str:
    """The dump of a thread turned round, as a traceback has it: the place that it was at comes last."""
    threads = [part for part in dump.split("\n\n") if "Current thread" in part or "most recent call first" in part]
    return "\n".join(reversed(threads[-1].splitlines())) if threads else ""


def run_all(
    ids: Iterable[str],
    folder: Path,
    target: Target = command_line,
    workers: int = 2,
    seconds: float = SECONDS,
    patience: float = PATIENCE,
) -> Iterator[Outcome]:
    """What came of each input, as they end.

    One that takes more than so many seconds of the processors, or sleeps longer than the patience, is ended.
    """
    todo = iter(ids)
    idle = [Worker(folder / f"worker{n}", target, seconds, patience) for n in range(workers)]
    busy: list[Worker] = []
    try:
        while True:
            while idle and (id := next(todo, None)) is not None:
                worker = idle.pop()
                worker.give(id)
                busy.append(worker)
            if not busy:
                return
            wait([worker.ends[1] for worker in busy], timeout=0.5)
            for worker in [*busy]:
                outcome = worker.look()
                if outcome is not None:
                    busy.remove(worker)
                    idle.append(worker)
                    yield outcome
    finally:
        for worker in (*busy, *idle):
            worker.end()
