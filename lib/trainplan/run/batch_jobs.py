"""The work of a batch in parts for processes: runs that are read and checked, runs whose tables are computed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

from trainplan.cycle.looks import Looks
from trainplan.plan.address import address_label, change_label
from trainplan.plan.plan import Plan, PlanInput
from trainplan.report.stored import solve_plan
from trainplan.results.headline import headline
from trainplan.results.many import compute_many
from trainplan.results.tables import Results
from trainplan.run.batch_file import BatchRun
from trainplan.run.batch_records import BEGUN, Record
from trainplan.run.execute import warm_up
from trainplan.run.manifest import DONE, FAILED
from trainplan.run.run import Part, Request, write_results
from trainplan.storage.log import describe_error
from trainplan.storage.provenance import code_hash, hash_data, package_versions
from trainplan.storage.store import FOLDER, Store, use_store
from trainplan.storage.tables import csv_text
from trainplan.text.catalog import LANGUAGES
from trainplan.text.problems import PlanError, Problem

FORMAT = 3  # of the records; another one finds none of those before
AT_ONCE = 50  # runs of a job: few enough that what is lost with a process is little


class Checked(NamedTuple):
    """A run whose input is sound: the hash of all that goes into it, the languages and names of its plan, its changes.

    Changes are as they are read: what is changed, and how, in each language.
    """

    key: str
    languages: tuple[str, ...]
    titles: dict[str, str]
    changes: dict[str, dict[str, str]]


@dataclass(frozen=True, eq=False)
class CheckJob:
    """Runs whose input is read and checked; `file` is the batch file as messages name it."""

    runs: tuple[BatchRun, ...]
    file: str


@dataclass(frozen=True, eq=False)
class TablesJob:
    """Runs whose result tables are computed; those of a run with notebooks go to its folder below `output`."""

    runs: tuple[BatchRun, ...]
    output: Path
    store: Path  # the folder of results that are computed once for all jobs

    @property
    def title(self) -> str:
        """What it is called on screen."""
        others = len(self.runs) - 1
        return f"{self.runs[0].name} (+{others})" if others else self.runs[0].name

    def perform(self) -> list[tuple[str, Record]]:
        """(key, record) of every run; one that fails is said so in its record, and leaves the others alone."""
        with use_store(Store(self.store)):
            return list(self._records(self.runs))

    def _records(self, runs: Sequence[BatchRun]) -> Iterator[tuple[str, Record]]:
        try:
            plans = list(load_runs(runs))
            sound = [plan for plan in plans if isinstance(plan, Plan)]
            for plan in plans:
                if isinstance(plan, PlanError):
                    raise plan
            results = compute_many(sound, solve_plan)
            looks = cache(Looks)
            found = [
                (key_of_run(run, one.plan), self._record(run, one, looks(run.plan)))
                for run, one in zip(runs, results, strict=True)
            ]
        except Exception as error:
            if len(runs) > 1:
                found = [record for run in runs for record in self._records([run])]
            else:
                why = str(error) if isinstance(error, PlanError) else describe_error(error)
                found = [("", failed_record(runs[0], why))]
        yield from found

    def _record(self, run: BatchRun, results: Results, looks: Looks) -> Record:
        """What is noted of a run: its headline figures, its tables as CSV, and what is in a folder of its own."""
        tables = {stem: csv_text(frame, run=run.name) for stem, frame in results.tables.items()}
        files: dict[str, str] = {}
        if run.notebooks:
            files = write_results(results, part_of_run(run, Request(str(run.plan)), results.plan, looks, self.output))
        status = BEGUN if run.notebooks else DONE
        return {**_record(run, status, headline=headline(results)), "tables": tables, "files": files}


def part_of_run(run: BatchRun, request: Request, plan: Plan, looks: Looks, output: Path) -> Part:
    """A run with notebooks as a scenario with a folder of its own below `output`."""
    folder, store = output / run.folder, output / FOLDER
    return Part(request, plan, looks, folder, store, run.scenario, run.name, overrides=run.changes)


def load_runs(runs: Sequence[BatchRun], file: str = "") -> Iterator[Plan | PlanError]:
    """The plan of each run, or what is wrong with it; the files of a plan are read once for runs one after another."""
    for path, some in groupby(runs, key=lambda run: run.plan):
        read = PlanInput(path)
        for run in some:
            try:
                yield read.change(run.scenario, run.changes)
            except PlanError as error:
                yield PlanError(problems_of_run(error, read, run, file))


def prepare_jobs(run: BatchRun, with_notebooks: bool) -> None:
    """Does what the processes of jobs would each do again: reads a plan for the first time, and makes ready to draw."""
    next(load_runs([run]))
    if with_notebooks:
        warm_up()


def problems_of_run(error: PlanError, read: PlanInput, run: BatchRun, file: str) -> list[Problem]:
    """The problems of a run, with the place in the batch file where a name or a change there makes them."""
    own: list[Problem] = []
    try:
        read.change(run.scenario)
    except PlanError as unchanged:
        own = unchanged.problems
    texts = {str(problem) for problem in own if problem.where != "scenario"}
    return [problem if str(problem) in texts else place_problem(problem, run, file) for problem in error.problems]


def place_problem(problem: Problem, run: BatchRun, file: str) -> Problem:
    """A problem that comes of a name or a change in the batch file, with its place there."""
    if problem.where == "scenario":
        return replace(problem, where=file, row=run.entry, column="scenarios")
    place = f"{file}, {run.entry}"
    return replace(problem, where=place if problem.where == "overrides" else f"{place} ({problem.where})")


def check_runs(job: CheckJob) -> list[Checked] | PlanError:
    """What is known of every run of a job, or all that is wrong with any of them, each once."""
    checked: list[Checked] = []
    problems: dict[str, Problem] = {}
    for run, plan in zip(job.runs, load_runs(job.runs, job.file), strict=True):
        if isinstance(plan, PlanError):
            problems |= {str(problem): problem for problem in plan.problems}
        else:
            titles = {language: plan.title(language) for language in LANGUAGES}
            changes = {language: changes_in_words(plan, run.changes, language) for language in LANGUAGES}
            checked.append(Checked(key_of_run(run, plan), run.languages or plan.languages, titles, changes))
    return PlanError(problems.values()) if problems else checked


def changes_in_words(plan: Plan, changes: Mapping[str, Any], language: str) -> dict[str, str]:
    """What is changed, and how, as it is read."""
    return {
        address_label(plan, address, language): change_label(plan, address, change, language)
        for address, change in changes.items()
    }


def key_of_run(run: BatchRun, plan: Plan) -> str:
    """A hash of all that the tables of a run depend on, of its name and of whether it has a folder of its own."""
    changes, alone = [*run.changes.items()], not run.notebooks
    given = [FORMAT, run.name, plan.scenario, plan.input_hashes, changes, alone]
    return hash_data([given, code_hash(), package_versions()])


def failed_record(run: BatchRun, reason: str) -> Record:
    """What is noted of a run that failed, and why."""
    return _record(run, FAILED, reason)


def _record(run: BatchRun, status: str, reason: str = "", headline: Mapping[str, Any] | None = None) -> Record:
    names = {
        "run": run.name,
        "plan": run.plan.parent.name,
        "scenario": run.scenario_name,
        "changes": run.changed_values,
    }
    said = {"status": status, "reason": reason, "headline": headline or {}}
    return {**names, **said, "tables": {}, "files": {}}
