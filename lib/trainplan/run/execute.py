"""One notebook, run strictly through papermill, and its HTML report.

Papermill lets an unknown parameter pass and judges a run by what the notebook says of itself; here names are checked
first, and a notebook takes its final name only after every one of its cells has run.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import time
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import trainplan.run.skip_slow_import  # noqa: F401

# isort: split
import nbformat
import papermill
from papermill.exceptions import PapermillException, PapermillExecutionError
from papermill.translators import translate_parameters

from trainplan.report.drawing import Drawing, Sheet
from trainplan.report.furniture import PageHead
from trainplan.report.html import NO_HEAD, render_page, render_report
from trainplan.report.page_figure import Caption
from trainplan.run.papermill_engine import ENGINE
from trainplan.run.process_tree import children_of, end_children
from trainplan.run.workers import WorkerDied
from trainplan.storage.files import (
    OutputError,
    move_into_place,
    note_written,
    record_written,
    remove_partials,
    write_error,
    write_text,
)
from trainplan.storage.store import Store, use_store
from trainplan.text.catalog import LANGUAGES, both
from trainplan.text.problems import PlanError, Problem, nearest_name

# What a shell imports as it starts, or the first cells.
IMPORTED_BY_CELLS = (
    "trainplan.report.notebook",
    "IPython.core.application",
    "IPython.core.completerlib",
    "IPython.core.logger",
    "IPython.core.magics.execution",
    "IPython.core.oinspect",
    "IPython.utils.module_paths",
    "matplotlib.pyplot",
    "matplotlib_inline.backend_inline",
    "pandas.core.methods.to_dict",
    "encodings.cp437",  # of the archive of numbers that draws begin with
    "scipy.special",
    "scipy.stats",
    "pandas.core.reshape.reshape",
    "sqlite3",
)
ENGINES = {ENGINE: ENGINE, "papermill": None}  # what an engine is called -> what papermill calls it
INJECTED = "injected-parameters"  # papermill's tag of the cell that it adds


class NotebookError(Exception):
    """A notebook stopped; `str()` says in which cell, and why."""


@dataclass(frozen=True)
class Job:
    """A notebook to run with its parameters, and where its executed copy and its report go."""

    notebook: Path
    parameters: Mapping[str, Any]
    executed: Path
    report: Path
    language: str
    store: Path | None = None  # the folder of results that are computed once for all jobs
    head: PageHead = NO_HEAD  # what stands around the report
    engine: str = ENGINE

    def left_by_failure(self, kind: str) -> Path:
        """The file that is left of it where it fails: `ipynb`, what the notebook had got to, `txt`, the traceback."""
        return self.executed.with_name(f"{self.executed.stem}.failed.{kind}")

    @property
    def name(self) -> str:
        """What it is called in the manifest and on screen, such as `03_budget.vi`."""
        return f"{self.notebook.stem}.{self.language}"


@dataclass(frozen=True)
class Outcome:
    """How a job ended: why it failed (empty where it did not), and what it left."""

    error: str
    figures: int
    written: tuple[Path, ...]
    seconds: float
    details: Path | None = None  # the file with the traceback of what failed


def perform_job(job: Job) -> Outcome:
    """Runs a job; whatever goes wrong in it is the outcome's `error`, never an exception."""
    start, error, figures = time.perf_counter(), "", 0
    failure: Exception | None = None
    with record_written() as written:
        try:
            with use_store(Store(job.store) if job.store else None):
                done = execute_notebook(job.notebook, job.parameters, job.executed, job.engine)
            figures = count_figures(done)
            render_report(job.executed, job.report, job.language, job.head)
        except (PlanError, OutputError) as problem:
            error = str(problem)
        except NotebookError as problem:
            error, failure = str(problem), problem
        except Exception as problem:
            error, failure = f"{job.name}: {type(problem).__name__}: {problem}", problem
    seconds = time.perf_counter() - start
    return Outcome(error, figures, tuple(dict.fromkeys(written)), seconds, keep_traceback(job, failure))


def outcome_of_death(job: Job, death: WorkerDied) -> Outcome:
    """How a job ended whose process died, or had to be ended; takes away what that left, half-done or not believed."""
    remove_partials(job.executed.parent)
    if death.reason == "run.threads_go_on":
        for path in (job.executed, job.report):
            path.unlink(missing_ok=True)
    return Outcome(f"{job.name}: {death}", 0, (), 0.0)


def keep_traceback(job: Job, failure: Exception | None) -> Path | None:
    """Writes the traceback beside the failed notebook, as `*.failed.txt`.

    Returns the file; None where there is none, or it cannot be written.
    """
    with contextlib.suppress(OutputError):
        if failure:
            return write_text(job.left_by_failure("txt"), "".join(traceback.format_exception(failure)))
    return None


def forget_failure(job: Job, outcome: Outcome) -> None:
    """Deletes what an earlier run of the job left of its failure, and this one did not leave."""
    with contextlib.suppress(OSError):
        if not outcome.details:
            job.left_by_failure("txt").unlink(missing_ok=True)
        if not outcome.error:
            job.left_by_failure("ipynb").unlink(missing_ok=True)


def _draw_words(sheet: Sheet) -> None:
    sheet.height = sheet.lines(0, 0, [both("run.open")])


def warm_up() -> None:
    """Does once what every notebook would do again: imports, fonts, patterns and templates, by drawing and rendering.

    The processes of the notebooks are forked from the one that has done it.
    """
    logging.getLogger("papermill").setLevel(logging.WARNING)
    for name in IMPORTED_BY_CELLS:
        import_module(name)
    Drawing("", Caption("", ""), _draw_words).png()
    outputs = [nbformat.v4.new_output("display_data", {"text/html": "<p>1</p>"})]
    cells = [nbformat.v4.new_markdown_cell("# *1* [2](#3) `4`"), nbformat.v4.new_code_cell("1", outputs=outputs)]
    notebook = nbformat.v4.new_notebook(cells=cells)
    for language in LANGUAGES:
        render_page(notebook, "", language)


def execute_notebook(notebook: Path, parameters: Mapping[str, Any], executed: Path, engine: str = ENGINE) -> Any:
    """Runs a notebook with parameters; the executed copy is at `executed` once all of its cells have run.

    What a notebook that fails had got to is left beside, as `*.failed.ipynb`, for whoever looks into it.
    """
    check_parameters(notebook, parameters)
    before = [child.pid for child in children_of()]
    partial = executed.with_name(f"{executed.stem}.{os.getpid()}.partial.ipynb")
    failed = executed.with_name(f"{executed.stem}.failed.ipynb")
    if engine != ENGINE:  # a kernel shows figures in its notebook only where no other place was chosen for them
        os.environ.pop("MPLBACKEND", None)
    try:
        executed.parent.mkdir(parents=True, exist_ok=True)
        done = papermill.execute_notebook(
            escape_braces(notebook),
            escape_braces(partial),
            dict(parameters),
            engine_name=ENGINES[engine],
            kernel_name="python3",
            progress_bar=False,
            request_save_on_cell_execute=False,
        )
        unfinished = [n for n, cell in enumerate(done.cells) if cell.metadata.papermill.status != "completed"]
        if unfinished:
            raise NotebookError(f"{notebook.name}: {both('run.cell_unfinished', cell=unfinished[0] + 1)}.")
        if left := end_children(but=before):
            raise NotebookError(f"{notebook.name}: {both('run.left_behind', names=', '.join(left))}")
        forget_run(done, parameters, executed.parent)
        partial.write_text(nbformat.writes(done), encoding="utf-8", newline="\n")
        move_into_place(partial, executed)
    except (PapermillException, NotebookError) as error:
        with contextlib.suppress(OSError):
            partial.replace(failed)
        raise NotebookError(explain_failure(notebook, error)) from error
    except OSError as error:
        raise write_error(executed, error) from error
    note_written(executed)
    return done


def forget_run(notebook: Any, parameters: Mapping[str, Any], folder: Path) -> None:
    """Takes out of an executed notebook when and where it ran, so that equal runs leave equal notebooks.

    Its `output_dir` is written as seen from `folder`, in which the notebook lies and Jupyter would run it again.
    """
    seen = dict(parameters)
    if seen.get("output_dir"):
        with contextlib.suppress(ValueError):  # on another drive of Windows
            seen["output_dir"] = Path(os.path.relpath(seen["output_dir"], folder)).as_posix()
    notebook.metadata.pop("papermill", None)
    for cell in notebook.cells:
        cell.metadata.pop("papermill", None)
        if INJECTED in cell.metadata.get("tags", []):
            cell.id, cell.source = INJECTED, translate_parameters("python3", "python", seen, "Parameters")


def explain_failure(notebook: Path, error: Exception) -> str:
    """Why a notebook stopped: wrong input in its own words, anything else with the cell and the kind of error."""
    if not isinstance(error, PapermillExecutionError):
        return str(error)
    if error.ename == PlanError.__name__:
        return str(error.evalue)
    return f"{notebook.name}, {both('run.cell', cell=error.cell_index + 1)}: {error.ename}: {error.evalue}"


def declared_parameters(notebook: Path) -> tuple[str, ...]:
    """The parameters that a notebook declares in its cell tagged `parameters`."""
    return _declared_parameters(notebook, notebook.stat().st_mtime_ns)


@cache
def _declared_parameters(notebook: Path, _: int) -> tuple[str, ...]:
    return tuple(papermill.inspect_notebook(escape_braces(notebook)))


def check_parameters(notebook: Path, parameters: Mapping[str, Any]) -> None:
    """PlanError for every parameter that the notebook does not declare, or whose value is not plain data."""
    known = declared_parameters(notebook)
    allowed = {"parameters": ", ".join(known)}
    problems = [
        Problem(notebook.name, "no_parameter", name, nearest=nearest_name(name, known), values=allowed)
        for name in parameters
        if name not in known
    ]
    for name, value in parameters.items():
        if not is_plain(value):
            problems.append(Problem(notebook.name, "not_plain", value, column=name))
    if problems:
        raise PlanError(problems)


def is_plain(value: Any) -> bool:
    """Whether JSON gives the value back as it was (no NaN, no infinity, no tuple, text keys only)."""
    try:
        return bool(json.loads(json.dumps(value, allow_nan=False)) == value)
    except (TypeError, ValueError):
        return False


def escape_braces(path: Path) -> str:
    """A path as papermill takes it, which would fill in what stands in braces."""
    return str(path).replace("{", "{{").replace("}", "}}")


def count_figures(notebook: Any) -> int:
    """How many pictures the cells of an executed notebook show."""
    shown = [output.get("data", {}) for cell in notebook.cells for output in cell.get("outputs", [])]
    return sum("image/png" in data or "<svg" in data.get("text/html", "") for data in shown)
