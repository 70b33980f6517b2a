"""How long pages take: the plain loop of `papermill` and `jupyter nbconvert`, and `trainplan run`, side by side.

    python workbook.py python benchmarks/pages.py [--all] [PLAN]

Five notebooks in Vietnamese, 00 to 04, go through both. With `--all` there is `run --scenario all` too, against as many
notebooks of the plain loop at what each of the five took. Ratios are what counts, by the clock and in time of the
processors; seconds are this machine's.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import NamedTuple

from trainplan.plan.find import DEFAULT_PLAN

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = sorted((ROOT / "notebooks").glob("0[0-4]_*.ipynb"))


class Took(NamedTuple):
    """Seconds by the clock, and of the processors (0 on Windows), which other work on the machine hardly changes."""

    clock: float
    processors: float

    @classmethod
    def sum_of(cls, parts: Sequence[Took]) -> Took:
        """The seconds of all."""
        return cls(*map(sum, zip(*parts, strict=True)))


def run(*command: str | Path) -> Took:
    """What a module of this Python takes as a process of its own; what it says is shown where it fails."""
    start, before = perf_counter(), os.times()
    line = [sys.executable, "-m", *map(str, command)]
    done = subprocess.run(line, capture_output=True, encoding="utf-8", check=False)
    if done.returncode:
        sys.exit(done.stderr)
    after = os.times()
    processors = after.children_user + after.children_system - before.children_user - before.children_system
    return Took(perf_counter() - start, processors)


def plain_loop(plan: str, folder: Path) -> Took:
    """The sample of notebooks, each executed and made a page by processes of their own."""
    parts = []
    for book in SAMPLE:
        executed, parameters = folder / book.name, ("-p", "plan", plan, "-p", "output_dir", folder)
        parts.append(run("papermill", "--no-progress-bar", book, executed, *parameters))
        parts.append(run("nbconvert", "--to", "html", executed))
    return Took.sum_of(parts)


def say(name: str, pages: int, took: Took, plain: Took) -> None:
    """A line: what it took, and how many times as fast as the plain loop a page was, by the clock and in processors."""
    share = pages / len(SAMPLE)
    print(f"{name:32} {pages:4d} pages {took.clock:8.1f} s {took.processors:8.1f} s of processors", end="")
    print("".join(f" {one * share / max(other, 1e-9):7.1f} times" for one, other in zip(plain, took, strict=True)))


def ours(plan: str, folder: Path, *options: str) -> tuple[int, Took]:
    """How many pages a run into a new folder leaves, and what it took."""
    took = run("trainplan", "run", plan, "--output", folder, *options)
    return len([*folder.glob("*/*/reports/*.html")]), took


def main() -> None:
    named = [argument for argument in sys.argv[1:] if argument != "--all"]
    plan = named[0] if named else DEFAULT_PLAN
    sample = ["--language", "vi", *(part for book in SAMPLE for part in ("--notebook", book.stem))]
    with TemporaryDirectory() as name:
        folder = Path(name)
        plain = plain_loop(plan, folder)
        say("papermill, jupyter nbconvert", len(SAMPLE), plain, plain)
        say("run, Vietnamese, 00 to 04", *ours(plan, folder / "some", *sample), plain)
        say("the same, with nothing to do", *ours(plan, folder / "some", *sample), plain)
        if "--all" in sys.argv:
            say("run --scenario all", *ours(plan, folder / "all", "--scenario", "all"), plain)


if __name__ == "__main__":
    main()
