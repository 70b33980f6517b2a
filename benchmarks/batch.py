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
from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread
from time import perf_counter

from pages import SAMPLE, plain_loop, run
from provinces import batch_text, write_provinces

from trainplan.plan.find import DEFAULT_PLAN, every_scenario, find_plan
from trainplan.plan.plan import load_plans
from trainplan.run.execute import perform_job, warm_up
from trainplan.run.process_tree import memory_of_tree
from trainplan.run.run import Request, default_workers, list_notebooks, make_part
from trainplan.storage.files import write_text

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
    plan = Path(shutil.copytree(find_plan(DEFAULT_PLAN).parent, folder / DEFAULT_PLAN))
    shutil.rmtree(plan / "scenarios")
    for number in range(1, SCENARIOS):
        write_scenario(plan, number, 100 - number)
    return plan


def write_scenario(plan: Path, number: int, share: int) -> None:
    """A scenario of the plan, with ceilings at a share of what they are, in per cent."""
    path = plan / "scenarios" / f"ceilings_{number:02}.yaml"
    write_text(path, SCENARIO.format(share=share, factor=share / 100))


def say(name: str, seconds: float, *ratios: str) -> None:
    """A line."""
    print(f"{name:44} {seconds:8.1f} s  " + ", ".join(ratios), flush=True)


def measure_pages(folder: Path) -> None:
    """The batch of pages beside the plain loop and the floor; then again, and with one scenario changed."""
    plan, file = copy_of_plan(folder), folder / "pages.yaml"
    write_text(file, PAGES.format(plan=plan.as_posix(), notebooks=", ".join(book.stem for book in SAMPLE)))
    line = ("trainplan", "batch", file, "--output", folder / "out")
    beside = folder / "plain"
    beside.mkdir()
    plain = SCENARIOS * plain_loop(DEFAULT_PLAN, beside).clock
    say(f"{SCENARIOS} times the plain loop of {len(SAMPLE)} pages", plain)
    least = float(subprocess.check_output([sys.executable, __file__, "floor", plan, folder / "floor"]))
    say("the floor", least, f"{plain / least:.1f} times as fast")
    took = run(*line).clock
    pages = len([*(folder / "out").rglob("reports/*.html")])
    say(f"batch, {pages} pages", took, f"{plain / took:.1f} times as fast", f"{took / least:.2f} of the floor")
    say("again, with nothing changed", run(*line).clock)
    write_scenario(plan, 7, 50)
    say("again, with one scenario changed", run(*line).clock)


def measure_floor(plan: Path, output: Path) -> float:
    """Seconds for the cells and the pages, in warm processes over the cores that go from one to the next."""
    request = Request(str(plan), output=output)
    names = every_scenario(plan)
    plans = dict(zip(names, load_plans(plan, names), strict=True))
    parts = [make_part(request, plans, name, output / "floor") for name in names]
    books = [book for book in list_notebooks(request) if book in SAMPLE]
    jobs = [job for part in parts for job in part.chosen_jobs(books, ["vi"])]
    warm_up()
    with get_context("fork").Pool(default_workers()) as pool:
        start = perf_counter()
        outcomes = pool.map(perform_job, jobs, chunksize=1)
        seconds = perf_counter() - start
    if failed := [outcome.error for outcome in outcomes if outcome.error] or len(outcomes) != SCENARIOS * len(SAMPLE):
        sys.exit(str(failed))
    return seconds


def with_memory(*arguments: str | Path) -> tuple[float, float]:
    """Seconds that a command of `trainplan` takes, and how many MB it and its processes at most."""
    start, most, ended = perf_counter(), [0], Event()
    with subprocess.Popen([sys.executable, "-m", "trainplan", *map(str, arguments)], stderr=subprocess.PIPE) as process:

        def look() -> None:
            while not ended.wait(0.1):
                most[0] = max(most[0], memory_of_tree(process.pid))

        looking = Thread(target=look)
        looking.start()
        words = process.communicate()[1]
        ended.set()
        looking.join()
    if process.returncode:
        sys.exit(words.decode())
    return perf_counter() - start, most[0] / MB


def measure_tables(folder: Path) -> None:
    """The tables of many scenarios in one call."""
    file = folder / "tables.yaml"
    write_text(file, TABLES.format(plan=DEFAULT_PLAN))
    seconds, memory = with_memory("batch", file, "--output", folder / "out")
    say("tables of 1,000 scenarios", seconds, f"{memory:.0f} MB at most")
    seconds, _ = with_memory("batch", file, "--output", folder / "out")
    say("again, with nothing changed", seconds)


def measure_provinces(folder: Path) -> None:
    """The tables of few and of many provinces."""
    plans = write_provinces(folder / "plans")
    for count in (7, 21, len(plans)):
        file = folder / f"{count}.yaml"
        write_text(file, batch_text([plan.as_posix() for plan in plans[:count]]))
        seconds, memory = with_memory("batch", file, "--output", folder / f"out_{count}")
        say(f"{count} provinces, {SCENARIOS} scenarios each", seconds, f"{memory:.0f} MB at most")


MEASURES: dict[str, Callable[[Path], None]] = {
    "pages": measure_pages,
    "tables": measure_tables,
    "provinces": measure_provinces,
}


def main() -> None:
    if sys.argv[1:2] == ["floor"]:
        print(measure_floor(Path(sys.argv[2]), Path(sys.argv[3])))
        return
    for name in sys.argv[1:] or MEASURES:
        with TemporaryDirectory() as folder:
            MEASURES[name](Path(folder))


if __name__ == "__main__":
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    os.environ.setdefault("MPLBACKEND", "agg")
    main()
