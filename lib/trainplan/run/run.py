"""`trainplan run`: tables, executed notebooks, reports and the index of a plan; nothing finished is done again."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from trainplan.plan.plan import PROJECT, Plan
from trainplan.plan.scenarios import collect, folder_name, load_all, named
from trainplan.report.index import write_index
from trainplan.results.compare import compare
from trainplan.results.tables import Results, compute
from trainplan.run.execute import Job, Outcome, declared, perform, warm
from trainplan.run.manifest import Manifest, ScenarioRun, made_from
from trainplan.run.workers import WorkerDied, run_all
from trainplan.storage.files import remove_partials, sha256
from trainplan.storage.progress import Progress
from trainplan.storage.tables import write_tables
from trainplan.text.problems import PlanError, Problem, nearest_name

NOTEBOOKS = PROJECT / "notebooks"
LANGUAGES = ("vi", "en")
OUTPUTS = PROJECT / "outputs"
TABLES = "tables"
NUMBERED = re.compile(r"\d\d_")


@dataclass(frozen=True)
class Request:
    """What was asked for; empty means the usual: the plan itself, every notebook, both languages."""

    plan: str
    scenarios: tuple[str, ...] = ()
    notebooks: tuple[str, ...] = ()
    language: str | None = None
    output: Path = OUTPUTS
    workers: int = 0
    library: Path = NOTEBOOKS


@dataclass
class Part:
    """One scenario in full: its results, its folder and the notebooks that belong there."""

    results: Results
    folder: Path
    manifest: Manifest
    keys: dict[str, str] = field(default_factory=dict)  # name of a job -> hash of what it is made from
    jobs: dict[str, Job] = field(default_factory=dict)
    tables: dict[str, str] = field(default_factory=dict)

    def fresh(self, name: str) -> bool:
        return self.manifest.fresh(name, self.keys[name])

    def run(self) -> ScenarioRun:
        """The part as the index shows it."""
        there = {(job.notebook.stem, job.language): job.report for name, job in self.jobs.items() if self.fresh(name)}
        entries = self.manifest.notebooks
        failed = {name: entries[name]["error"] for name in self.jobs if entries.get(name, {}).get("error")}
        return ScenarioRun(self.results.plan.scenario, self.results, self.folder, there, failed)


def run(request: Request) -> int:
    """Runs what was asked for; 0 where all of it succeeded. PlanError before anything is written."""
    wanted = named(request.plan, request.scenarios or ("base",))
    names = list(dict.fromkeys([*named(request.plan, ["all"]), *wanted]))
    books, plans = collect(partial(choose, request), partial(load_all, request.plan, names))
    results = dict(zip(names, (compute(plan) for plan in plans), strict=True))
    output = Path(request.output).absolute() / folder_name(plans[0].key)
    parts = [part_of(request, results, name, output, compares=name == wanted[0]) for name in names]
    full = [part for name, part in zip(names, parts, strict=True) if name in wanted]
    for part in full:
        prepare(part)
    work = [
        (part, job)
        for part in full
        for job in part.jobs.values()
        if job.notebook in books and request.language in (None, job.language)
    ]
    failed = execute_all(work, request.workers or processors())
    index = write_index(output, compare(list(results.values())), [part.run() for part in parts if part.jobs])
    return report(failed, index)


def choose(request: Request) -> list[Path]:
    """The notebooks meant by number or name; all that have a number where none is named."""
    books = library(request)
    chosen, problems = [], []
    for reference in request.notebooks:
        stem = Path(reference).stem
        found = [book for book in books if stem == book.stem or stem.zfill(2) == book.stem[:2]]
        chosen += found
        if not found:
            known = [book.stem for book in books]
            allowed = f"there is no such notebook; there are {', '.join(known)}."
            problems.append(Problem("--notebook", allowed, reference, nearest=nearest_name(stem, known)))
    if problems:
        raise PlanError(problems)
    return chosen or [book for book in books if NUMBERED.match(book.name)]


def library(request: Request) -> list[Path]:
    """Every notebook: those with a number in their order, then the others."""
    return sorted(request.library.glob("*.ipynb"), key=lambda book: (not NUMBERED.match(book.name), book.name))


def part_of(request: Request, results: dict[str, Results], name: str, output: Path, compares: bool) -> Part:
    """A scenario with its jobs: every notebook in both languages, those that compare scenarios in one of them only."""
    plan = results[name].plan
    folder = output / folder_name(plan.scenario)
    part = Part(results[name], folder, Manifest(folder))
    for book in library(request):
        across = "scenarios" in declared(book)
        if across and not compares:
            continue
        for language in LANGUAGES:
            job = job_of(book, plan, name, language, folder, list(results) if across else None)
            part.jobs[job.name] = job
            part.keys[job.name] = made_from(job, [r.plan for r in results.values()] if across else [plan])
    return part


def job_of(book: Path, plan: Plan, scenario: str, language: str, folder: Path, across: Sequence[str] | None) -> Job:
    """A notebook for a scenario in a language; paths are short where they can be, as they show in the notebook."""
    parameters: dict[str, Any] = {
        "plan": plan.key if plan.path.parent.parent == PROJECT / "params" else str(plan.path),
        "scenario": scenario,
        "language": language,
        "output_dir": shortened(folder),
    }
    if across is not None:
        parameters["scenarios"] = [other for other in across if other != scenario]
    name = f"{book.stem}.{language}"
    return Job(book, parameters, folder / "notebooks" / f"{name}.ipynb", folder / "reports" / f"{name}.html", language)


def shortened(path: Path) -> str:
    """A path relative to the working directory where it lies below it."""
    return path.relative_to(Path.cwd()).as_posix() if path.is_relative_to(Path.cwd()) else str(path)


def prepare(part: Part) -> None:
    """Clears what no longer holds and writes the result tables."""
    remove_partials(part.folder)
    for name in list(part.manifest.notebooks):
        if name not in part.keys or not part.fresh(name):
            part.manifest.forget(name)
    tables = write_tables(part.results.tables, part.folder / TABLES)
    part.tables = {path.relative_to(part.folder).as_posix(): sha256(path) for path in tables}
    part.manifest.write(part.results.plan, part.tables)


def execute_all(work: Sequence[tuple[Part, Job]], workers: int) -> dict[str, str]:
    """Executes the notebooks that are not done; returns what failed, and why."""
    todo = [(part, job) for part, job in work if not part.fresh(job.name)]
    if len(todo) < len(work):
        say(f"{len(work) - len(todo)} sổ tính đã có, không chạy lại. / notebooks are done already.")
    if not todo:
        return {}
    owner = {job.executed: part for part, job in todo}
    failed: dict[str, str] = {}
    progress = Progress(len(todo))

    def title(job: Job) -> str:
        return f"{owner[job.executed].results.plan.scenario}/{job.name}"

    def started(job: Job) -> None:
        progress.begin(title(job))

    def ended(job: Job, outcome: Outcome | WorkerDied) -> None:
        part = owner[job.executed]
        if isinstance(outcome, WorkerDied):
            outcome = Outcome(f"{job.name}: tiến trình bị ngắt / the process died ({outcome})", 0, (), 0.0)
        part.manifest.record(job, part.keys[job.name], outcome)
        part.manifest.write(part.results.plan, part.tables)
        if outcome.error:
            failed[title(job)] = outcome.error
        note = "thất bại / failed" if outcome.error else f"{outcome.seconds:.1f} s"
        progress.end(title(job), note, lasting=bool(outcome.error))

    warm()
    try:
        run_all(perform, [job for _, job in todo], workers, started, ended)
    finally:
        progress.close()
    say(f"{len(todo) - len(failed)}/{len(todo)} sổ tính / notebooks, {progress.seconds:.0f} s")
    return failed


def report(failed: dict[str, str], index: Path) -> int:
    """Says what failed and which page to open."""
    for name, why in failed.items():
        say(f"{name}: thất bại / failed\n  " + why.replace("\n", "\n  "))
    print(f"Mở trang / open: {index}", flush=True)
    return 1 if failed else 0


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def processors() -> int:
    """How many notebooks to run at once: as many as there are processors for this process, two at the least."""
    able = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(2, min(8, able))
