"""The inputs of the fuzzer: sound files and a command line of each kind, then changed as an id says.

An id is `seed/kind/number`; the same id gives the same bytes. `seed/kind/number/0.2` keeps only those of its mutations.
"""

from __future__ import annotations

import csv
import functools
import io
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from typing import NamedTuple

from fuzz_mild import (
    add_run,
    change_amount,
    change_cell,
    change_choice,
    change_number,
    change_within,
    choose_words,
    is_free,
    value_within,
    write_otherwise,
)
from fuzz_mutators import (
    Case,
    Mutator,
    change_members,
    change_sheets,
    change_table,
    change_tree,
    change_words,
    move_file,
    settled,
    splice_bytes,
    splice_text,
)
from fuzz_values import number_of
from making import RANGES, SOUND, copy_province, with_facts, with_months
from trainplan.plan.find import PROJECT
from trainplan.plan.plan import load_plan
from trainplan.plan.schema import TABLES

PLANS = PROJECT / "tests" / "plans"
OUTPUT = "out"  # the folder that commands may write into
COUNTS = (1, 1, 1, 1, 1, 2, 2, 3, 8)  # of the mutations of an input
SURVEY = ["survey", "collect", "sound", "returned", "--as-of", "2022-01-20"]
Files = dict[str, bytes]


class Kind(NamedTuple):
    """A kind of input: what it is made from, and what is done to it; half of the inputs are changed mildly only."""

    base: Callable[[Random], Case]
    hostile: Sequence[Mutator]
    mild: Sequence[Mutator]


def files_of(folder: Path, name: str) -> Files:
    """Every file of a folder by its path, which begins with `name`."""
    return {
        f"{name}/{p.relative_to(folder).as_posix()}": p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()
    }


@functools.cache
def _bases() -> dict[str, dict[str, Files]]:
    """The sound files of all kinds, by what they are and by name; made once."""
    import tempfile

    with tempfile.TemporaryDirectory() as made:
        bases = {"plans": _plans(Path(made)), **_workbooks(Path(made))}
    for files in (bases["form"][""], bases["report"][""]):
        files |= {name: settled(content) for name, content in files.items() if name.endswith(".xlsx")}
    return bases


def _plans(made: Path) -> dict[str, Files]:
    ranged = files_of(SOUND, "sound")
    ranged["sound/plan.yaml"] += RANGES.encode()
    facts = files_of(with_facts(with_months(_copy(SOUND, made / "facts"))), "sound")
    province = files_of(copy_province(made / "province").parents[1], ".")
    data = files_of(PROJECT / "data" / "an_giang_illustration_invented", "data/an_giang_illustration_invented")
    review = {name[2:]: content for name, content in province.items() if "/params/" not in name} | data
    review |= files_of(PROJECT / "params" / "an_giang_illustration", "params/an_giang_illustration")
    return {
        "sound": ranged,
        "facts": facts,
        **{path.name: files_of(path, "sound") for path in sorted(PLANS.iterdir())},
        "params/an_giang_2011_2015": {name[2:]: content for name, content in province.items()},
        "params/an_giang_illustration": review,
    }


def _copy(folder: Path, to: Path) -> Path:
    for name, content in files_of(folder, ".").items():
        (to / name).parent.mkdir(parents=True, exist_ok=True)
        (to / name).write_bytes(content)
    return to


def _workbooks(made: Path) -> dict[str, dict[str, Files]]:
    """The input workbook of the sound plan, its survey forms and its reports of units, filled in."""
    from survey_office import FilledForm
    from test_survey_collect import YEAR as SURVEYED
    from test_survey_collect import fill_in
    from test_unit_reports import COUNTS as COUNTED
    from test_unit_reports import FILLED, UNITS
    from test_unit_reports import YEAR as REPORTED
    from trainplan.cycle.survey_forms import write_survey_forms
    from trainplan.cycle.survey_layout import DONE, REACHED
    from trainplan.plan.input_book import input_workbook
    from trainplan.plan.plan_files import read_plan_files
    from trainplan.results.tables import compute

    plan = load_plan(SOUND)
    book = input_workbook(read_plan_files(SOUND))
    results = compute(plan)
    forms = {path.stem: path for path in write_survey_forms(results, SURVEYED, made / "forms")}
    filled = fill_in(FilledForm(plan, "north", SURVEYED, forms["north"].read_bytes()))
    filled.save(made / "forms" / "north.xlsx")
    for path in write_survey_forms(results, REPORTED, made / "reports", kind="unit_report"):
        report = FilledForm(plan, UNITS[path.stem], REPORTED, path.read_bytes(), "unit_report")
        for key, numbers in FILLED[path.stem].items():
            report.set(DONE, key, **numbers)
        for column, people in COUNTED.get(path.stem, {}).items():
            report.set(REACHED, "degree", **{column: people})
        report.save(path)
    small = files_of(SOUND, "sound")
    return {
        "workbook": {"": {"book.xlsx": book}},
        "form": {"": small | files_of(made / "forms", "returned")},
        "report": {"": small | files_of(made / "reports", "returned")},
    }


def a_plan(rng: Random) -> Case:
    """A command on a plan, mostly a small one, in one of its scenarios; each command as often as the others."""
    command = rng.choice(("check", "tables", "goal", "uncertainty"))
    plans = {
        name: files
        for name, files in _bases()["plans"].items()
        if command != "uncertainty" or b"uncertain:" in files[f"{_folder(name)}/plan.yaml"]
    }
    name = rng.choices([*plans], [1 if "/" in one else 5 for one in plans])[0]
    folder = _folder(name)
    scenarios = [Path(path).stem for path in plans[name] if path.startswith(f"{folder}/scenarios/")]
    words = [command, folder]
    if scenarios and rng.random() < 0.3:
        words += ["--scenario", rng.choice(scenarios)]
    if command == "uncertainty":
        words += ["--draws", "64", *rng.choice(([], ["--loop", "open"], ["--loop", "closed"]))]
    return Case(dict(plans[name]), words if command == "check" else [*words, "--output", OUTPUT])


def _folder(name: str) -> str:
    """The folder of a plan of the project; that of the others is called alike."""
    return name if "/" in name else "sound"


def _free(path: str, files: Files) -> list[str]:
    """The columns of a table that a scenario may change."""
    stem = Path(path).stem
    head = files[path].split(b"\n", 1)[0].decode("utf-8-sig").split(",") if stem in TABLES else []
    return [column for column in head if is_free(stem, column)]


def _change(path: str, files: Files, rng: Random) -> tuple[str, str]:
    """The address of a cell that is there, or of all of its column, and a change of it that the schema allows."""
    stem = Path(path).stem
    head, *rows = csv.reader(io.StringIO(files[path].decode("utf-8-sig")))
    row = dict(zip(head, rng.choice(rows), strict=False))
    free = _free(path, files)
    column = rng.choice([name for name in free if number_of(row[name])] or free)
    every = all(number_of(one[head.index(column)]) for one in rows) and rng.random() < 0.3
    key = "*" if every else "/".join(row[key] for key in TABLES[stem].keys)
    within = value_within(stem, column, row[column], rng)
    changes = [within, f"{{value: {within}}}", "{scale: 0.9}", "{scale: 0.5}"]
    return f'"{stem}.{key}.{column}"', rng.choice(changes)


def a_scenario(rng: Random) -> Case:
    """A plan with a scenario made of addresses of its tables."""
    case = a_plan(rng)
    folder = case.words[1]
    tables = [path for path in sorted(case.files) if _free(path, case.files)]
    sets = dict(_change(rng.choice(tables), case.files, rng) for _ in range(rng.choice((1, 2, 4))))
    name = f"{folder}/scenarios/made.yaml"
    lines = [f"  {address}: {change}\n" for address, change in sets.items()]
    case.files[name] = f"title: {{vi: a, en: b}}\nset:\n{''.join(lines)}".encode()
    words = [word for at, word in enumerate(case.words) if "--scenario" not in (word, case.words[at - 1])]
    case.words = [*words, "--scenario", rng.choice(("made", "made", "made+made"))]
    case.fixed = frozenset(path for path in case.files if "/scenarios/" not in path)
    return case


def a_workbook(rng: Random) -> Case:
    """The workbook of a plan, to be imported."""
    return Case(dict(_bases()["workbook"][""]), ["import", "book.xlsx", f"{OUTPUT}/plan"])


def a_form(rng: Random) -> Case:
    """Survey forms that came back."""
    files = _bases()["form"][""]
    return Case(dict(files), [*SURVEY, "--output", OUTPUT], frozenset(name for name in files if "sound/" in name))


def a_report(rng: Random) -> Case:
    """Reports of units that came back."""
    files = _bases()["report"][""]
    words = [*SURVEY, "--year", "2021", "--report", "--output", OUTPUT]
    return Case(dict(files), words, frozenset(name for name in files if "sound/" in name))


BATCH = """runs:
- {plan: sound, scenarios: [base, costs_up], set: {ambition: high}, grid: {turnover.*.leave_rate: {scale: [0.8, 1]}}}
- {plan: [sound], grid: {pacing: [front, back], programs.college.capacity: {value: {from: 10, to: 30, by: 10}}}}
"""


def a_batch(rng: Random) -> Case:
    """A batch of the small plan."""
    files = files_of(SOUND, "sound") | {"batch.yaml": BATCH.encode()}
    fixed = frozenset(name for name in files if "sound/" in name) if rng.random() < 0.8 else frozenset()
    return Case(files, ["batch", "batch.yaml", "--workers", "1", "--output", OUTPUT], fixed)


BOOKS = (*[change_cell] * 4, change_sheets, change_members, change_members, splice_bytes)
KINDS = {
    "plan": Kind(a_plan, (*[change_table] * 14, change_tree, move_file), (change_within,)),
    "scenario": Kind(a_scenario, (change_tree, change_tree, change_tree, splice_text), (change_amount,)),
    "text": Kind(a_plan, (change_tree, splice_text, splice_bytes, splice_bytes), (write_otherwise, change_choice)),
    "line": Kind(a_plan, (change_words,), (choose_words,)),
    "workbook": Kind(a_workbook, BOOKS, (change_number,)),
    "form": Kind(a_form, (*BOOKS, move_file), (change_number,)),
    "report": Kind(a_report, (*BOOKS, move_file), (change_number,)),
    "batch": Kind(
        a_batch,
        (change_tree, change_tree, splice_text, splice_bytes, move_file),
        (add_run, add_run, change_amount, change_choice, change_within),
    ),
}


def make_case(id: str) -> tuple[Case, list[str]]:
    """The input of an id, and what was done to it; `done` has a place for every mutation of the id that is kept."""
    seed, kind, number, *kept = id.split("/")
    root = f"{seed}/{kind}/{number}"
    rng = Random(root)
    case = KINDS[kind].base(rng)
    count = rng.choice(COUNTS)
    mutators = KINDS[kind].mild if rng.random() < 0.5 else KINDS[kind].hostile
    keep = [int(at) for at in kept[0].split(".") if at] if kept else range(count)
    done = []
    for at in keep:
        own = Random(f"{root}/{at}")
        mutate = own.choice(mutators)
        try:
            done.append(f"{mutate.__name__}: {mutate(case, own)}")
        except Exception as error:  # nothing is left that could be changed, or that can be read
            done.append(f"{mutate.__name__}: {type(error).__name__}")
    return case, done


def mutations_of(id: str) -> list[int]:
    """The numbers of the mutations of an id."""
    seed, kind, number, *kept = id.split("/")
    if kept:
        return [int(at) for at in kept[0].split(".") if at]
    rng = Random(f"{seed}/{kind}/{number}")
    KINDS[kind].base(rng)
    return list(range(rng.choice(COUNTS)))


def ids(count: int, seed: int, only: str = "") -> list[str]:
    """The ids of so many inputs, by turns of every kind."""
    kinds = [only] if only else [*KINDS]
    return [f"{seed}/{kinds[n % len(kinds)]}/{n // len(kinds)}" for n in range(count)]


def prepare(folder: Path, case: Case) -> None:
    """Writes the files of an input below a folder."""
    for name, content in case.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
