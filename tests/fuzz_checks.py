"""What must hold of a command whatever it was given: how it ends, what it says, what it writes, and its numbers."""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fuzz_inputs import OUTPUT
from trainplan.results.registry import RESULTS, ResultTable

LINES = 102  # of a message: its head, a hundred problems, the count of the others
LETTERS = 200_000  # of a message
WARNING = re.compile(r"^(\S*?)([\w.]+\.py:\d+): (\w*Warning): ", re.MULTILINE)
TRACEBACK = re.compile(r"Traceback \(most recent call last\)|^Exception ignored in", re.MULTILINE)
PLACE = re.compile(r'File "[^"]*?([^/"\\]+[/\\][^/"\\]+)\.py", line \d+, in (\S+)')


@dataclass(frozen=True)
class Ran:
    """How a command ended: its exit status, None where it was ended or died, and what it left.

    `escaped` is a traceback that left the command, or where it hung; `logged` the failure that it wrote into its log.
    """

    status: int | None
    stdout: str = ""
    stderr: str = ""
    escaped: str = ""
    logged: str = ""
    outside: tuple[str, ...] = ()
    seconds: float = 0.0
    died: str = ""


@dataclass(frozen=True)
class Fault:
    """Something that must not be: its kind and place, by which faults are the same, and what was seen."""

    kind: str
    place: str
    seen: str

    @property
    def name(self) -> str:
        """The name of a folder for all faults like it."""
        return re.sub(r"[^\w.-]+", "-", f"{self.kind} {self.place}").strip("-")[:100]


def faults(ran: Ran, folder: Path, before: dict[str, bytes]) -> list[Fault]:
    """Every fault of a command that ran in a folder whose files were `before`."""
    found = [*_of_the_end(ran), *_of_the_message(ran)]
    if ran.status is not None:
        found += _of_files(ran, folder, before)
    if ran.status == 0:
        found += _of_numbers(folder / OUTPUT)
    return found


def _of_the_end(ran: Ran) -> Iterator[Fault]:
    if ran.died:
        yield Fault(ran.died, place_of(ran.escaped), f"{ran.seconds:.1f} s\n{ran.escaped}")
    elif ran.escaped:
        yield Fault("escaped", place_of(ran.escaped), ran.escaped)
    elif ran.status not in (0, 2):
        yield Fault(f"exit {ran.status}", place_of(ran.logged), ran.logged or ran.stderr)
    for path in sorted(set(ran.outside)):
        yield Fault("outside", re.sub(r"\d+|/tmp/\S+/", "", path)[:60], path)


def _of_the_message(ran: Ran) -> Iterator[Fault]:
    for text in (ran.stderr, ran.stdout):
        if TRACEBACK.search(text):
            yield Fault("traceback", place_of(text), text)
    for match in WARNING.finditer(ran.stderr):
        yield Fault("warning", f"{match[3]} {match[2]}", ran.stderr[match.start() :][:500])
    lines = ran.stderr.count("\n")
    if lines > LINES or len(ran.stderr) > LETTERS:
        yield Fault("long message", f"status {ran.status}", f"{lines} lines, {len(ran.stderr)} letters")
    if ran.status == 2 and not ran.stderr.strip():
        yield Fault("silent", "", "exit 2 without a word")


def place_of(traceback: str) -> str:
    """The error and the last function of the library that a traceback names."""
    names = PLACE.findall(traceback)
    own = [place for place in names if "site-packages" not in place[0]]
    lines = [
        line for line in traceback.splitlines() if re.match(r"[A-Za-z_.]+(Error|Warning|Exception|Interrupt)\b", line)
    ]
    error = lines[-1].split(":")[0].rsplit(".", 1)[-1] if lines else ""
    where = re.findall(r'File "[^"]*?trainplan[/\\]([^"]+)\.py", line \d+, in (\S+)', traceback) or own[-1:]
    return f"{error} {'.'.join(where[-1])}" if where else error


def _of_files(ran: Ran, folder: Path, before: dict[str, bytes]) -> Iterator[Fault]:
    after = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    for name, content in before.items():
        if name not in after:
            yield Fault("input gone", "", name)
        elif after[name].stat().st_size != len(content) or after[name].read_bytes() != content:
            yield Fault("input changed", "", name)
    new = sorted(after.keys() - before.keys())
    stray = [name for name in new if not name.startswith(f"{OUTPUT}/")]
    if stray:
        yield Fault("beside the output", "", ", ".join(stray)[:300])
    if ran.status != 0 and (new or (folder / OUTPUT).exists()):
        yield Fault(f"written with exit {ran.status}", "", ", ".join(new)[:300] or OUTPUT)


def _of_numbers(folder: Path) -> Iterator[Fault]:
    for path in sorted(folder.rglob("*.csv")):
        table = RESULTS.get(path.stem)
        if table is None or path.parent.name == "plan":
            continue
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                yield from _of_row(table, row)


def _of_row(table: ResultTable, row: dict[str, str]) -> Iterator[Fault]:
    for column in table.columns:
        text = row.get(column.name, "")
        if not column.is_number:
            continue
        number = _number(text)
        place = f"{table.stem}.{column.name}"
        if text == "":
            if not column.gaps:
                yield Fault("no number", place, str(row))
        elif number is None or not math.isfinite(number):
            yield Fault("not finite", place, str(row))
        elif number < 0 and not column.signed:
            yield Fault("negative", place, str(row))


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
