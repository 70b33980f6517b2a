"""Jobs in processes of their own, a few at a time: forked from this one where that is safe, else started afresh."""

from __future__ import annotations

import contextlib
import gc
import sys
from collections.abc import Callable, Sequence
from multiprocessing import connection, get_context
from typing import Any, TypeVar

from trainplan.run import interrupts
from trainplan.run.interrupts import hold_back
from trainplan.storage.log import start_log
from trainplan.storage.progress import TICK

Work = TypeVar("Work")
Result = TypeVar("Result")

# macOS has fork too, but its own libraries do not survive it; Windows has none.
START = "fork" if sys.platform == "linux" else "spawn"


class WorkerDied(Exception):
    """A process ended without a result: it was killed, or ran out of memory. `code` is its exit code."""

    def __init__(self, code: int | None) -> None:
        super().__init__(code)
        self.code = code


def run_all(
    function: Callable[[Work], Result],
    jobs: Sequence[Work],
    workers: int,
    started: Callable[[Work], None],
    ended: Callable[[Work, Result | WorkerDied], None],
    start_method: str = START,
    waiting: Callable[[], None] = lambda: None,
) -> None:
    """Calls `function` on every job in a process of its own, at most `workers` at once.

    In this process `started(job)` is called as each begins, and `ended(job, outcome)` when it has ended, with what the
    function returned or WorkerDied; `waiting()` is called every second meanwhile. Whatever ends this call, an interrupt
    too, ends the processes.
    """
    context: Any = get_context(start_method)
    gc.freeze()
    to_come = list(reversed(jobs))
    running: dict[Any, tuple[Any, Work]] = {}
    try:
        while to_come or running:
            while to_come and len(running) < max(1, workers):
                job = to_come.pop()
                result, end = context.Pipe(duplex=False)
                process = context.Process(target=_work, args=(function, job, end), daemon=True)
                with hold_back():  # between its start and its entry in the list nobody could end it
                    process.start()
                    interrupts.running.append(process)
                    running[result] = (process, job)
                end.close()
                started(job)
            ready: list[Any] = connection.wait(list(running), timeout=TICK)
            waiting()
            for result in ready:
                process, job = running.pop(result)
                outcome = _receive(result)
                process.join()
                interrupts.running.remove(process)
                ended(job, outcome if outcome is not None else WorkerDied(process.exitcode))
    finally:
        with hold_back():
            interrupts.end_all()
        gc.unfreeze()


def _receive(result: Any) -> Any:
    """What a process sent before it ended; None where it sent nothing whole."""
    with contextlib.suppress(EOFError, OSError):
        return result.recv()
    return None


def _work(function: Callable[[Any], Any], job: Any, end: Any) -> None:
    """Calls `function` on a job in the process of its own, and sends what it returns through `end`."""
    interrupts.leave_to_parent()
    start_log()
    end.send(function(job))
    end.close()
