"""`trainplan batch`: many plans in many scenarios and changes; what is done is not done again, what fails is named."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property, partial
from itertools import groupby
from pathlib import Path
from typing import Any

from trainplan.cycle.looks import Looks
from trainplan.plan.find import OUTPUTS, every_scenario
from trainplan.plan.plan import Plan, PlanInput
from trainplan.report.batch_page import batch_pages, write_batch_page
from trainplan.report.index import ScenarioRun
from trainplan.report.links import link_pages
from trainplan.report.national_page import write_national_page
from trainplan.run.batch_file import BatchRun, read_batch
from trainplan.run.batch_jobs import (
    AT_ONCE,
    Checked,
    CheckJob,
    TablesJob,
    check_runs,
    failed_record,
    part_of_run,
    prepare_jobs,
)
from trainplan.run.batch_records import BatchRecords
from trainplan.run.cluster import connect_cluster, plan_files
from trainplan.run.execute import ENGINE, Job, check_parameters, declared_parameters
from trainplan.run.manifest import DONE, FAILED
from trainplan.run.plan_notebooks import NOTEBOOKS
from trainplan.run.run import (
    JobQueue,
    Part,
    Request,
    books_for_part,
    choose_notebooks,
    default_workers,
    print_line,
)
from trainplan.run.workers import NO_LIMITS, Limits, WorkerDied, run_all
from trainplan.storage.files import remove_partials
from trainplan.storage.log import log_duration
from trainplan.storage.progress import Progress
from trainplan.storage.provenance import code_hash, package_versions
from trainplan.storage.store import FOLDER
from trainplan.text.catalog import LANGUAGES, both
from trainplan.text.problems import PlanError, Problem


@dataclass(frozen=True)
class BatchRequest:
    """What was asked for; results go to `outputs/<name of the file>` unless `output` says otherwise."""

    file: Path
    only_failed: bool = False
    dry_run: bool = False
    output: Path | None = None
    workers: int = 0
    scheduler: str | None = None  # the address of that of a cluster to run on
    limits: Limits = NO_LIMITS
    engine: str = ENGINE
    library: Path = NOTEBOOKS


@dataclass
class NotebookRun:
    """A run with notebooks: its part, and those of the part's jobs that are asked for."""

    part: Part
    jobs: list[Job]

    @property
    def to_do(self) -> list[Job]:
        """The jobs that are not done."""
        return [job for job in self.jobs if not self.part.is_fresh(job)]

    def status_and_reason(self, output: Path) -> tuple[str, str]:
        """The status of the run as its folder below `output` tells it, and why where it is not done."""
        lacking = {job.name: job for job in self.to_do}
        entries, errors = self.part.manifest.entries(), []
        for name in [name for name in entries if name in lacking and "error" in entries[name]]:
            left = lacking[name].left_by_failure("txt")
            details = f" ({both('file.details')}: {left.relative_to(output).as_posix()})" if left.exists() else ""
            errors.append(entries[name]["error"] + details)
        why = "\n".join(errors) or both("batch.notebooks_lacking", names=", ".join(sorted(lacking)))
        return (FAILED, why) if lacking else (DONE, "")


class Batch:
    """A batch whose input is sound: its runs, with their keys, and what is recorded of them."""

    def __init__(self, request: BatchRequest, runs: Sequence[BatchRun], checked: Sequence[Checked]) -> None:
        self.request, self.runs = request, {run.name: run for run in runs}
        self.checked = dict(zip(self.runs, checked, strict=True))
        self.output = output_of(request)
        self.records = BatchRecords(self.output, request.file.stem)
        self.keys = {name: one.key for name, one in self.checked.items()}
        self.with_notebooks: dict[str, NotebookRun] = {}

    @property
    def languages(self) -> list[str]:
        """The languages of its pages: those of its runs."""
        return [language for language in LANGUAGES if any(language in one.languages for one in self.checked.values())]

    @cached_property
    def wanted_names(self) -> list[str]:
        """The names of the runs that are asked for: all, or those that failed last time."""
        before = self.records.last_keys()
        failed = [name for name in self.runs if self.records.status(before.get(name, "")) == FAILED]
        return failed if self.request.only_failed else [*self.runs]

    def tables_to_do(self) -> list[BatchRun]:
        """The runs whose tables are to be computed."""
        return [self.runs[name] for name in self.wanted_names if not self.has_tables(name)]

    def has_tables(self, name: str) -> bool:
        """Whether the tables of a run are there as they were written."""
        record = self.records.read(self.keys[name])
        if name not in self.with_notebooks:
            return record.get("status") == DONE
        files = record.get("files")
        manifest = self.with_notebooks[name].part.manifest
        return bool(files) and all(manifest.is_intact(file, expected) for file, expected in record["files"].items())

    def notebooks_to_do(self) -> list[tuple[Part, Job]]:
        """The notebooks that are to be run, each with its part."""
        some = [self.with_notebooks[name] for name in self.wanted_names if name in self.with_notebooks]
        return [(one.part, job) for one in some for job in one.to_do]

    def run(self, runs: Sequence[BatchRun], jobs: Sequence[tuple[Part, Job]], executor: Callable[..., None]) -> None:
        """Computes the tables of runs and runs notebooks by `executor`, each in a process of its own.

        Where a process with several runs dies, each of them gets one for itself.
        """
        self.records.enlist(self.keys)
        queue = BatchQueue(self, runs, jobs)
        with queue.progress:
            queue.compute([self.tables_job(some) for some in in_parts(runs, AT_ONCE)], executor)
        failed = len(queue.failed)
        done = both("batch.ended", done=queue.progress.total - failed, count=queue.progress.total)
        print_line(f"{done}, {queue.progress.seconds:.0f} s")

    def tables_job(self, runs: Sequence[BatchRun]) -> TablesJob:
        """The job that computes the tables of some runs."""
        return TablesJob(tuple(runs), self.output, self.output / FOLDER)

    def settle(self) -> None:
        """Notes of every run with notebooks how it has ended, also where a batch before this one was killed first."""
        remove_partials(self.output)
        for name in self.wanted_names:
            record = self.records.read(self.keys[name])
            if name in self.with_notebooks and record.get("files"):
                self.with_notebooks[name].part.write()
                status, why = self.with_notebooks[name].status_and_reason(self.output)
                if (record["status"], record["reason"]) != (status, why):
                    self.records.write(self.keys[name], {**record, "status": status, "reason": why})

    def finish(self) -> int:
        """Renews the tables and pages over all runs, and says what failed; returns the exit status."""
        self.settle()
        headlines = self.records.put_together()
        changes = {name: one.changes for name, one in self.checked.items()}
        titles = {run.plan.parent.name: self.checked[name].titles for name, run in self.runs.items()}
        write_national_page(self.output, headlines, titles, self.languages)
        page = write_batch_page(self.output, headlines, changes, self.link_pages(), self.languages)
        own = headlines[headlines["run"].isin(self.wanted_names)]
        for row in own[own["status"] == FAILED].itertuples():
            print_line(f"{row.run}: {both('run.failed')}\n  " + str(row.reason).replace("\n", "\n  "))
        print(f"{both('run.open')}: {page}", flush=True)
        return 0 if len(own) == len(self.wanted_names) and (own["status"] == DONE).all() else 1

    def link_pages(self) -> dict[str, ScenarioRun]:
        """Links the pages of runs of a plan, or of a scenario of one, with each other; what there is of each run."""
        there = {
            name: replace(one.part.summarize(), title=dict.fromkeys(LANGUAGES, name))
            for name, one in self.with_notebooks.items()
        }
        for folder, beside in groupby(there.values(), key=lambda one: one.folder.parent):
            up = "../" * (len(folder.relative_to(self.output).parts) + 2)
            link_pages([*beside], {language: up + name for language, name in batch_pages(self.languages).items()})
        return there


class BatchQueue(JobQueue):
    """Runs whose tables are computed and notebooks under way, and what has come of them."""

    def __init__(self, batch: Batch, runs: Sequence[BatchRun], todo: Sequence[tuple[Part, Job]]) -> None:
        super().__init__(todo)
        self.batch = batch
        self.progress = Progress(len(runs) + len(todo))
        self.lost: list[BatchRun] = []  # of jobs of several runs whose process died

    def compute(self, jobs: Sequence[TablesJob], executor: Callable[..., None]) -> None:
        """Does the jobs, then the notebooks."""
        request = self.batch.request
        workers = request.workers or default_workers()
        self.run(jobs, workers, request.limits, executor)
        if self.lost:
            self.todo = []
            self.run([self.batch.tables_job([run]) for run in self.lost], workers, request.limits, executor)

    def end(self, job: Any, outcome: Any) -> None:
        """Notes how a job ended."""
        super().end(job, outcome)
        if not isinstance(job, TablesJob):
            return
        if isinstance(outcome, WorkerDied):
            if len(job.runs) > 1:
                self.lost += job.runs
                return
            outcome = [("", failed_record(job.runs[0], str(outcome)))]
        for run, (key, record) in zip(job.runs, outcome, strict=True):
            self.record(run, key, record)
        self.progress.reach(self.progress.done + len(job.runs))

    def record(self, run: BatchRun, key: str, record: dict[str, Any]) -> None:
        """Notes how a run ended."""
        if record["status"] == FAILED:
            self.failed[run.name] = record["reason"]
        self.batch.keys[run.name] = key or self.batch.keys[run.name]
        self.batch.records.record(self.batch.keys[run.name], record)
        if record["files"]:
            self.batch.with_notebooks[run.name].part.take_tables(record["files"])


def run_batch(request: BatchRequest) -> int:
    """Runs what a batch file asks for; 0 where all of it succeeded, else 1. PlanError before anything is written."""
    with log_duration("plans are read and checked"):
        runs = read_batch(request.file)
        batch = Batch(request, runs, check_all(runs, request))
        batch.with_notebooks = notebook_runs(batch)
    tables, notebooks = batch.tables_to_do(), batch.notebooks_to_do()
    if request.dry_run:
        return tell_runs(batch, tables, notebooks)
    left = len(batch.runs) - len({run.name for run in tables} | {part.title for part, _ in notebooks})
    if left:
        print_line(both("batch.left", count=left))
    if tables or notebooks:
        with executor_of(batch, tables, notebooks) as executor:
            batch.run(tables, notebooks, executor)
    with log_duration("tables and pages are put together"):
        return batch.finish()


@contextlib.contextmanager
def executor_of(
    batch: Batch, tables: Sequence[BatchRun], notebooks: Sequence[tuple[Part, Job]]
) -> Iterator[Callable[..., None]]:
    """`run_all` of this machine, or that of the cluster that is asked for, provided with all that the jobs need."""
    if not batch.request.scheduler:
        yield run_all
        return
    scenarios: dict[Path, set[str]] = {}
    for run in tables:
        scenarios.setdefault(run.plan, set()).add(run.scenario)
    for part, _ in notebooks:
        scenarios.setdefault(part.plan.path, set()).add(part.reference)
    files = {file for plan, names in scenarios.items() for file in plan_files(plan, names)}
    files.update(NOTEBOOKS.glob("*.ipynb"), (job.notebook for _, job in notebooks))
    first = tables[0] if tables else batch.runs[notebooks[0][0].title]
    with connect_cluster(batch.request.scheduler, files, partial(prepare_jobs, first, bool(notebooks))) as cluster:
        yield cluster.run_all


def check_all(runs: Sequence[BatchRun], request: BatchRequest) -> list[Checked]:
    """What is known of every run; PlanError with the problems of all of them, each once."""
    code_hash(), package_versions()  # once, before processes are forked
    jobs = [CheckJob(some, request.file.name) for some in in_parts(runs, 4 * AT_ONCE)]
    found: dict[CheckJob, list[Checked] | PlanError | WorkerDied] = {}
    if len(jobs) == 1:
        found[jobs[0]] = check_runs(jobs[0])
    else:
        prepare_jobs(runs[0], with_notebooks=False)
        with Progress(len(jobs)) as progress:
            progress.begin(both("progress.scenarios"))
            workers = request.workers or default_workers()
            run_all(check_runs, jobs, workers, lambda job: None, found.__setitem__, waiting=progress.tick)
    problems: dict[str, Problem] = {}
    checked: list[Checked] = []
    for outcome in (found[job] for job in jobs):
        if isinstance(outcome, WorkerDied):
            raise outcome
        if isinstance(outcome, PlanError):
            problems |= {str(problem): problem for problem in outcome.problems}
        else:
            checked += outcome
    if problems:
        raise PlanError(problems.values())
    return checked


def notebook_runs(batch: Batch) -> dict[str, NotebookRun]:
    """The runs that have notebooks, by name; PlanError for notebooks that there are not or that could not be run."""
    found: dict[str, NotebookRun] = {}
    problems: dict[str, Problem] = {}
    asked = [run for run in batch.runs.values() if run.notebooks]
    for path, runs in groupby(asked, key=lambda run: run.plan):
        read, looks = PlanInput(path), Looks(path)
        every = cache(partial(plans_of, read, path))
        for run in runs:
            try:
                found[run.name] = notebook_run(batch, run, read.change(run.scenario, run.changes), looks, every)
            except PlanError as error:
                own = [place_notebook(problem, run, batch.request.file.name) for problem in error.problems]
                problems |= {str(problem): problem for problem in own}
    if problems:
        raise PlanError(problems.values())
    return found


def plans_of(read: PlanInput, path: Path) -> dict[str, Plan]:
    """A plan in each of its scenarios."""
    return {name: read.change(name) for name in every_scenario(path)}


def place_notebook(problem: Problem, run: BatchRun, file: str) -> Problem:
    """A problem of a notebook that the batch file asks for, with its place there."""
    if problem.where == "--notebook":
        return replace(problem, where=file, row=run.entry, column="notebooks")
    return replace(problem, where=f"{file}, {run.entry} ({problem.where})")


def notebook_run(
    batch: Batch, run: BatchRun, plan: Plan, looks: Looks, every: Callable[[], Mapping[str, Plan]]
) -> NotebookRun:
    """A run with notebooks; `every` gives all scenarios of its plan, for notebooks that set them beside it."""
    request = batch.request
    own = Request(str(run.plan), notebooks=run.notebooks, library=request.library, engine=request.engine)
    part = part_of_run(run, own, plan, looks, batch.output)
    books = books_for_part(own, choose_notebooks(own), part)
    part.tables = batch.records.read(batch.keys[run.name]).get("files", {})
    if any("scenarios" in declared_parameters(book) for book in books):
        part.beside = {name: one for name, one in every().items() if name != run.scenario}
    jobs = part.chosen_jobs(books, batch.checked[run.name].languages)
    for job in {job.notebook: job for job in jobs}.values():
        check_parameters(job.notebook, job.parameters)
    return NotebookRun(part, jobs)


def output_of(request: BatchRequest) -> Path:
    """The folder of the results of a batch."""
    return (request.output or OUTPUTS / request.file.stem).absolute()


def tell_runs(batch: Batch, tables: Sequence[BatchRun], notebooks: Sequence[tuple[Part, Job]]) -> int:
    """Prints every run and what is to be done of it; returns 0."""
    parts: dict[str, list[str]] = {name: [] for name in batch.runs}
    for run in tables:
        parts[run.name].append(both("batch.tables"))
    for part, job in notebooks:
        parts[part.title].append(job.name)
    for name, todo in parts.items():
        print(f"{name}: {', '.join(todo) or both('batch.left_alone')}")
    print(both("batch.would_run", count=sum(map(bool, parts.values())), all=len(parts)))
    return 0


def in_parts(runs: Sequence[BatchRun], count: int) -> list[tuple[BatchRun, ...]]:
    """Runs in parts of at most `count`."""
    return [tuple(runs[first : first + count]) for first in range(0, len(runs), count)]
