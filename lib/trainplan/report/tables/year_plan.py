"""Tables of a year plan: the estimate by source, the classes, and whom the new learners hold."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import pandas as pd

from trainplan.cycle.year_plan import CONTINUING, NEW, YearTables
from trainplan.report.tables.columns import Column, build_table, grouping
from trainplan.report.tables.results import A_LITTLE
from trainplan.results.quote import SEVERAL, quote_numbers
from trainplan.text.catalog import say, term
from trainplan.text.formats import due_day, month_and_year
from trainplan.text.shown import Quoted

TOTAL = "total"
ESTIMATE = "estimate_of_year"


def year_estimate(year: YearTables, language: str) -> pd.DataFrame:
    """What the courses of the year cost by source, in millions: continuing and new ones, and their sum.

    Below it, where there is a ceiling, that and what is left of it, and what is not found. Nothing where nothing costs.
    """
    if not len(year[ESTIMATE]):
        return pd.DataFrame()
    sources = _sources(year)
    rows = [
        {"name": term("part", part, language), **_by_source(year, sources, part=part)}
        for part in (CONTINUING, NEW)
        if (year[ESTIMATE]["part"] == part).any() and _cost(year, part=part) >= A_LITTLE
    ]
    rows.append({"name": say("word.total", language), **_budget(year, sources, "funded_vnd")})
    for column in ("ceiling_vnd", "unspent_vnd", "over_vnd", "lacking_vnd"):
        amounts = _budget(year, sources, column)
        needed = A_LITTLE if column in ("over_vnd", "lacking_vnd") else 0.0
        if year.results.plan.has_ceilings and any(abs(vnd) >= needed for vnd in amounts.values()):
            rows.append({"name": term("head", column.removesuffix("_vnd"), language), **amounts})
    columns = [Column("name"), *(Column(key, "million VND") for key in rows[0] if key != "name")]
    return build_table(rows, columns, language).rename(columns=_headings(year, sources, language))


def year_estimate_by_program(year: YearTables, language: str) -> pd.DataFrame:
    """A row a program that costs anything and one of totals: continuing, new and by source, in millions."""
    frame, sources = year[ESTIMATE], _sources(year)
    rows = [
        {"program": year.results.plan.label("programs", id, language), **_parts(year, program=id)}
        | _by_source(year, sources, program=id)
        for id in dict.fromkeys(frame["program"])
    ]
    if len(rows) > 1:
        rows.append({"program": say("word.total", language), **_parts(year), **_budget(year, sources, "funded_vnd")})
    keys = list(rows[0])[1:] if rows else []
    columns = [Column("program"), *(Column(key, "million VND") for key in keys)]
    return build_table(rows, columns, language).rename(columns=_headings(year, sources, language))


def _sources(year: YearTables) -> list[str]:
    """The sources that pay for the year's courses, in their order, and the total where there are several."""
    paying = set(year[ESTIMATE]["source"])
    sources = [row.id for row in year.results.plan.tables.sources if row.id in paying]
    return [*sources, *([TOTAL] if len(sources) > 1 else [])]


def _key(source: str) -> str:
    """The key of a source's column: no id alone, as one may be called as another column is."""
    return f"source:{source}"


def _headings(year: YearTables, sources: Iterable[str], language: str) -> dict[str, str]:
    """What stands above the columns of sources and parts."""
    plan = year.results.plan
    named = {_key(source): plan.short_label("sources", source, language) for source in sources}
    parts = {f"part:{part}": term("part", part, language) for part in (CONTINUING, NEW)}
    return {**named, **parts, _key(TOTAL): say("word.total", language)}


def _cost(year: YearTables, **at: str) -> Quoted:
    """What is estimated of a program, a part or a source; of all where none is named. No number where nobody pays."""
    rows = year[ESTIMATE]
    for key, id in at.items():
        rows = rows[rows[key] == id]
    return year.quote(ESTIMATE, "cost_vnd", rows["cost_vnd"].sum(min_count=1), **at)


def _by_source(year: YearTables, sources: Iterable[str], **at: str) -> dict[str, Quoted]:
    return {_key(id): _cost(year, **at, **({} if id == TOTAL else {"source": id})) for id in sources}


def _parts(year: YearTables, **at: str) -> dict[str, Quoted]:
    return {f"part:{part}": _cost(year, part=part, **at) for part in (CONTINUING, NEW)}


def _budget(year: YearTables, sources: Iterable[str], column: str) -> dict[str, Quoted]:
    """A column of the table budget in the year."""
    rows = year.results["budget"]
    amounts = rows[rows["year"] == year.year].set_index("source")[column]
    return {_key(id): year.quote("budget", column, amounts[id], source=id) for id in sources}


def year_classes(year: YearTables, language: str) -> pd.DataFrame:
    """A row a program in which anybody studies and one of totals: its classes, learners, days, months, host and cost.

    Columns that say nothing of any program are left out; programs of one content stand together.
    """
    plan, frame = year.results.plan, year["classes_of_year"]
    entered = year.of_year("classes").set_index("program")["new_learners"]
    records = [dict(row) for _, row in quote_numbers("classes_of_year", frame).iterrows()]  # `to_dict` drops addresses
    rows: list[dict[str, Any]] = [
        {
            **row,
            "new_learners": year.quote("classes", "new_learners", entered[row["program"]], program=row["program"]),
            "program": plan.label("programs", row["program"], language),
            "place": term("place", row["place"], language) if row["place"] else "",
            "money": row["cost_vnd"],
            **({} if row["class_size"] > 0 else dict.fromkeys(("new_classes", "continuing_classes"), math.nan)),
        }
        for row in records
    ]
    contents = list(dict.fromkeys(frame["content"]))
    rows.sort(key=lambda row: contents.index(row["content"]))
    groups = grouping(frame["content"])
    shown = [column for column in CLASS_COLUMNS if any(_says(row[column.key]) for row in rows)]
    shown = [column for column in shown if column.key != "place" or not frame["host"].any()]
    if len(rows) > 1:
        total = dict.fromkeys([column.key for column in shown if column.show not in SUMMED], "")
        sums = {key: year.quote("classes_of_year", column, frame[column].sum()) for key, column in ADDED.items()}
        sums["new_learners"] = year.quote("classes", "new_learners", entered.sum())
        rows.append(total | sums | {"program": "", groups[0].key if groups else "program": say("word.total", language)})
    return build_table(rows, [*groups, *shown], language)


def _says(cell: Any) -> bool:
    """Whether a cell says anything: a text that is there, a number that is one and not 0."""
    return bool(cell) if isinstance(cell, str) else cell > 0


def _levels(codes: str, language: str) -> str:
    return "; ".join(term("level", code, language) for code in codes.split("; ")) if codes else ""


SUMMED = ("people", "million VND")
ADDED = {name: name for name in ("new_classes", "continuing_classes", "learners")} | {"money": "cost_vnd"}
CLASS_COLUMNS = (
    Column("program"),
    Column("level", _levels),
    Column("new_classes", "people"),
    Column("continuing_classes", "people"),
    Column("class_size", "people"),
    Column("new_learners", "people"),
    Column("learners", "people"),
    Column("days", "people"),
    Column("opens"),
    Column("ends", month_and_year),
    Column("host"),
    Column("place"),
    Column("money", "million VND", "million"),
    Column("deadline", due_day),
)


def year_groups(year: YearTables, language: str) -> pd.DataFrame:
    """Whom the year sends to what: a row a group and program that takes anybody of it, and one of totals."""
    plan, frame = year.results.plan, year.of_year("enrollment")
    group_of = {row.id: row.group for row in plan.tables.objectives}
    frame = frame[frame["funded"] > 0].assign(group=lambda rows: rows["objective"].map(group_of))
    rows: list[dict[str, Any]] = []
    for group in (row.id for row in plan.tables.groups if row.id in set(frame["group"])):
        for program, own in frame[frame["group"] == group].groupby("program", sort=False):
            at = {"objective": SEVERAL.join(own["objective"]), "program": program}
            learners = year.quote("enrollment", "funded", own["funded"].sum(), **at)
            names = plan.label("groups", group, language), plan.label("programs", str(program), language)
            rows.append({"group": names[0], "program": names[1], "new_learners": learners})
    if len(rows) > 1:
        total = year.quote("enrollment", "funded", frame["funded"].sum())
        rows.append({"group": say("word.total", language), "program": "", "new_learners": total})
    return build_table(rows, [Column("group"), Column("program"), Column("new_learners", "people")], language)


def year_members(year: YearTables, language: str) -> pd.DataFrame:
    """A row a program: its new learners, and how many of them are women, young and so on, as estimated."""
    plan, frame = year.results.plan, year["members_of_year"]
    known = dict.fromkeys(row.attribute for row in plan.tables.attributes)
    attributes = [one for one in known if one in set(frame["attribute"])]
    entered = year.of_year("classes").set_index("program")["new_learners"]
    rows: list[dict[str, Any]] = []
    for id in (one.id for one in plan.tables.programs if one.id in set(frame["program"])):
        own = frame[frame["program"] == id].groupby("attribute")["learners"].sum()
        row: dict[str, Any] = {"program": plan.label("programs", id, language)}
        row["new_learners"] = year.quote("classes", "new_learners", entered[id], program=id)
        for one, people in own.items():
            row[_of(one)] = year.quote("members_of_year", "learners", people, program=id, attribute=one)
        rows.append(row)
    columns = [Column("program"), Column("new_learners", "people"), *(Column(_of(one), "people") for one in attributes)]
    headings = {_of(one): plan.label("attributes", one, language) for one in attributes}
    return build_table(rows, columns, language).rename(columns=headings)


def _of(attribute: object) -> str:
    """The key of an attribute's column."""
    return f"attribute:{attribute}"
