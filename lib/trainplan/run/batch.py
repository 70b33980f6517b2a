"""`trainplan batch`: many plans in many scenarios and changes; what is done is not done again, what fails is named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trainplan.plan.find import OUTPUTS
from trainplan.report.batch_page import write_batch_page
from trainplan.report.national_page import write_national_page
from trainplan.run.batch_file import BatchRun, read_batch
from trainplan.run.batch_jobs import AT_ONCE, CheckJob, Checked, TablesJob, check_runs, compute_tables, failed_record
from trainplan.run.batch_records import BatchRecords
from trainplan.run.manifest import DONE, FAILED
from trainplan.run.run import default_workers, print_line
from trainplan.run.workers import WorkerDied, run_all
from trainplan.storage.log import log_duration
from trainplan.storage.progress import Progress
from trainplan.storage.store import FOLDER
from trainplan.text.catalog import LANGUAGES, both
from trainplan.text.problems import PlanError


@dataclass(frozen=True)
class BatchRequest:
    """What was asked for; results go to `outputs/<name of the file>` unless `output` says otherwise."""

    file: Path
    only_failed: bool = False
    dry_run: bool = False
    output: Path | None = None
    workers: int = 0


class Batch:
    """A batch whose input is sound: its runs with their keys, and what is recorded of them."""

    def __init__(self, request: BatchRequest, runs: Sequence[BatchRun], checked: Sequence[Checked]) -> None:
        self.request, self.runs = request, {run.name: run for run in runs}
        self.checked = dict(zip(self.runs, checked, strict=True))
        self.output = (request.output or OUTPUTS / request.file.stem).absolute()
        self.records = BatchRecords(self.output, request.file.stem)
        self.keys = {name: one.key for name, one in self.checked.items()}
        self.workers = request.workers or default_workers()

    @property
    def languages(self) -> list[str]:
        """The languages of its pages: those of its runs."""
        return [language for language in LANGUAGES if any(language in one.languages for one in self.checked.values())]

    def to_do(self) -> list[BatchRun]:
        """The runs that are not done, or that failed last time where no others are asked for."""
        before = self.records.listed()
        asked = [
            name
            for name in self.runs
            if not self.request.only_failed or self.records.status(before.get(name, "")) == FAILED
        ]
        return [self.runs[name] for name in asked if self.records.status(self.keys[name]) != DONE]

    def run(self, runs: Sequence[BatchRun]) -> None:
        """Computes runs, a few at a time in processes of their own; of a process that dies each by itself."""
        self.records.enlist(self.keys)
        store = self.output / FOLDER
        with Progress(len(runs)) as progress:
            queue = BatchQueue(self, progress)
            queue.run([TablesJob(some, store) for some in in_parts(runs, AT_ONCE)])
            queue.run([TablesJob((run,), store) for run in queue.lost])
            count = len(runs)
            done = both("batch.runs_done", done=count - queue.failed, count=count)
            print_line(f"{done}, {progress.seconds:.0f} s")

    def finish(self) -> int:
        """Renews the tables and pages over all runs, and says what failed; returns the exit status."""
        headlines = self.records.put_together()
        points: dict[str, Mapping[str, str]] = {run.name: run.point for run in self.runs.values() if run.point}
        titles = {run.plan.parent.name: self.checked[name].titles for name, run in self.runs.items()}
        page = write_batch_page(self.output, headlines, points, {}, self.languages)
        write_national_page(self.output, headlines, titles, self.languages)
        own = headlines[headlines["run"].isin([*self.runs])]
        for row in own[own["status"] == FAILED].itertuples():
            print_line(f"{row.run}: {both('run.failed')}\n  " + str(row.reason).replace("\n", "\n  "))
        print(f"{both('run.open')}: {page}", flush=True)
        return 1 if (own["status"] != DONE).any() or len(own) < len(self.runs) else 0


class BatchQueue:
    """Jobs of a batch under way."""

    def __init__(self, batch: Batch, progress: Progress) -> None:
        self.batch, self.progress = batch, progress
        self.lost: list[BatchRun] = []  # of jobs of several runs whose process died
        self.failed = 0

    def run(self, jobs: Sequence[TablesJob]) -> None:
        """Does the jobs."""
        run_all(compute_tables, jobs, self.batch.workers, self.begin, self.end, waiting=self.progress.tick)

    def begin(self, job: TablesJob) -> None:
        """Shows that a job is under way."""
        self.progress.begin(job.name)
        self.progress.draw()

    def end(self, job: TablesJob, outcome: Any) -> None:
        """Records how the runs of a job ended."""
        self.progress.underway.pop(job.name, None)
        if isinstance(outcome, WorkerDied) and len(job.runs) > 1:
            self.lost += job.runs
            return
        if isinstance(outcome, WorkerDied):
            outcome = [("", failed_record(job.runs[0], str(outcome)))]
        for run, (key, record) in zip(job.runs, outcome, strict=True):
            self.failed += record["status"] == FAILED
            self.batch.keys[run.name] = key or self.batch.keys[run.name]
            self.batch.records.record(self.batch.keys[run.name], record)
        self.progress.reach(self.progress.done + len(job.runs))


def run_batch(request: BatchRequest) -> int:
    """Runs what a batch file asks for; 0 where all of it succeeded, else 1. PlanError before anything is written."""
    runs = read_batch(request.file)
    with log_duration("plans are read and checked"):
        checked = check_all(runs, request)
    batch = Batch(request, runs, checked)
    todo = batch.to_do()
    if request.dry_run:
        return tell_runs(batch, todo)
    if len(todo) < len(runs):
        print_line(both("batch.done_already", count=len(runs) - len(todo)))
    if todo:
        batch.run(todo)
    with log_duration("tables and pages are put together"):
        return batch.finish()


def check_all(runs: Sequence[BatchRun], request: BatchRequest) -> list[Checked]:
    """What is known of every run; PlanError with the problems of all of them, each once."""
    jobs = [CheckJob(some, request.file.name) for some in in_parts(runs, 4 * AT_ONCE)]
    found: dict[CheckJob, list[Checked] | PlanError | WorkerDied] = {}
    if len(jobs) == 1:
        found[jobs[0]] = check_runs(jobs[0])
    else:
        with Progress(len(jobs)) as progress:
            progress.begin(both("progress.scenarios"))
            workers = request.workers or default_workers()
            run_all(check_runs, jobs, workers, lambda job: None, found.__setitem__, waiting=progress.tick)
    problems = [one for outcome in found.values() if isinstance(outcome, PlanError) for one in outcome.problems]
    if problems:
        raise PlanError({str(problem): problem for problem in problems}.values())
    checked: list[Checked] = []
    for job in jobs:
        outcome = found[job]
        if isinstance(outcome, WorkerDied):
            raise outcome
        checked += outcome if isinstance(outcome, list) else []
    return checked


def tell_runs(batch: Batch, todo: Sequence[BatchRun]) -> int:
    """Prints every run and whether it is to be done; returns 0."""
    names = {run.name for run in todo}
    for name in batch.runs:
        print(f"{name}: {both('batch.to_do' if name in names else 'batch.left_alone')}")
    print(both("batch.would_run", count=len(todo), all=len(batch.runs)))
    return 0


def in_parts(runs: Sequence[BatchRun], count: int) -> list[tuple[BatchRun, ...]]:
    """Runs in parts of at most `count`."""
    return [tuple(runs[first : first + count]) for first in range(0, len(runs), count)]
