"""`trainplan run`: tables, executed notebooks, reports and the index of a plan; nothing finished is done again."""

from __future__ import annotations

import contextlib
import os
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from trainplan.cycle.looks import load_looks
from trainplan.cycle.review import load_review
from trainplan.cycle.year_plan import YearTables
from trainplan.plan.find import OUTPUTS, every_scenario, folder_name, scenarios_named
from trainplan.plan.plan import Plan, all_or_problems, load_plan, load_plans
from trainplan.report.brief import write_brief
from trainplan.report.excel import workbook_name, write_workbooks
from trainplan.report.furniture import page_head
from trainplan.report.index import ScenarioRun, write_index
from trainplan.report.links import link_pages
from trainplan.report.stored import compute, uncertainty, usual_draws, usual_drivers
from trainplan.results.compare import Comparison, compare
from trainplan.results.registry import Stem
from trainplan.results.tables import Results
from trainplan.run.execute import Job, Outcome, declared_parameters, perform_job, warm_up
from trainplan.run.lone_pages import REVIEW
from trainplan.run.manifest import Manifest, hash_of_job, remove_files
from trainplan.run.plan_notebooks import NOTEBOOKS, plan_name, tables_lacking
from trainplan.run.workers import WorkerDied, run_all
from trainplan.storage.files import file_hash, remove_partials
from trainplan.storage.log import LOG, log_duration
from trainplan.storage.progress import Progress, under_way
from trainplan.storage.store import FOLDER, Store, use_store
from trainplan.storage.tables import write_tables
from trainplan.text.catalog import LANGUAGES, both
from trainplan.text.problems import PlanError, Problem, nearest_name

TABLES = "tables"
NUMBERED = re.compile(r"\d\d_")


@dataclass(frozen=True)
class Request:
    """What was asked for; empty means the usual: the plan itself, every notebook, the languages of the plan."""

    plan: str
    scenarios: tuple[str, ...] = ()
    notebooks: tuple[str, ...] = ()
    language: str | None = None
    output: Path = OUTPUTS
    workers: int = 0
    as_of: str | None = None
    library: Path = NOTEBOOKS
    excel: bool = False


@dataclass(frozen=True)
class IndexJob:
    """What takes long of the index, put into the store beside the notebooks."""

    plan: Path
    scenario: str
    as_of: str | None
    store: Path
    name = "index"


@dataclass
class Part:
    """One scenario in full: its results, its folder and the notebooks that belong there."""

    results: Results
    folder: Path
    manifest: Manifest
    reference: str  # as the scenario was asked for
    keys: dict[str, str] = field(default_factory=dict)  # name of a job -> hash of what it is made from
    jobs: dict[str, Job] = field(default_factory=dict)
    tables: dict[str, str] = field(default_factory=dict)

    def summarize(self) -> ScenarioRun:
        """The part as the index shows it."""
        return self.manifest.summarize(self.results.plan, self.keys)

    def write(self) -> None:
        """Writes manifest.json."""
        self.manifest.write(self.results.plan, self.tables, self.keys)

    def record(self, job: Job, outcome: Outcome) -> None:
        """Notes how a job ended."""
        self.manifest.record(job, self.keys[job.name], outcome)
        self.write()


def run(request: Request) -> int:
    """Runs what was asked for; 0 where all of it succeeded, else 1. PlanError before anything is written."""
    wanted = scenarios_named(request.plan, request.scenarios or ("base",))
    names = list(dict.fromkeys([*scenarios_named(request.plan, ["all"]), *wanted]))
    with log_duration("plans are read and checked"), under_way("scenarios"):
        books, plans = all_or_problems(
            partial(choose_notebooks, request), partial(load_plans, request.plan, names, request.as_of)
        )
    books = books_for_plan(request, books, plans[0])
    with use_store(Store(Path(request.output) / FOLDER)):
        return run_plans(request, books, dict(zip(names, plans, strict=True)), wanted)


def run_plans(request: Request, books: Sequence[Path], plans: Mapping[str, Plan], wanted: Sequence[str]) -> int:
    """Runs notebooks for the `wanted` ones of a plan's scenarios; 0 where all of it succeeded, else 1."""
    with log_duration("results are computed"), under_way("scenarios"):
        results = {name: compute(plan) for name, plan in plans.items()}
    output = Path(request.output).absolute() / folder_name(next(iter(plans.values())).key)
    parts = {name: make_part(request, results, name, output) for name in plans}
    full = [part for name, part in parts.items() if name in wanted]
    with under_way("tables"):
        for part in full:
            renew_tables(part, workbook_languages(request, part))
    work = [
        (part, job)
        for part in full
        for job in sorted(part.jobs.values(), key=turn_of_job)
        if job.notebook in books and job.language in wanted_languages(request, part.results.plan)
    ]
    first = next(iter(plans.values()))
    index_job = IndexJob(first.path, first.scenario, request.as_of, output.parent / FOLDER)
    failed = run_jobs(index_job, work, request.workers or default_workers())
    with log_duration("the index is written"), under_way("index"):
        index = renew_index(output, compare(list(results.values())), list(parts.values()))
    return report_end(failed, index)


def wanted_languages(request: Request, plan: Plan) -> tuple[str, ...]:
    """The languages of the notebooks to run: the one asked for, otherwise those of the plan."""
    return (request.language,) if request.language else plan.languages


def turn_of_job(job: Job) -> tuple[int, bool, int]:
    """The key by which the jobs of a scenario are sorted: one language first, so that the other finds all computed.

    The last notebooks take longest; they begin first, so that no process has one to itself in the end.
    """
    numbered = NUMBERED.match(job.notebook.name)
    return LANGUAGES.index(job.language), not numbered, -int(job.notebook.name[:2]) if numbered else 0


def renew_index(output: Path, comparison: Comparison, parts: Sequence[Part]) -> Path:
    """Writes the brief, then the index and the links between pages, these again where a run beside this one has
    meanwhile added a page. Scenarios from elsewhere that were run before come last."""
    for language in comparison.runs[0].plan.languages:
        write_brief(output, comparison, language)
    index, shown = output, None
    while shown != (there := [*(part.summarize() for part in parts), *earlier_scenarios(output, parts)]):
        index = write_index(output, comparison, there)
        link_pages(there)
        shown = there
    return index


def earlier_scenarios(output: Path, parts: Sequence[Part]) -> list[ScenarioRun]:
    """What earlier runs left of scenarios that this one knows nothing of."""
    folders = sorted(path.parent for path in output.glob("*/manifest.json"))
    return [Manifest(folder).summarize(None, {}) for folder in folders if folder not in {part.folder for part in parts}]


def choose_notebooks(request: Request) -> list[Path]:
    """The notebooks meant by number or name; all that have a number where none is named."""
    books = list_notebooks(request)
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


def books_for_plan(request: Request, books: Sequence[Path], plan: Plan) -> list[Path]:
    """Those of the notebooks whose tables the plan has; PlanError for one that was asked for and needs others."""
    lacking = {book: tables for book in books if (tables := tables_lacking(book, plan))}
    if request.notebooks and lacking:
        needed = {book.stem: {"tables": ", ".join(tables)} for book, tables in lacking.items()}
        raise PlanError(
            [Problem("--notebook", "notebook_needs", stem, values=values) for stem, values in needed.items()]
        )
    return [book for book in books if book not in lacking]


def list_notebooks(request: Request) -> list[Path]:
    """Every notebook: those with a number in their order, then the others."""
    return sorted(request.library.glob("*.ipynb"), key=lambda book: (not NUMBERED.match(book.name), book.name))


def make_part(request: Request, results: dict[str, Results], name: str, output: Path) -> Part:
    """A scenario with its jobs, every notebook in both languages; one across scenarios sets it beside the plan's."""
    plan = results[name].plan
    folder = output / folder_name(plan.results_name)
    part = Part(results[name], folder, Manifest(folder), name)
    beside = [other for other in every_scenario(request.plan) if other != name]
    for book in list_notebooks(request):
        if tables_lacking(book, plan):
            continue
        across = beside if "scenarios" in declared_parameters(book) else None
        plans = [plan, *(results[other].plan for other in across or ())]
        if book.stem == REVIEW.stem:
            plans = review_looks(plan, name)
        for language in LANGUAGES:
            job = replace(make_job(book, plan, name, language, folder, across), head=page_head(plans, language))
            part.jobs[job.name] = job
            part.keys[job.name] = hash_of_job(job, plans)
    return part


def make_job(book: Path, plan: Plan, scenario: str, language: str, folder: Path, across: Sequence[str] | None) -> Job:
    """A notebook for a scenario in a language."""
    parameters: dict[str, Any] = {
        "plan": plan_name(plan),
        "scenario": scenario,
        "language": language,
        "output_dir": str(folder),
    }
    if plan.seen_from:
        parameters["as_of"] = str(plan.seen_from)
    if across is not None:
        parameters["scenarios"] = list(across)
    name = f"{book.stem}.{language}"
    executed, report = folder / "notebooks" / f"{name}.ipynb", folder / "reports" / f"{name}.html"
    return Job(book, parameters, executed, report, language, folder.parents[1] / FOLDER)


def workbook_languages(request: Request, part: Part) -> list[str]:
    """The languages of the workbooks to write: those asked for, and of those that an earlier run has left."""
    asked = [language for language in LANGUAGES if request.excel and request.language in (None, language)]
    plan = part.results.plan
    names = {language: workbook_name(plan, plan.results_name, language) for language in LANGUAGES}
    return [language for language in LANGUAGES if language in asked or (part.folder / names[language]).is_file()]


def renew_tables(part: Part, workbooks: Sequence[str] = ()) -> None:
    """Clears what was left half-done and renews the result tables, and the `workbooks` of them in these languages."""
    remove_partials(part.folder)
    before = part.manifest.read().get("tables", {})
    plan = part.results.plan
    of_year = YearTables(part.results, plan.year_to_plan, compute).with_rows  # what the pages of the year quote
    tables = write_tables({**part.results.tables, **of_year, **review_tables(part)}, part.folder / TABLES)
    tables += write_workbooks(part.results, part.folder, workbooks)
    part.tables = {path.relative_to(part.folder).as_posix(): file_hash(path) for path in tables}
    remove_files(part.folder, set(before) - set(part.tables))
    part.write()


def review_looks(plan: Plan, scenario: str) -> list[Plan]:
    """The looks of the review up to the last closed year: as known now, and as decided; `scenario` as it was given."""
    decided, now = load_looks(plan.path, scenario, plan.closed_years[-1], plan.seen_from)
    return [now, decided]


def review_tables(part: Part) -> Mapping[Stem, pd.DataFrame]:
    """The tables of the review up to the last closed year, which its page quotes; none where nothing has happened."""
    plan = part.results.plan
    if not plan.closed_years or not plan.tables.actuals:
        return {}
    year, stored = plan.closed_years[-1], (compute, uncertainty)
    return load_review(plan.path, part.reference, year, plan.seen_from, None, *stored).tables


def perform_any(job: Job | IndexJob) -> Outcome | None:
    """Does a job, in a process of its own; where that of the index fails, the index itself says why."""
    if isinstance(job, Job):
        return perform_job(job)
    with contextlib.suppress(Exception), use_store(Store(job.store)):
        plan = load_plan(job.plan, job.scenario, as_of=job.as_of)
        usual_draws(plan)
        usual_drivers(plan)
    return None


class JobQueue:
    """Notebooks to run, with the job of the index beside them, and what has come of them."""

    def __init__(self, todo: Sequence[tuple[Part, Job]]) -> None:
        self.todo = todo
        self.owner = {job.executed: part for part, job in todo}
        self.progress = Progress(len(todo))
        self.failed: dict[str, str] = {}  # what failed -> why

    def run(self, index: IndexJob, workers: int) -> None:
        """Runs them all, at most `workers` at once."""
        warm_up()
        jobs: list[Job | IndexJob] = [index, *(job for _, job in self.todo)]
        with self.progress:
            run_all(perform_any, jobs, workers, self.begin, self.end, waiting=self.progress.tick)
        count = len(self.todo)
        done = both("run.notebooks_done", done=count - len(self.failed), count=count)
        print_line(f"{done}, {self.progress.seconds:.0f} s")

    def title(self, job: Job | IndexJob) -> str:
        """What a job is called on screen."""
        if isinstance(job, IndexJob):
            return both("progress.index")
        return f"{self.owner[job.executed].results.plan.results_name}/{job.name}"

    def begin(self, job: Job | IndexJob) -> None:
        """Shows that a job is under way."""
        self.progress.begin(self.title(job))
        self.progress.draw()

    def end(self, job: Job | IndexJob, outcome: Any) -> None:
        """Notes how a job ended: a notebook in the manifest and on screen, that of the index nowhere."""
        if isinstance(job, IndexJob):
            self.progress.underway.pop(self.title(job), None)
            return
        if isinstance(outcome, WorkerDied):
            died = f"{both('run.process_died')} ({both('run.exit_code', code=outcome.code)})"
            outcome = Outcome(f"{job.name}: {died}", 0, (), 0.0)
        title = self.title(job)
        self.owner[job.executed].record(job, outcome)
        LOG.info("%s: %.2f s%s", title, outcome.seconds, f", {outcome.error}" if outcome.error else "")
        if outcome.error:
            details = f" ({both('file.details')}: {outcome.details})" if outcome.details else ""
            self.failed[title] = outcome.error + details
        note = both("run.failed") if outcome.error else f"{outcome.seconds:.1f} s"
        self.progress.end(title, note, lasting=bool(outcome.error))


def run_jobs(index: IndexJob, work: Sequence[tuple[Part, Job]], workers: int) -> dict[str, str]:
    """Runs the jobs that are not done, and that of the index beside them; returns what failed, and why."""
    todo = [(part, job) for part, job in work if not part.manifest.is_fresh(job.name, part.keys[job.name])]
    if len(todo) < len(work):
        print_line(both("run.done_already", count=len(work) - len(todo)))
    if not todo:
        return {}
    queue = JobQueue(todo)
    queue.run(index, workers)
    return queue.failed


def report_end(failed: dict[str, str], index: Path) -> int:
    """Prints what failed, on the error stream, and which page to open; returns the exit status."""
    for name, why in failed.items():
        print_line(f"{name}: {both('run.failed')}\n  " + why.replace("\n", "\n  "))
    print(f"{both('run.open')}: {index}", flush=True)
    return 1 if failed else 0


def print_line(text: str) -> None:
    """Prints a line for the person, on the error stream: results go to the other."""
    print(text, file=sys.stderr, flush=True)


def default_workers() -> int:
    """How many notebooks to run at once: as many as there are processors for this process, two at the least."""
    able = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(2, min(8, able))
