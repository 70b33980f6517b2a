"""The fuzzer: sound plans, scenarios, batches, tables and workbooks are changed in many ways and given to the commands.

    python workbook.py python tests/fuzz.py --count 20000 --seed 1
    python workbook.py python tests/fuzz.py --count 500 --only form
    python workbook.py python tests/fuzz.py --replay 1/plan/17

Whatever it is given, a command ends with 0 or 2 within ten seconds and a gigabyte, says why in at most a hundred lines
and a count, writes nothing unless it ends with 0 and then only into its folder, and writes no number that is none or
below zero. Every kind of fault is kept with its smallest example in the folder of `--keep`; exit 1 where there is one.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import takewhile
from pathlib import Path

from fuzz_inputs import KINDS, ids, make_case, mutations_of, prepare
from fuzz_run import Outcome, Target, command_line, run_all

Found = dict[str, Outcome]  # the simplest outcome with each fault, by the name of the fault


def fuzz(
    given: Iterable[str], folder: Path, target: Target = command_line, workers: int = 2
) -> tuple[list[Outcome], Found]:
    """Runs inputs; returns what came of all, and the simplest one of each kind of fault."""
    outcomes: list[Outcome] = []
    found: Found = {}
    for outcome in run_all(given, folder, target, workers):
        outcomes.append(outcome)
        if len(outcomes) % 1000 == 0:
            print(f"{len(outcomes)} …", flush=True)
        for fault in outcome.faults:
            if fault.name not in found or len(outcome.done) < len(found[fault.name].done):
                found[fault.name] = outcome
                print(f"{outcome.id}: {fault.name}", flush=True)
    return outcomes, found


def shrink(name: str, outcome: Outcome, folder: Path, target: Target = command_line) -> Outcome:
    """The same fault with as few of the mutations as it takes, taken out one after another."""
    for at in mutations_of(outcome.id):
        kept = [one for one in mutations_of(outcome.id) if one != at]
        root = "/".join(outcome.id.split("/")[:3])
        smaller = next(run_all([f"{root}/{'.'.join(map(str, kept))}"], folder, target, 1))
        if any(fault.name == name for fault in smaller.faults):
            outcome = smaller
    return outcome


def keep(name: str, outcome: Outcome, folder: Path) -> None:
    """Writes an example of a fault: its files, and what was done and seen."""
    place = folder / name
    shutil.rmtree(place, ignore_errors=True)
    case, done = make_case(outcome.id)
    prepare(place, case)
    seen = [fault.seen for fault in outcome.faults if fault.name == name]
    lines = [outcome.id, f"trainplan {' '.join(map(repr, case.words))}", *done, "", *seen, "", outcome.stderr]
    (place / "FAULT.txt").write_text("\n".join(lines), "utf-8", errors="replace")


def report(outcomes: Sequence[Outcome], found: Mapping[str, Outcome], seconds: float) -> str:
    """The figures of a run as a Markdown table, and the kinds of faults."""
    ends: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    longest: Counter[tuple[str, str]] = Counter()
    for outcome in outcomes:
        key = (outcome.id.split("/")[1], outcome.command if outcome.command in COMMANDS else "(changed)")
        ends[key][str(outcome.status)] += 1
        ends[key]["faults"] += bool(outcome.faults)
        longest[key] = max(longest[key], round(outcome.seconds, 1))
    lines = [
        "| input | command | inputs | exit 0 | exit 2 | faults | longest, s |",
        "|---|---|---:|---:|---:|---:|---:|",
    ]
    for (kind, command), count in sorted(ends.items()):
        inputs = sum(n for status, n in count.items() if status != "faults")
        figures = (inputs, count["0"], count["2"], count["faults"], longest[kind, command])
        lines.append(f"| {kind} | `{command}` | {' | '.join(map(str, figures))} |")
    wrong = sum(bool(outcome.faults) for outcome in outcomes)
    lines += ["", f"{len(outcomes)} inputs in {seconds:.0f} s, {wrong} with a fault, {len(found)} kinds of faults"]
    return "\n".join([*lines, *(f"- {name}: {outcome.id}" for name, outcome in sorted(found.items()))])


COMMANDS = ("check", "tables", "goal", "uncertainty", "survey", "batch", "import")


def main(argv: Sequence[str] | None = None) -> int:
    """The command of the head of this file."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--minutes", type=float, default=float("inf"), help="after which no further input is begun")
    parser.add_argument("--only", choices=sorted(KINDS), default="")
    parser.add_argument("--replay", metavar="ID", action="append", default=[])
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--keep", metavar="DIR", type=Path, default=Path("outputs/fuzz"))
    given = parser.parse_args(argv)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that what it made goes
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        every = given.replay or ids(given.count, given.seed, given.only)
        inputs = takewhile(lambda _: time.monotonic() - start < 60 * given.minutes, every)
        outcomes, found = fuzz(inputs, folder, workers=given.workers)
        seconds = time.monotonic() - start
        for name, outcome in found.items():
            keep(name, shrink(name, outcome, folder / "shrink"), given.keep.absolute())
    print(report(outcomes, found, seconds))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
