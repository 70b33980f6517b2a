"""Jobs in processes of their own, a few at a time: forked from this one where that is safe, else started afresh."""

from __future__ import annotations

import contextlib
import gc
import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import inf
from multiprocessing import connection, get_context, parent_process
from typing import Any, TypeVar

import psutil

from trainplan.run import interrupts
from trainplan.run.interrupts import hold_back
from trainplan.run.process_tree import adopt_orphans, children_of, end_children, end_tree, memory_of_tree, stay_below
from trainplan.storage.log import start_log
from trainplan.text.catalog import both

Work = TypeVar("Work")
Result = TypeVar("Result")

# macOS has fork too, but its own libraries do not survive it; Windows has none.
START = "fork" if sys.platform == "linux" else "spawn"
LOOK = 0.5  # seconds from one look at what runs to the next
PATIENCE = 30.0  # seconds for a process to end once it has given its result
MB = 2**20  # bytes


class WorkerDied(Exception):
    """A process ended without a result, or had to be ended: `str()` says why; `reason` is the key of that."""

    def __init__(self, reason: str, **values: Any) -> None:
        super().__init__(reason)
        self.reason, self.values = reason, values

    def __str__(self) -> str:
        return both(self.reason, **self.values)


@dataclass(frozen=True)
class Limits:
    """How long a job may take, in seconds, and how much memory, in MB, with all that its process started."""

    seconds: float = inf
    memory: float = inf


NO_LIMITS = Limits()


def usual_memory() -> int:
    """How many MB of memory a job may take where nobody says: half of what the machine has."""
    return int(psutil.virtual_memory().total // 2 // MB)


@dataclass
class _Worker:
    """A process with its job, and the end of the pipe through which its result comes."""

    process: Any
    job: Any
    pipe: Any
    start: float = field(default_factory=time.monotonic)
    result: Any = None
    given: float = inf  # when the result came

    @property
    def sign_of_change(self) -> Any:
        """What shows that there is something to look at: the pipe, once that has given all the end of the process."""
        return self.pipe if self.given == inf else self.process.sentinel

    def outcome(self, limits: Limits) -> Any:
        """What the process gave, or WorkerDied; None while it goes on. Afterwards it has ended."""
        alive = self.process.is_alive()  # before the look at the pipe: what has ended has said all
        if self.given == inf and self.pipe.poll():
            self.given = time.monotonic()
            with contextlib.suppress(EOFError, OSError):
                self.result = self.pipe.recv()
        excess = self._excess(limits) if alive else None
        if alive and not excess:
            return None
        end_tree(self.process.pid)
        self.process.join()
        interrupts.running.remove(self.process)
        return excess or (_death(self.process.exitcode) if self.result is None else self.result)

    def _excess(self, limits: Limits) -> WorkerDied | None:
        if self.given < inf:
            return WorkerDied("run.threads_go_on") if time.monotonic() - self.given > PATIENCE else None
        if time.monotonic() - self.start > limits.seconds:
            return WorkerDied("run.took_too_long", seconds=f"{limits.seconds:g}")
        if limits.memory < inf and memory_of_tree(self.process.pid) > limits.memory * MB:
            return WorkerDied("run.took_too_much_memory", memory=f"{limits.memory:g}")
        return None


def _death(code: int | None) -> WorkerDied:
    if code is not None and code < 0:
        names = {number.value: number.name for number in signal.Signals}
        return WorkerDied("run.process_killed", signal=names.get(-code, -code))
    return WorkerDied("run.process_died", code=code)


def run_all(
    function: Callable[[Work], Result],
    jobs: Sequence[Work],
    workers: int,
    started: Callable[[Work], None],
    ended: Callable[[Work, Result | WorkerDied], None],
    start_method: str = START,
    waiting: Callable[[], None] = lambda: None,
    limits: Limits = NO_LIMITS,
) -> None:
    """Calls `function` on every job in a process of its own, at most `workers` at once, each within the `limits`.

    In this process `started(job)` is called as each begins, and `ended(job, outcome)` when it has ended, with what the
    function returned or WorkerDied; `waiting()` is called twice a second meanwhile. A process ends with all that it
    started. Whatever ends this call, an interrupt too, ends the processes.
    """
    context: Any = get_context(start_method)
    gc.freeze()
    to_come = list(reversed(jobs))
    running: list[_Worker] = []
    others = [child.pid for child in children_of()]
    try:
        with adopt_orphans():
            while to_come or running:
                while to_come and len(running) < max(1, workers):
                    running.append(_start(context, function, to_come.pop()))
                    started(running[-1].job)
                connection.wait([worker.sign_of_change for worker in running], timeout=LOOK)
                waiting()
                for worker in [*running]:
                    outcome = worker.outcome(limits)
                    if outcome is not None:
                        running.remove(worker)
                        if start_method == "fork":  # beside those started afresh Python has processes of its own
                            end_children(but=[*others, *(one.process.pid for one in running)])
                        ended(worker.job, outcome)
    finally:
        with hold_back():
            interrupts.end_all()
        gc.unfreeze()


def _start(context: Any, function: Callable[[Any], Any], job: Any) -> _Worker:
    pipe, end = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(function, job, end), daemon=True)
    with hold_back():  # between its start and its entry in the list nobody could end it
        process.start()
        interrupts.running.append(process)
    end.close()
    return _Worker(process, job, pipe)


def _work(function: Callable[[Any], Any], job: Any, end: Any) -> None:
    """Calls `function` on a job in the process of its own, and sends what it returns through `end`."""
    parent = parent_process()
    stay_below(parent.pid if parent else None)
    interrupts.leave_to_parent()
    start_log()
    end.send(function(job))
    end.close()
