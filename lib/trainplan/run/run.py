"""`trainplan run`: tables, executed notebooks, reports and the index of a plan; nothing finished is done again."""

from __future__ import annotations

import contextlib
import os
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import pandas as pd

from trainplan.cycle.looks import Looks
from trainplan.cycle.review import review_of
from trainplan.cycle.year_plan import YearTables
from trainplan.plan.find import ALL, BASE, OUTPUTS, every_scenario, folder_name, needed_scenarios, scenarios_named
from trainplan.plan.plan import Plan, all_or_problems, load_plan, load_sound
from trainplan.report.brief import write_brief
from trainplan.report.excel import workbook_name, write_workbooks
from trainplan.report.furniture import page_head
from trainplan.report.index import ScenarioRun, write_index
from trainplan.report.links import link_pages
from trainplan.report.stored import compute, uncertainty, usual_draws, usual_drivers
from trainplan.results.compare import Comparison, compare
from trainplan.results.registry import Stem
from trainplan.results.tables import Results
from trainplan.run.execute import (
    ENGINE,
    Job,
    Outcome,
    declared_parameters,
    forget_failure,
    outcome_of_death,
    perform_job,
    warm_up,
)
from trainplan.run.lone_pages import REVIEW
from trainplan.run.manifest import Manifest, hash_of_job, remove_files, split_name
from trainplan.run.plan_notebooks import NOTEBOOKS, plan_name, tables_lacking
from trainplan.run.workers import NO_LIMITS, Limits, WorkerDied, run_all
from trainplan.storage.files import OutputError, file_hash, remove_partials
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
    limits: Limits = NO_LIMITS
    engine: str = ENGINE


@dataclass(frozen=True)
class IndexJob:
    """What takes long of the index, put into the store beside the notebooks."""

    plan: Path
    scenario: str
    as_of: str | None
    store: Path

    @property
    def title(self) -> str:
        """What it is called on screen."""
        return both("progress.index")

    def perform(self) -> None:
        """Does it; where that fails, the index itself says why."""
        with contextlib.suppress(Exception), use_store(Store(self.store)):
            plan = load_plan(self.plan, self.scenario, as_of=self.as_of)
            usual_draws(plan)
            usual_drivers(plan)


@dataclass
class Part:
    """One scenario in full: its plan, its folder and the notebooks that belong there.

    A notebook across scenarios sets those `beside` it next to its own, and says of the `broken` ones why it does not.
    """

    request: Request
    plan: Plan
    looks: Looks
    folder: Path
    store: Path
    reference: str  # as the scenario was asked for
    title: str  # on screen
    beside: Mapping[str, Plan] = field(default_factory=dict)
    broken: Mapping[str, PlanError] = field(default_factory=dict)  # scenarios that are not sound, and why
    overrides: Mapping[str, Any] = field(default_factory=dict)  # what else is changed
    tables: dict[str, str] = field(default_factory=dict)
    jobs: dict[str, tuple[Job | None, str]] = field(default_factory=dict)  # those asked for so far, see `job_and_key`

    @cached_property
    def manifest(self) -> Manifest:
        """What was left in its folder."""
        return Manifest(self.folder)

    @cached_property
    def review(self) -> tuple[Plan, Plan] | PlanError:
        """The plan as decided and as known now, for a review up to the last closed year, or why there can be none."""
        try:
            return self.looks.load(self.reference, self.plan.closed_years[-1], self.overrides)
        except PlanError as error:
            return error

    def review_tables(self) -> Mapping[Stem, pd.DataFrame]:
        """The tables of the review; none where nothing has happened, or nothing was decided."""
        if not self.plan.closed_years or not self.plan.tables.actuals or isinstance(self.review, PlanError):
            return {}
        between = self.looks.load_between(*self.review, self.reference, self.overrides)
        with contextlib.suppress(PlanError):
            return review_of(*self.review, between, compute, uncertainty).tables
        return {}

    def plans_of(self, book: Path) -> list[Plan]:
        """The plans that a notebook is made from; none where it cannot be run."""
        if tables_lacking(book, self.plan):
            return []
        if book.stem == REVIEW.stem:
            return [] if isinstance(self.review, PlanError) else [*reversed(self.review)]
        return [self.plan, *(self.beside.values() if "scenarios" in declared_parameters(book) else ())]

    def job_and_key(self, name: str) -> tuple[Job | None, str]:
        """A job by its name, and the hash of all that it would be made from today; neither where it could not be run.

        It is made when it is first asked for: a notebook that nobody asks for and that left nothing costs nothing.
        """
        if name not in self.jobs:
            stem, language = split_name(name)
            book = self.request.library / f"{stem}.ipynb"
            plans = self.plans_of(book) if book.is_file() else []
            job = make_job(self, book, language, plans) if plans else None
            self.jobs[name] = job, hash_of_job(job, plans, self.reasons_beside(job)) if job else ""
        return self.jobs[name]

    def reasons_beside(self, job: Job) -> list[str]:
        """Why scenarios are left out of a notebook across scenarios; nothing for another one."""
        return [str(error) for error in self.broken.values()] if "scenarios" in job.parameters else []

    def key(self, name: str) -> str:
        """The hash of all that a job would be made from today, by its name; empty where it could not be run."""
        return self.job_and_key(name)[1]

    def is_fresh(self, job: Job) -> bool:
        """Whether one of its jobs is done already."""
        return self.manifest.is_fresh(job.name, self.key(job.name))

    def chosen_jobs(self, books: Iterable[Path], languages: Iterable[str]) -> list[Job]:
        """The jobs that run some notebooks in some languages, in the order in which they are best run."""
        names = dict.fromkeys(f"{book.stem}.{language}" for book in books for language in languages)
        return sorted((job for job, _ in map(self.job_and_key, names) if job), key=turn_of_job)

    def take_tables(self, tables: Mapping[str, str]) -> None:
        """Notes the hashes of the result tables that there now are; what was one before and is none goes."""
        before = self.manifest.read().get("tables", {})
        self.tables = dict(tables)
        remove_files(self.folder, set(before) - set(tables))
        self.write()

    def summarize(self, dated: bool = False) -> ScenarioRun:
        """The part as the index shows it; its title is `dated` beside those that look from another day."""
        return self.manifest.summarize(self.plan, self.key, dated)

    def write(self) -> None:
        """Writes manifest.json."""
        self.manifest.write(self.plan, self.tables, self.key)

    def record(self, job: Job, outcome: Outcome) -> None:
        """Notes how a job ended."""
        self.manifest.record(job, self.key(job.name), outcome)
        self.write()


def run(request: Request) -> int:
    """Runs what was asked for; 0 where all of it succeeded, else 1. PlanError before anything is written.

    A scenario that is not sound and was not asked for by its name is left out.
    """
    wanted = scenarios_named(request.plan, request.scenarios or (BASE,))
    names = list(dict.fromkeys([*scenarios_named(request.plan, [ALL]), *wanted]))
    needed = needed_scenarios(request.plan, request.scenarios)
    with log_duration("plans are read and checked"), under_way("scenarios"):
        books, (plans, broken) = all_or_problems(
            partial(choose_notebooks, request), partial(load_sound, request.plan, names, needed, request.as_of)
        )
    output = Path(request.output).absolute() / folder_name(plans[BASE].key)
    parts = make_parts(request, plans, output, broken)
    books = books_for_part(request, books, parts[BASE])
    with use_store(Store(output.parent / FOLDER)):
        return run_parts(request, books, parts, wanted)


def run_parts(request: Request, books: Sequence[Path], parts: Mapping[str, Part], wanted: Sequence[str]) -> int:
    """Runs notebooks for the `wanted` ones of a plan's scenarios; 0 where all of it succeeded, else 1."""
    with log_duration("results are computed"), under_way("scenarios"):
        results = {name: compute(part.plan) for name, part in parts.items()}
    first = next(iter(parts.values()))
    full = {name: part for name, part in parts.items() if name in wanted}
    with under_way("tables"):
        for name, part in full.items():
            remove_partials(part.folder)
            workbooks = workbook_languages(request, part)
            part.take_tables(write_results(results[name], part, workbooks))
    work = [
        (part, job) for part in full.values() for job in part.chosen_jobs(books, wanted_languages(request, part.plan))
    ]
    index_job = IndexJob(first.plan.path, first.plan.scenario, request.as_of, first.store)
    failed = run_jobs(index_job, work, request.workers or default_workers(), request.limits)
    with log_duration("the index is written"), under_way("index"):
        index = renew_index(first.folder.parent, compare(list(results.values())), list(parts.values()), first.broken)
    return report_end({**{name: str(error) for name, error in first.broken.items()}, **failed}, index)


def wanted_languages(request: Request, plan: Plan) -> tuple[str, ...]:
    """The languages of the notebooks to run: the one asked for, otherwise those of the plan."""
    return (request.language,) if request.language else plan.languages


def turn_of_job(job: Job) -> tuple[int, bool, int]:
    """The key by which the jobs of a scenario are sorted: one language first, so that the other finds all computed.

    The last notebooks take longest; they begin first, so that no process has one to itself in the end.
    """
    numbered = NUMBERED.match(job.notebook.name)
    return LANGUAGES.index(job.language), not numbered, -int(job.notebook.name[:2]) if numbered else 0


def renew_index(output: Path, comparison: Comparison, parts: Sequence[Part], broken: Mapping[str, PlanError]) -> Path:
    """Writes the brief, then the index and the links between pages, these again where a run beside this one has
    meanwhile added a page. Scenarios from elsewhere that were run before come last."""
    for language in comparison.runs[0].plan.languages:
        write_brief(output, comparison, language)
    index, shown = output, None
    while shown != (there := runs_shown(output, parts)):
        index = write_index(output, comparison, there, broken)
        link_pages(there)
        shown = there
    return index


def runs_shown(output: Path, parts: Sequence[Part]) -> list[ScenarioRun]:
    """The parts as the index shows them, then earlier runs; a date is in titles only where it tells them apart."""
    earlier = earlier_scenarios(output, parts)
    return [*(part.summarize(dated=bool(earlier)) for part in parts), *earlier]


def earlier_scenarios(output: Path, parts: Sequence[Part]) -> list[ScenarioRun]:
    """What earlier runs left of scenarios that this one knows nothing of."""
    folders = sorted(path.parent for path in output.glob("*/manifest.json"))
    return [Manifest(folder).summarize(None) for folder in folders if folder not in {part.folder for part in parts}]


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


def books_for_part(request: Request, books: Sequence[Path], part: Part) -> list[Path]:
    """Those of the notebooks whose tables its plan has; PlanError for one that was asked for and needs others.

    It is one as well where a review was asked for and nothing had been decided that it could be of; where every
    notebook was, a line says why that page will be lacking.
    """
    lacking = {book: tables for book in books if (tables := tables_lacking(book, part.plan))}
    if request.notebooks and lacking:
        needed = {book.stem: {"tables": ", ".join(tables)} for book, tables in lacking.items()}
        raise PlanError(
            [Problem("--notebook", "notebook_needs", stem, values=values) for stem, values in needed.items()]
        )
    there = [book for book in books if book not in lacking]
    if any(book.stem == REVIEW.stem for book in there) and isinstance(part.review, PlanError):
        if request.notebooks:
            raise part.review
        for problem in part.review.problems:
            print_line(f"{both('cli.note')}: {REVIEW.stem}: {problem}")
    return there


def list_notebooks(request: Request) -> list[Path]:
    """Every notebook: those with a number in their order, then the others."""
    return sorted(request.library.glob("*.ipynb"), key=lambda book: (not NUMBERED.match(book.name), book.name))


def make_parts(
    request: Request, plans: Mapping[str, Plan], output: Path, broken: Mapping[str, PlanError]
) -> dict[str, Part]:
    """Scenarios by name, each with a folder of its own below `output`; the `broken` ones are not sound."""
    looks, every = Looks(request.plan, request.as_of), every_scenario(request.plan)
    return {
        name: Part(
            request,
            plan,
            looks,
            output / folder_name(plan.results_name),
            output.parent / FOLDER,
            name,
            plan.results_name,
            {other: plans[other] for other in every if other != name and other in plans},
            broken,
        )
        for name, plan in plans.items()
    }


def make_job(part: Part, book: Path, language: str, plans: Sequence[Plan]) -> Job:
    """A notebook for a part in a language, made from some plans."""
    folder = part.folder
    parameters: dict[str, Any] = {
        "plan": plan_name(part.plan),
        "scenario": part.reference,
        "language": language,
        "output_dir": str(folder),
    }
    if part.overrides:
        parameters["overrides"] = dict(part.overrides)
    if part.plan.seen_from:
        parameters["as_of"] = str(part.plan.seen_from)
    if "scenarios" in declared_parameters(book):
        parameters["scenarios"] = [*part.beside, *part.broken]
    name = f"{book.stem}.{language}"
    executed, report = folder / "notebooks" / f"{name}.ipynb", folder / "reports" / f"{name}.html"
    head = page_head(plans, language)
    return Job(book, parameters, executed, report, language, part.store, head, part.request.engine)


def workbook_languages(request: Request, part: Part) -> list[str]:
    """The languages of the workbooks to write: those asked for, and of those that an earlier run has left."""
    asked = [language for language in LANGUAGES if request.excel and request.language in (None, language)]
    plan = part.plan
    names = {language: workbook_name(plan, plan.results_name, language) for language in LANGUAGES}
    return [language for language in LANGUAGES if language in asked or (part.folder / names[language]).is_file()]


def write_results(results: Results, part: Part, workbooks: Sequence[str] = ()) -> dict[str, str]:
    """Writes the result tables of a part, and workbooks of them in some languages, into its folder.

    With them go those that the pages of the year and of the review quote. Returns the hash of each by its path.
    """
    of_year = YearTables(results, results.plan.year_to_plan, compute).with_rows
    tables = write_tables({**results.tables, **of_year, **part.review_tables()}, part.folder / TABLES)
    tables += write_workbooks(results, part.folder, workbooks)
    return {path.relative_to(part.folder).as_posix(): file_hash(path) for path in tables}


def perform_any(job: Any) -> Any:
    """Does a job, in a process of its own."""
    return perform_job(job) if isinstance(job, Job) else job.perform()


class JobQueue:
    """Notebooks to run, with other jobs beside them, and what has come of them.

    Any other job says what it is called, its `title`, and does itself, `perform()`.
    """

    def __init__(self, todo: Sequence[tuple[Part, Job]]) -> None:
        self.todo = todo
        self.owner = {job.executed: part for part, job in todo}
        self.progress = Progress(len(todo))
        self.failed: dict[str, str] = {}  # what failed -> why

    def run(self, others: Sequence[Any], workers: int, limits: Limits, executor: Callable[..., None] = run_all) -> None:
        """Runs them all, the others first, at most `workers` at once, each within the `limits`.

        `executor` does what `run_all` does, and may do it elsewhere.
        """
        if self.todo and executor is run_all:
            warm_up()
        jobs = [*others, *(job for _, job in self.todo)]
        executor(perform_any, jobs, workers, self.begin, self.end, waiting=self.progress.tick, limits=limits)

    def title(self, job: Any) -> str:
        """What a job is called on screen."""
        return f"{self.owner[job.executed].title}/{job.name}" if isinstance(job, Job) else str(job.title)

    def begin(self, job: Any) -> None:
        """Shows that a job is under way."""
        self.progress.begin(self.title(job))
        self.progress.draw()

    def end(self, job: Any, outcome: Any) -> None:
        """Notes how a job ended: a notebook in the manifest and on screen, another nowhere."""
        title = self.title(job)
        if not isinstance(job, Job):
            self.progress.underway.pop(title, None)
            return
        if isinstance(outcome, WorkerDied):
            outcome = outcome_of_death(job, outcome)
        forget_failure(job, outcome)
        try:
            self.owner[job.executed].record(job, outcome)
        except OutputError as error:  # of this folder: others may still be written to
            outcome = replace(outcome, error=outcome.error or str(error))
        LOG.info("%s: %.2f s%s", title, outcome.seconds, f", {outcome.error}" if outcome.error else "")
        if outcome.error:
            details = f" ({both('file.details')}: {outcome.details})" if outcome.details else ""
            self.failed[title] = outcome.error + details
        note = both("run.failed") if outcome.error else f"{outcome.seconds:.1f} s"
        self.progress.end(title, note, lasting=bool(outcome.error))


def run_jobs(index: IndexJob, work: Sequence[tuple[Part, Job]], workers: int, limits: Limits) -> dict[str, str]:
    """Runs the jobs that are not done, and that of the index beside them; returns what failed, and why."""
    todo = [(part, job) for part, job in work if not part.is_fresh(job)]
    if len(todo) < len(work):
        print_line(both("run.done_already", count=len(work) - len(todo)))
    if not todo:
        return {}
    queue = JobQueue(todo)
    with queue.progress:
        queue.run([index], workers, limits)
    done = both("run.notebooks_done", done=len(todo) - len(queue.failed), count=len(todo))
    print_line(f"{done}, {queue.progress.seconds:.0f} s")
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
