"""How long batches take: beside the plain loop of `papermill` and `jupyter nbconvert`, and beside the work itself.

    python workbook.py python benchmarks/batch.py [pages] [tables] [provinces]

`pages`: five notebooks in Vietnamese, 00 to 04, of 20 scenarios of An Giang. The plain loop is reckoned from the pages
of one scenario; the floor is the cells and the pages alone, in processes that have imported everything and go from one
to the next. Every one of them begins with nothing stored. `tables`: the result tables of 1,000 scenarios. `provinces`:
those of provinces that do not exist, 20 scenarios each, with the memory that the processes of the batch take together
at most. All of it where nothing is named. Ratios are what counts; seconds are this machine's.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread
from time import perf_counter

import nbformat
from pages import SAMPLE, Took, plain_loop, run
from papermill.iorw import load_notebook_node
from papermill.parameterize import parameterize_notebook
from provinces import batch_text, write_provinces

from trainplan.plan.find import DEFAULT_PLAN, PROJECT, every_scenario
from trainplan.plan.plan import load_plans
from trainplan.report.html import render_report
from trainplan.run.execute import Job, warm_up
from trainplan.run.papermill_engine import run_cell, start_shell
from trainplan.run.process_tree import children_of, memory_of_tree
from trainplan.run.run import Request, default_workers, list_notebooks, make_parts
from trainplan.storage.files import write_text
from trainplan.storage.store import Store, use_store

SCENARIOS = 20
SCENARIO = """title: {{vi: "Trần kinh phí {share} %", en: "Ceilings at {share}%"}}
reason: {{vi: "đo thời gian", en: "a measurement"}}
set:
  ceilings.*.ceiling_vnd: {{scale: {factor}}}
"""
PAGES = """runs:
  - plan: {plan}
    scenarios: all
    notebooks: [{notebooks}]
    languages: vi
"""
TABLES = """runs:
  - plan: {plan}
    grid:
      ceilings.*.ceiling_vnd: {{scale: {{from: 0.501, to: 1.5, by: 0.001}}}}
"""
MB = 2**20  # bytes


def copy_of_plan(folder: Path) -> Path:
    """An Giang with 19 scenarios of its own, each in a file that no other one needs."""
    for name in ("params", "data"):
        shutil.copytree(PROJECT / name / DEFAULT_PLAN, folder / name / DEFAULT_PLAN)
    plan = folder / "params" / DEFAULT_PLAN
    shutil.rmtree(plan / "scenarios")
    for number in range(1, SCENARIOS):
        write_scenario(plan, number, 100 - number)
    return plan


def write_scenario(plan: Path, number: int, share: int) -> None:
    """A scenario of the plan, with ceilings at a share of what they are, in per cent."""
    path = plan / "scenarios" / f"ceilings_{number:02}.yaml"
    write_text(path, SCENARIO.format(share=share, factor=share / 100))


def say(name: str, took: Took, *notes: str) -> None:
    """A line."""
    times = f"{took.clock:8.1f} s {took.processors:8.1f} s of processors"
    print(f"{name:44} {times}  {', '.join(notes)}", flush=True)


def times_of(more: Took, took: Took) -> str:
    """How many times as long as one another took, by the clock and in time of the processors."""
    return " and ".join(f"{one / max(other, 1e-9):.2f}" for one, other in zip(more, took, strict=True))


def measure_pages(folder: Path) -> None:
    """The batch of pages beside the plain loop and the floor; then again, and with one scenario changed."""
    plan, file, beside = copy_of_plan(folder), folder / "pages.yaml", folder / "plain"
    write_text(file, PAGES.format(plan=plan.as_posix(), notebooks=", ".join(book.stem for book in SAMPLE)))
    line = ("trainplan", "batch", file, "--output", folder / "out")
    beside.mkdir()
    plain = Took(*(SCENARIOS * one for one in plain_loop(DEFAULT_PLAN, beside)))
    say(f"{SCENARIOS} times the plain loop of {len(SAMPLE)} pages", plain)
    floor = subprocess.check_output([sys.executable, __file__, "floor", plan, folder / "floor"])
    least = Took(*map(float, floor.split()))
    say("the floor", least, f"the plain loop takes {times_of(plain, least)} times as long")
    took = run(*line)
    pages = len([*(folder / "out").rglob("reports/*.html")])
    notes = (f"the plain loop takes {times_of(plain, took)} times as long", f"{times_of(took, least)} of the floor")
    say(f"batch, {pages} pages", took, *notes)
    say("again, with nothing changed", run(*line))
    write_scenario(plan, 7, 50)
    say("again, with one scenario changed", run(*line))


def measure_floor(plan: Path, output: Path) -> Took:
    """What the cells and the pages take, in warm processes over the cores that go from one to the next."""
    request = Request(str(plan), output=output)
    names = every_scenario(plan)
    plans = dict(zip(names, load_plans(plan, names), strict=True))
    parts = make_parts(request, plans, output / "floor", {}).values()
    books = [book for book in list_notebooks(request) if book in SAMPLE]
    jobs = [job for part in parts for job in part.chosen_jobs(books, ["vi"])]
    warm_up()
    start = perf_counter()
    cores = default_workers()
    processes = [get_context("fork").Process(target=cells_and_pages, args=(jobs[k::cores],)) for k in range(cores)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    if any(process.exitcode for process in processes):
        sys.exit(1)
    after = os.times()
    return Took(perf_counter() - start, after.children_user + after.children_system)


def cells_and_pages(jobs: Sequence[Job]) -> None:
    """Runs the cells of notebooks and makes their pages, one after the other in one shell."""
    shell = start_shell()
    for job in jobs:
        shell.reset(new_session=False)
        book = parameterize_notebook(load_notebook_node(str(job.notebook)), dict(job.parameters))
        with use_store(Store(job.store) if job.store else None):
            for cell in book.cells:
                if cell.cell_type == "code" and not run_cell(shell, cell):
                    raise RuntimeError(f"{job.name}: {cell.source}")
        write_text(job.executed, nbformat.writes(book))
        render_report(job.executed, job.report, job.language, job.head)


def with_memory(*arguments: str | Path) -> tuple[Took, float]:
    """What a command of `trainplan` takes, and how many MB it and its processes have at most."""
    most, ended = [0], Event()

    def look() -> None:
        while not ended.wait(0.5):
            most[0] = max(most[0], sum(memory_of_tree(child.pid) for child in children_of()))

    looking = Thread(target=look)
    looking.start()
    try:
        took = run("trainplan", *arguments)
    finally:
        ended.set()
        looking.join()
    return took, most[0] / MB


def measure_tables(folder: Path) -> None:
    """The tables of many scenarios in one call."""
    file = folder / "tables.yaml"
    write_text(file, TABLES.format(plan=DEFAULT_PLAN))
    line = ("batch", file, "--output", folder / "out")
    took, memory = with_memory(*line)
    say("tables of 1,000 scenarios", took, f"{memory:.0f} MB at most")
    say("again, with nothing changed", run("trainplan", *line))


def measure_provinces(folder: Path) -> None:
    """The tables of few and of many provinces."""
    plans = write_provinces(folder / "plans")
    for count in (7, len(plans)):
        file = folder / f"{count}.yaml"
        write_text(file, batch_text([plan.as_posix() for plan in plans[:count]]))
        took, memory = with_memory("batch", file, "--output", folder / f"out_{count}")
        say(f"{count} provinces, {SCENARIOS} scenarios each", took, f"{memory:.0f} MB at most")


MEASURES: dict[str, Callable[[Path], None]] = {
    "pages": measure_pages,
    "tables": measure_tables,
    "provinces": measure_provinces,
}


def main() -> None:
    if sys.argv[1:2] == ["floor"]:
        print(*measure_floor(Path(sys.argv[2]), Path(sys.argv[3])))
        return
    for name in sys.argv[1:] or MEASURES:
        with TemporaryDirectory() as folder:
            MEASURES[name](Path(folder))


if __name__ == "__main__":
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    os.environ.setdefault("MPLBACKEND", "agg")
    main()
