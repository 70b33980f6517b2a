"""Processes with all that they started, also what is in a session of its own or has lost its parent."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys
from collections.abc import Collection, Iterator

import psutil

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36  # of Linux's prctl
GRACE = 0.5  # seconds for what was started to end by itself


def _control_process(option: int, value: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def stay_below(parent: int | None) -> None:
    """In a process of a run: what is started below it stays below it, and it ends where its parent is killed.

    Linux alone knows that; elsewhere what has lost its parent is no longer found.
    """
    _control_process(PR_SET_CHILD_SUBREAPER, 1)
    if sys.platform == "linux":
        _control_process(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)


@contextlib.contextmanager
def adopt_orphans() -> Iterator[None]:
    """Inside the block processes below this one that lose their parent become children of it (Linux)."""
    _control_process(PR_SET_CHILD_SUBREAPER, 1)
    try:
        yield
    finally:
        _control_process(PR_SET_CHILD_SUBREAPER, 0)


def children_of(pid: int | None = None, recursive: bool = False) -> list[psutil.Process]:
    """The processes that a process, this one where none is given, has started; `recursive`: all below it."""
    with contextlib.suppress(psutil.Error):
        found: list[psutil.Process] = psutil.Process(pid).children(recursive)
        return found
    return []


def _runs(process: psutil.Process) -> bool:
    with contextlib.suppress(psutil.Error):
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    return False


def memory_of_tree(pid: int) -> int:
    """Bytes of memory that a process and all that it started take."""
    total = 0
    with contextlib.suppress(psutil.Error):
        for process in [psutil.Process(pid), *children_of(pid, recursive=True)]:
            with contextlib.suppress(psutil.Error):
                total += process.memory_info().rss
    return total


def end_tree(pid: int) -> None:
    """Kills a process and all that it started.

    It is held still meanwhile, so that it starts nothing more; what loses its parent below it is found in the next
    round.
    """
    with contextlib.suppress(psutil.Error):
        root = psutil.Process(pid)
        root.suspend()
        while below := [one for one in children_of(pid, recursive=True) if _runs(one)]:
            for process in below:
                with contextlib.suppress(psutil.Error):
                    process.kill()
        root.kill()


def end_children(but: Collection[int]) -> list[str]:
    """Kills the children of this process, but for those with some ids, with all that they started; returns the names
    of those that did not end by themselves within a moment."""
    children = [one for one in children_of() if one.pid not in but]
    left = [one for one in psutil.wait_procs(children, timeout=GRACE)[1] if _runs(one)]
    names = []
    for process in left:
        with contextlib.suppress(psutil.Error):
            names.append(process.name())
        end_tree(process.pid)
    psutil.wait_procs(left)
    return names
