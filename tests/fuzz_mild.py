"""What a person does to an input that leaves it sound, mostly: other numbers, words and ways to write it."""

from __future__ import annotations

import csv
import io
import re
from pathlib import PurePath
from random import Random
from xml.sax.saxutils import escape

from fuzz_mutators import Case, csv_of, members_of, rows_of, zipped
from fuzz_values import changed, number_of
from trainplan.cli import COMMANDS
from trainplan.plan.schema import TABLES

Rows = list[list[str]]
AMOUNT = re.compile(rb"\b(scale|value|add|low|mode|high|mean|sd): (\d+(?:\.\d+)?)(?=[,}\n])")
CHOICES = {
    "ambition": ("low", "mid", "high"),
    "pacing": ("linear", "front", "back"),
    "allocation": ("proportional", "priority", "all", "optimal"),
    "language": ("vi", "en"),
}
CHOICE = re.compile(rf"\b({'|'.join(CHOICES)}): [\w']+".encode())
CELL = re.compile(rb'(<c r="[A-Z]+\d+"(?: s="\d+")?)( t="n")?>(<f>[^<]*</f>)?<v>([\d.]+)</v></c>')
FREE = ("share", "coverage", "people", "VND", "weight", "index", "days")
YEARS = (1900, 2200)  # that a person leaves as they are
IN_WORDS = ' t="inlineStr"><is><t>{}</t></is></c>'


# --- tables


def value_within(table: str, column: str, now: str, rng: Random) -> str:
    """A number that the schema allows in a column: an end, near an end, or near the one that is there."""
    measure = TABLES[table].columns[column].measure
    low, high = max(measure.low, -1e3), min(measure.high, 1e15)
    there = number_of(now) or 1.0
    ends = (low, high, high / 1e3, 1e-9, 1e-3, low + 1e-6)
    value = rng.choice(ends) if rng.random() < 0.2 else there * rng.uniform(0.3, 1 if there <= 1 else 2)
    value = min(max(value, low), high)
    return f"{round(value) if measure.whole else value:.15g}"


def is_free(table: str, column: str) -> bool:
    """Whether a column has numbers of which each may change without the others."""
    if column not in TABLES[table].columns or column in (*TABLES[table].keys, "share"):
        return False
    return TABLES[table].columns[column].unit in FREE


def change_within(case: Case, rng: Random) -> str:
    """Numbers of a table, within what the schema allows."""
    name = rng.choice([name for name in case.named(".csv") if PurePath(name).stem in TABLES])
    table, rows = PurePath(name).stem, rows_of(case.files[name])
    free = [
        (at, column)
        for at, column in enumerate(rows[0])
        if is_free(table, column) and any(number_of(row[at]) is not None for row in rows[1:] if at < len(row))
    ]
    said = []
    for at, column in rng.sample(free, min(len(free), rng.choice((1, 1, 2)))):
        row = rng.choice(rows[1:])
        for one in rows[1:] if rng.random() < 0.3 else [row]:
            one[at] = value_within(table, column, one[at], rng)
        said.append(f"{column} = {row[at]}")
    case.files[name] = csv_of(rows)
    return f"{name}: {'; '.join(said)}"


def _shuffle_rows(rows: Rows, rng: Random) -> None:
    body = rows[1:]
    rng.shuffle(body)
    rows[1:] = body


def _shuffle_columns(rows: Rows, rng: Random) -> None:
    order = list(range(len(rows[0])))
    rng.shuffle(order)
    rows[:] = [[row[at] for at in order] for row in rows]


def _add_column(rows: Rows, rng: Random) -> None:
    name = rng.choice(("ghi chú", "note", "x" * 90, "STT"))
    rows[:] = [[*row, name if row is rows[0] else rng.choice(("", "1", "a; b"))] for row in rows]


def _widen_cells(rows: Rows, rng: Random) -> None:
    row = rng.choice(rows[1:] or rows)
    row[:] = [f" {cell} " for cell in row]


def write_otherwise(case: Case, rng: Random) -> str:
    """The same table or YAML as another person or program writes it."""
    name = rng.choice(case.named(".csv", ".yaml"))
    content = case.files[name]
    if name.endswith(".csv") and rng.random() < 0.7:
        rows = rows_of(content)
        change = rng.choice((_shuffle_rows, _shuffle_columns, _add_column, _widen_cells))
        change(rows, rng)
        out = io.StringIO()
        csv.writer(out, lineterminator="\n", quoting=rng.choice((csv.QUOTE_MINIMAL, csv.QUOTE_ALL))).writerows(rows)
        case.files[name] = out.getvalue().encode()
        return f"{name}: {change.__name__}"
    what = rng.choice(("mark", "ends", "lines"))
    if what == "mark":
        case.files[name] = b"\xef\xbb\xbf" + content.removeprefix(b"\xef\xbb\xbf")
    elif what == "ends":
        case.files[name] = content.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    else:
        case.files[name] = content.rstrip(b"\n") + (b"\n\n\n" if name.endswith(".csv") else "\n# ghi chú\n\n".encode())
    return f"{name}: {what}"


# --- YAML


def _near(number: str, rng: Random) -> str:
    made = float(number) * rng.uniform(0.7, 1.3)
    return f"{round(made) if '.' not in number else made:.12g}"


def change_amount(case: Case, rng: Random) -> str:
    """An amount of a scenario, a range or a grid becomes one near it."""
    names = [name for name in case.named(".yaml") if AMOUNT.search(case.files[name])]
    if not names:
        return change_choice(case, rng)
    name = rng.choice(names)
    found = rng.choice([*AMOUNT.finditer(case.files[name])])
    made = _near(found[2].decode(), rng)
    content = case.files[name]
    case.files[name] = content[: found.start(2)] + made.encode() + content[found.end(2) :]
    return f"{name}: {found[0].decode()} becomes {made}"


def change_choice(case: Case, rng: Random) -> str:
    """A choice of a plan or a batch becomes another one."""
    name = rng.choice([name for name in case.named(".yaml") if CHOICE.search(case.files[name])])
    found = rng.choice([*CHOICE.finditer(case.files[name])])
    key = found[1].decode()
    made = f"{key}: {rng.choice(CHOICES[key])}"
    content = case.files[name]
    case.files[name] = content[: found.start()] + made.encode() + content[found.end() :]
    return f"{name}: {made}"


RUNS = (
    "- {{plan: sound, scenarios: [{scenario}], grid: {{groups.*.leave_rate: {{scale: [{factor}]}}}}}}",
    "- {{plan: sound, set: {{allocation: {rule}, pacing: {pacing}}}, grid: {{turnover.*.leave_rate: [{factor}]}}}}",
    "- {{plan: sound, grid: {{programs.*.completion_rate: {{scale: [{factor}]}}, ambition: [low, high]}}}}",
    "- {{plan: sound, grid: {{groups.*.headcount: {{scale: {{from: {factor}, to: {factor}, by: 0.5}}}}}}}}",
)


def add_run(case: Case, rng: Random) -> str:
    """One more entry of a batch."""
    entry = rng.choice(RUNS).format(
        scenario=rng.choice(("base", "costs_up")),
        rule=rng.choice(CHOICES["allocation"]),
        pacing=rng.choice(CHOICES["pacing"]),
        factor=f"{rng.uniform(0.5, 1):.3f}",
    )
    case.files["batch.yaml"] += f"{entry}\n".encode()
    return entry


# --- workbooks


def _change_cell(case: Case, rng: Random, near: bool) -> str:
    name = rng.choice(case.named(".xlsx"))
    members = members_of(case.files[name])
    inner = rng.choice([one for one in sorted(members) if "/worksheets/" in one and CELL.search(members[one])])
    content = members[inner]
    cells = [*CELL.finditer(content)]
    found = rng.choice([one for one in cells if not near or not YEARS[0] <= float(one[4]) <= YEARS[1]] or cells)
    now = found[4].decode()
    made = _near(now, rng) if near else changed(now, rng)
    cell = found[1] + (f"><v>{made}</v></c>" if number_of(made) is not None else IN_WORDS.format(escape(made))).encode(
        "utf-8", "replace"
    )
    case.files[name] = zipped(members | {inner: content[: found.start()] + cell + content[found.end() :]})
    return f"{name}: {inner} {found[1].decode()} {made[:40]}"


def change_number(case: Case, rng: Random) -> str:
    """A number of a workbook, or what a formula gave, becomes one near it."""
    return _change_cell(case, rng, near=True)


def change_cell(case: Case, rng: Random) -> str:
    """A number of a workbook, or what a formula gave, becomes anything."""
    return _change_cell(case, rng, near=False)


# --- the command line


def _own_options(case: Case) -> list[str]:
    """The options that the command of an input takes and has not got."""
    command = COMMANDS.get(case.words[0])
    names = [] if command is None or isinstance(command, dict) else [option.name for option in command.options]
    return [name for name in VALUES if name in names and name not in case.words]


VALUES = {
    "--as-of": ("2020-12-30", "2021-12-31", "2022-06-01", "2011-12-30"),
    "--scenario": ("base",),
    "--source": ("total", "province", "learner"),
    "--seed": ("0", "1", "2415", "4294967295"),
    "--loop": ("open", "closed"),
    "--draws": ("32", "63", "100", "256"),
    "--excel": (),
}


def choose_words(case: Case, rng: Random) -> str:
    """An option of the command, with a value that it takes, or the plan by another name of its folder."""
    options = _own_options(case)
    if options and rng.random() < 0.7:
        name = rng.choice(options)
        case.words += [name, *([rng.choice(VALUES[name])] if VALUES[name] else [])]
    else:
        plan = case.words[1].removesuffix("/plan.yaml")
        case.words[1] = rng.choice((f"./{plan}", f"{plan}/", f"{plan}/../{PurePath(plan).name}", f"{plan}/plan.yaml"))
    return " ".join(case.words)[:100]
