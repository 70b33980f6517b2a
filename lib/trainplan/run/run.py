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

from trainplan.plan.find import PROJECT, every_scenario, folder_name, scenarios_named
from trainplan.plan.plan import Plan, all_or_problems, load_plans
from trainplan.report.index import ScenarioRun, write_index
from trainplan.results.compare import Comparison, compare
from trainplan.results.tables import Results, compute
from trainplan.run.execute import Job, Outcome, declared, perform, warm
from trainplan.run.manifest import Manifest, made_from, remove
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

    def show(self) -> ScenarioRun:
        """The part as the index shows it."""
        return self.manifest.show(self.results.plan, self.keys)

    def write(self) -> None:
        self.manifest.write(self.results.plan, self.tables, self.keys)


def run(request: Request) -> int:
    """Runs what was asked for; 0 where all of it succeeded. PlanError before anything is written."""
    wanted = scenarios_named(request.plan, request.scenarios or ("base",))
    names = list(dict.fromkeys([*scenarios_named(request.plan, ["all"]), *wanted]))
    books, plans = all_or_problems(partial(choose, request), partial(load_plans, request.plan, names))
    results = dict(zip(names, (compute(plan) for plan in plans), strict=True))
    output = Path(request.output).absolute() / folder_name(plans[0].key)
    parts = [part_of(request, results, name, output) for name in names]
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
    return report(failed, renew_index(output, compare(list(results.values())), parts))


def renew_index(output: Path, comparison: Comparison, parts: Sequence[Part]) -> Path:
    """Writes the index, and again where a run beside this one has meanwhile added a page. Scenarios from elsewhere that
    were run before come last."""
    index, shown = output, None
    while shown != (there := [*(part.show() for part in parts), *elsewhere(output, parts)]):
        index = write_index(output, comparison, there)
        shown = there
    return index


def elsewhere(output: Path, parts: Sequence[Part]) -> list[ScenarioRun]:
    """What earlier runs left of scenarios that this one knows nothing of."""
    folders = sorted(path.parent for path in output.glob("*/manifest.json"))
    return [Manifest(folder).show(None, {}) for folder in folders if folder not in {part.folder for part in parts}]


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
            near, notebooks = nearest_name(stem, known), {"notebooks": ", ".join(known)}
            problems.append(Problem("--notebook", "no_notebook", reference, nearest=near, values=notebooks))
    if problems:
        raise PlanError(problems)
    return chosen or [book for book in books if NUMBERED.match(book.name)]


def library(request: Request) -> list[Path]:
    """Every notebook: those with a number in their order, then the others."""
    return sorted(request.library.glob("*.ipynb"), key=lambda book: (not NUMBERED.match(book.name), book.name))


def part_of(request: Request, results: dict[str, Results], name: str, output: Path) -> Part:
    """A scenario with its jobs, every notebook in both languages; one across scenarios sets it beside the plan's."""
    plan = results[name].plan
    folder = output / folder_name(plan.scenario)
    part = Part(results[name], folder, Manifest(folder))
    beside = [other for other in every_scenario(request.plan) if other != name]
    for book in library(request):
        across = beside if "scenarios" in declared(book) else None
        for language in LANGUAGES:
            job = job_of(book, plan, name, language, folder, across)
            part.jobs[job.name] = job
            part.keys[job.name] = made_from(job, [plan, *(results[other].plan for other in across or ())])
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
        parameters["scenarios"] = list(across)
    name = f"{book.stem}.{language}"
    return Job(book, parameters, folder / "notebooks" / f"{name}.ipynb", folder / "reports" / f"{name}.html", language)


def shortened(path: Path) -> str:
    """A path relative to the working directory where it lies below it."""
    return path.relative_to(Path.cwd()).as_posix() if path.is_relative_to(Path.cwd()) else str(path)


def prepare(part: Part) -> None:
    """Clears what was left half-done and renews the result tables."""
    remove_partials(part.folder)
    before = part.manifest.read().get("tables", {})
    tables = write_tables(part.results.tables, part.folder / TABLES)
    part.tables = {path.relative_to(part.folder).as_posix(): sha256(path) for path in tables}
    remove(part.folder, set(before) - set(part.tables))
    part.write()


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
        part.write()
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
