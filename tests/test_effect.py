"""Nothing that is accepted is without effect: every column of every table changes a result or a page, or is listed."""

from __future__ import annotations

import csv
import inspect
import itertools
import shutil
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from making import SOUND
from trainplan.cycle.annexes import annex_forms
from trainplan.cycle.review import load_review
from trainplan.cycle.year_plan import year_tables
from trainplan.plan.plan import Plan, load_plan
from trainplan.plan.schema import TABLES, Column
from trainplan.report.parts import HtmlPiece, find_part, list_parts
from trainplan.results.tables import compute
from trainplan.text.catalog import LANGUAGES
from trainplan.text.problems import PlanError

# Columns that change nothing yet, and what will use them. Whoever gives one of them an effect takes it off the list.
UNDRAWN = ("units", "cost_items", "history", "milestones")
ENOUGH = 3  # other values, of a column that is listed
WITHOUT_EFFECT = {
    **{f"{table}.short_{language}": "no figure names one yet" for table in UNDRAWN for language in LANGUAGES},
    "cost_items.id": "the estimate of a class names its items",
    "actuals.unit": "a report of what each unit did",
    "milestones.id": "its name is what pages show",
    "lessons.id": "its words are what pages show",
}
FURTHER = {  # the tables that the sound plan lacks
    "headcounts": (
        "group,year,headcount,basis\nofficials,2023,790,assumption: planned\ndelegates,2022,390,assumption: planned\n"
    ),
    "actuals": (
        "year,objective,program,unit,enrolled,completed,spent_vnd,basis\n"
        "2021,degree,college,north,60,20,,assumption: reported\n2021,degree,college,south,20,10,,assumption: reported\n"
        "2021,degree,evening,,25,,900000000,assumption: reported\n2021,yearly,short,,300,,,assumption: reported\n"
        "2021,abroad,abroad,,1,1,,assumption: reported\n"
    ),
    "observations": "year,objective,base,reached,basis\n2021,degree,790,500,assumption: counted\n",
    "attributes": "group,attribute,name_vi,name_en,share,basis\nofficials,women,Nữ,Women,0.4,assumption: usual\n",
    "unit_baselines": "unit,objective,baseline,basis\nnorth,degree,0.5,assumption: usual\n",
    "requests": "year,unit,objective,program,people,file\n2022,north,degree,college,12,north.xlsx\n",
    "milestones": (
        "id,name_vi,name_en,due,done,unit,clause,basis\n"
        "rules,Rà soát,Policy review,2022-06,2022-07-08,north,III.1,clause: III.1\n"
    ),
    "lessons": (
        "id,year,objective,lesson_vi,lesson_en,proposal_vi,proposal_en\na,2021,degree,Muộn,Late,Sớm hơn,Earlier\n"
    ),
    "cost_items": (
        "id,name_vi,name_en,program,per,quantity,price_vnd,ceiling_vnd,norm,basis\n"
        "fee,Thù lao,Fee,college,session,1,500000,600000,Thông tư,law: a circular\n"
    ),
    "history": "id,name_vi,name_en,value,unit,clause\nmoney,Đã chi,Spent,21.5,bn,I.1\n",
    "statements": (
        "id,section,kind,quote_vi,pointers,why_not_vi,why_not_en\na1,II.1,target,Câu,objectives.degree;history.money,,\n"
        "a2,II.2,task,Câu khác,,Vì sao,Why\n"
    ),
}
SHORT_OF_MONEY = "year,source,ceiling_vnd,basis\n" + "".join(
    f"{year},{source},{vnd},assumption: little\n"
    for year in range(2021, 2025)
    for source, vnd in (("total", 300_000_000 + year), ("province", 250_000_000 - year))
)
REGISTERS = ("basis_register", "basis_by_table", "warnings")  # they show that a number is there, not that it is used


Look = Callable[[Plan], str]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A plan in which every table has rows."""
    copy = Path(shutil.copytree(SOUND, tmp_path_factory.mktemp("effect") / "full"))
    for table, text in {**FURTHER, "ceilings": SHORT_OF_MONEY}.items():
        (copy / f"{table}.csv").write_text(text, encoding="utf-8")
    return copy


@pytest.fixture(scope="module")
def before(folder: Path) -> dict[str, str]:
    """What the plan as it stands leads to, by what is looked at."""
    return {name: look(load_plan(folder)) for name, look in LOOKS.items()}


def results_under(rule: str) -> Look:
    """What looks at the result tables under a rule."""
    return lambda plan: "\n".join(
        f"{stem}\n{table.to_csv(index=False)}"
        for stem, table in compute(load_plan(plan.path, overrides={"allocation": rule})).tables.items()
    )


def of_plan(plan: Plan) -> dict[str, Any]:
    """What parts of a plan or of its results are made of, by name or annotation."""
    return {"Plan": plan, "Results": compute(plan), "group": plan.tables.groups[0].id}


def of_review(plan: Plan) -> dict[str, Any]:
    """What parts of the review of the first year are made of, by annotation."""
    return {"Review": load_review(plan.path, plan.scenario, plan.first)}


def texts_of(names: Iterable[str], source: Callable[[Plan], dict[str, Any]] = of_plan) -> Look:
    """What looks at the tables and sentences of those parts that can be made of what `source` has."""

    def texts(plan: Plan) -> str:
        values, shown = source(plan), []
        for name in names:
            takes = inspect.signature(find_part(name)).parameters.values()
            needed = [values.get(p.name, values.get(str(p.annotation))) for p in takes]
            there = (value is not None or "None" in str(p.annotation) for p, value in zip(takes, needed, strict=True))
            if needed and all(there):
                pieces = [piece for piece in find_part(name)(*needed).pieces if isinstance(piece, HtmlPiece)]
                shown += [piece.html(language) for piece in pieces for language in LANGUAGES]
        assert shown
        return "\n".join(shown)

    return texts


def year_plan(plan: Plan) -> str:
    """The year plan by unit and the classes of every year."""
    results = compute(plan)
    tables = [table for year in plan.years for table in year_tables(results, year).values()]
    return "\n".join(table.to_csv(index=False) for table in tables)


def annexes(plan: Plan) -> str:
    """What stands in the annexes of every year."""
    results = compute(plan)
    return "\n".join(str(annex_forms(results, year, language)) for year in plan.years for language in LANGUAGES)


def texts_in_figures(plan: Plan) -> str:
    """What is written in figures that name objectives and programs."""
    results = compute(plan)
    drawn = [find_part(name)(results) for name in ("cost_by_program", "people_missing")]
    return "\n".join(part.page_figure(language).body() for part in drawn for language in LANGUAGES)


LOOKS: dict[str, Look] = {  # the quickest first: mostly one of them shows an effect
    "priority": results_under("priority"),
    "figures": texts_in_figures,
    "year plan": year_plan,
    "registers": texts_of(REGISTERS),  # enough for words that are only read, as are figures
    "optimal": results_under("optimal"),
    "review": texts_of(list_parts(), of_review),
    "parts": texts_of([name for name in list_parts() if name not in REGISTERS]),
    "annexes": annexes,
}


def other_values(column: Column, value: str, ids: dict[str, list[str]]) -> Iterator[str]:
    """What might stand in a cell in place of `value`; some of it a check may refuse."""
    if column.refers:
        yield from (id for id in [*ids[column.refers.removesuffix(" or total")], ""] if id != value)
    if column.unit in ("name", "text", "basis"):
        yield f"{value} khác" if value else "khác"
    if column.name == "price_index":
        yield from ids["prices"]
    elif column.unit == "id":
        yield f"{value}_2"
    if column.unit in ("choice", "pacing", "date"):
        yield from ("attainment", "annual", "count", "learner", "front", "back", "2022", "2023", "2024", "2022-03")
    try:
        number = float(value)
    except ValueError:
        yield from ("0.02", "1", "30", "2022")
        return
    yield from (
        f"{number * 0.5:g}",
        f"{number * 0.9:g}",
        f"{number + 0.01:g}",
        f"{number + 1:g}",
        f"{number - 1:g}",
        "",
    )


@pytest.mark.parametrize(
    ("table", "column"), [(name, column) for name, table in TABLES.items() for column in table.columns]
)
def test_a_column_has_an_effect_or_is_listed(
    table: str, column: str, folder: Path, before: dict[str, str], tmp_path: Path
) -> None:
    copy = Path(shutil.copytree(folder, tmp_path / "changed"))
    file = copy / f"{table}.csv"
    with file.open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    ids = {name: [row["id"] for row in read_rows(folder, name)] for name in TABLES if TABLES[name].keys == ("id",)}
    ids["prices"] = ["cpi", "wage"]
    described = TABLES[table].columns[column]
    looks = [name for name in LOOKS if described.only_read or name not in ("registers", "figures")]
    listed, tried = f"{table}.{column}" in WITHOUT_EFFECT, 0
    for changed in changed_rows(rows, described, ids):
        write_rows(file, changed)
        try:
            plan = load_plan(copy)
        except PlanError:
            continue
        tried += 1
        if any(LOOKS[name](plan) != before[name] for name in looks):
            assert not listed, "it has an effect: take it off the list"
            return
        if listed and tried == ENOUGH:
            return
    if tried or column not in TABLES[table].keys:  # some keys cannot be others while the rest of the plan stands
        assert tried, "no other value is valid: the test cannot tell"
        assert listed, "accepted, and without effect"


def changed_rows(
    rows: list[dict[str, str]], column: Column, ids: dict[str, list[str]]
) -> Iterator[list[dict[str, str]]]:
    """The rows with another value in one of them, or with the values of two neighbors exchanged."""
    name = column.name
    for i, row in enumerate(rows):
        for value in other_values(column, row.get(name) or "", ids):
            yield [*rows[:i], {**row, name: value}, *rows[i + 1 :]]
    for i, (one, other) in enumerate(itertools.pairwise(rows)):
        if one.get(name) == other.get(name):
            continue
        swapped = [{**one, name: other.get(name) or ""}, {**other, name: one.get(name) or ""}]
        yield [*rows[:i], *swapped, *rows[i + 2 :]]


def test_the_list_names_columns_that_there_are() -> None:
    there = {f"{name}.{column}" for name, table in TABLES.items() for column in table.columns}
    assert set(WITHOUT_EFFECT) <= there


def read_rows(folder: Path, table: str) -> list[dict[str, str]]:
    """The rows of a table's file."""
    with (folder / f"{table}.csv").open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


def write_rows(file: Path, rows: list[dict[str, str]]) -> None:
    """Writes the rows as the table's file."""
    with file.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.DictWriter(
            opened, list(dict.fromkeys(key for row in rows for key in row if key)), lineterminator="\n"
        )
        writer.writeheader()
        writer.writerows({key: value for key, value in row.items() if key is not None} for row in rows)
