"""Reads what came back of a survey in processes of their own: some damaged files end the process that reads them."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import psutil

from trainplan.cycle.survey_files import NotRead, Sheets, read_sheets, returned_files
from trainplan.run.workers import WorkerDied, run_all
from trainplan.storage.progress import Progress
from trainplan.text.catalog import both

WORKERS = 2
MEMORY = 2**30  # bytes that a process may take to read files
TOGETHER = 20  # files that a process reads

File = tuple[str, Path]  # as messages name it, and where it is


def read_returned(folder: Path, but: Path) -> dict[str, Sheets]:
    """The sheets of every file below `folder`, without those below `but`, by what messages call it.

    PlanError where there is no folder, or no file in it.
    """
    files = [(path.relative_to(folder).as_posix(), path) for path in returned_files(folder, but)]
    read: dict[str, Sheets] = {}
    with Progress(len(files)) as progress:
        progress.begin(both("progress.answers"))
        died = _read_all([files[i : i + TOGETHER] for i in range(0, len(files), TOGETHER)], read, progress)
        for name, _ in _read_all([[file] for file in died], read, progress):
            read[name] = [NotRead(name, "damaged")]
    return {name: read[name] for name, _ in files}


def _read_all(jobs: Sequence[Sequence[File]], read: dict[str, Sheets], progress: Progress) -> list[File]:
    """Adds to `read` what every job reads; returns the files of those whose process ended."""
    died: list[File] = []

    def receive(job: Sequence[File], outcome: dict[str, Sheets] | WorkerDied) -> None:
        if isinstance(outcome, WorkerDied):
            died.extend(job)
        else:
            read.update(outcome)
        progress.reach(len(read))

    run_all(_read, jobs, WORKERS, lambda _: None, receive, waiting=progress.tick)
    return died


def limit_memory() -> None:
    """Lets this process take MEMORY more than it has, where the system can: what needs more ends it."""
    if sys.platform == "win32":
        return
    import resource

    most = psutil.Process().memory_info().vms + MEMORY
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def _read(files: Sequence[File]) -> dict[str, Sheets]:
    limit_memory()
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # where the end of a process would be told in its own words
    return {name: read_sheets(path, name) for name, path in files}
